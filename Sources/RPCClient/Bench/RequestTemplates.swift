// The requests of a load: JSON, of which each call fills in its own parts.
//
//     {{seq}}          number of the call, from 0
//     {{uuid}}         a random UUID (version 4)
//     {{random A B}}   a whole number from A to B
//     {{now}}          the time in UTC, as RFC 3339 writes it
//     {{COLUMN}}       the column of the CSV file, in the row of the call

import ProtobufRuntime

/// Makes the request of each call. A value: its random numbers come from a seed.
struct RequestTemplates {
  enum Order: String, CaseIterable { case sequence, random }

  private enum Piece {
    case text(String)
    case sequence, uuid, now
    case random(ClosedRange<Int64>)
    case column(Int)
  }

  private enum Template {
    case fixed([UInt8])
    case filled([Piece])
  }

  private let method: Method
  private let templates: [Template]
  private let rows: [[String]]
  private let order: Order
  private var random: SplitMix64

  /// - Parameter requests: the JSON of each request; with client streaming, all values of it are one call's messages.
  /// - Throws: `ToolError` if a request does not fit the method, placeholders filled in.
  init(
    _ requests: [String], _ method: Method, csv: CSVTable?, order: Order, seed: UInt64,
    frame: ([UInt8]) throws -> [UInt8]
  ) throws {
    self.method = method
    self.order = order
    rows = csv?.rows ?? []
    random = SplitMix64(state: seed)
    var templates: [Template] = []
    for (index, request) in requests.enumerated() {
      let pieces = try Self.pieces(request, columns: csv?.columns ?? [])
      let isFixed = pieces.allSatisfy { if case .text = $0 { true } else { false } }
      do {
        if isFixed {
          templates.append(.fixed(try Self.encode(request, method, frame)))
        } else {
          var trial = SplitMix64(state: seed)
          _ = try Self.encode(Self.text(pieces, 0, rows.first ?? [], &trial), method, frame)
          templates.append(.filled(pieces))
        }
      } catch let error as JSONError {
        let which = requests.count > 1 ? "request \(index + 1)" : "the request"
        throw ToolError.badRequest("\(which) does not fit \(method.schema.input.fullName): \(error)")
      }
    }
    self.templates = templates
  }

  /// The framed messages of a call.
  /// - Throws: `JSONError` for values of the CSV file that do not fit.
  mutating func request(_ number: Int, frame: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
    let template: Template
    switch order {
    case .sequence: template = templates[number % templates.count]
    case .random: template = templates[Int(random.next() % UInt64(templates.count))]
    }
    switch template {
    case .fixed(let bytes): return bytes
    case .filled(let pieces):
      var row: [String] = []
      if !rows.isEmpty {
        row = order == .sequence ? rows[number % rows.count] : rows[Int(random.next() % UInt64(rows.count))]
      }
      return try Self.encode(Self.text(pieces, number, row, &random), method, frame)
    }
  }

  private static func encode(
    _ json: String, _ method: Method, _ frame: ([UInt8]) throws -> [UInt8]
  ) throws -> [UInt8] {
    let text = Array(json.utf8)
    guard method.schema.isClientStreaming else {
      return try frame(try DynamicMessage(method.schema.input, in: method.pool, jsonUTF8: text).serializedBytes())
    }
    var frames: [UInt8] = []
    for message in try DynamicMessage.sequence(method.schema.input, in: method.pool, jsonUTF8: text) {
      frames += try frame(message.serializedBytes())
    }
    return frames
  }

  private static func text(_ pieces: [Piece], _ number: Int, _ row: [String], _ random: inout SplitMix64) -> String {
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .sequence: result += String(number)
      case .uuid: result += uuid(&random)
      case .now: result += WallClock.now()
      case .random(let range): result += String(Int64.random(in: range, using: &random))
      case .column(let column): result += escaped(row.indices.contains(column) ? row[column] : "")
      }
    }
    return result
  }

  private static func pieces(_ text: String, columns: [String]) throws(ToolError) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      // `}}` also ends nested JSON objects: what stands between is a placeholder only if it is a name.
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
      let inner = rest[open.upperBound..<close.lowerBound]
      guard !inner.contains(where: { "{}\":,".contains($0) }) else {
        pieces.append(.text(String(rest[..<open.upperBound])))
        rest = rest[open.upperBound...]
        continue
      }
      pieces.append(.text(String(rest[..<open.lowerBound])))
      pieces.append(try placeholder(inner, columns))
      rest = rest[close.upperBound...]
    }
    pieces.append(.text(String(rest)))
    return pieces
  }

  private static func placeholder(_ text: Substring, _ columns: [String]) throws(ToolError) -> Piece {
    let words = text.split(separator: " ")
    switch words.first {
    case "seq" where words.count == 1: return .sequence
    case "uuid" where words.count == 1: return .uuid
    case "now" where words.count == 1: return .now
    case "random" where words.count == 3:
      guard let low = Int64(words[1]), let high = Int64(words[2]), low <= high else {
        throw .badRequest("{{\(text)}}: write {{random A B}} with two whole numbers, the smaller first")
      }
      return .random(low...high)
    default:
      let name = text.trimmingSpaces
      if let column = columns.firstIndex(of: name) { return .column(column) }
      let known = ["seq", "uuid", "now", "random A B"] + columns
      throw .badRequest(
        "{{\(text)}} is no placeholder\(Suggestion.text(for: name, among: known)) (there are \(known.joined(separator: ", ")))"
      )
    }
  }

  private static func uuid(_ random: inout SplitMix64) -> String {
    let high = random.next() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = hex(high) + hex(low)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
      .joined(separator: "-")
  }

  private static func hex(_ value: UInt64) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return (0..<16).map { digits[Int(value >> UInt64(60 - 4 * $0) & 15)] }
  }

  /// As the inside of a JSON string.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c }) else { return text }
    return String(JSONText.string(text).dropFirst().dropLast())
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// Steele, Lea and Flood's generator: small, quick and repeatable.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

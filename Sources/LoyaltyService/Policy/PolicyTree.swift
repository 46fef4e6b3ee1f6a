// Walks the YAML tree beside the schema of the Policy message and writes the JSON that the message reads. Everything
// that does not fit is reported at its place; the walk goes on, so that one run shows all mistakes.

import ProtobufRuntime
import Yams

/// One walk over a YAML document.
struct PolicyTree {
  private let schema: DescriptorPool
  private(set) var problems: [PolicyFileError.Problem] = []
  private var marks: [String: Mark] = [:]
  private var json = ""
  private var visited = 0

  /// YAML nodes in a document, aliases counted as often as they are used: a few lines of aliases can stand for
  /// billions.
  static let maxNodes = 1_000_000

  init(schema: DescriptorPool) {
    self.schema = schema
  }

  /// The document as JSON of the Policy message; meaningless when there are problems.
  mutating func json(of root: Node) -> String {
    json = ""
    if let message = schema.message(named: "loyalty.policy.v1.Policy") {
      write(root, as: message, path: "")
    }
    return json
  }

  /// Where a path of the schema stands in the file; for a field that is missing, where its message begins.
  func mark(of path: String) -> (line: Int, column: Int) {
    var path = path
    while true {
      if let mark = marks[path] { return (mark.line, mark.column) }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return (1, 1) }
      path = String(path[..<cut])
    }
  }

  private mutating func report(_ node: Node, _ message: String) {
    problems.append(.init(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message: message))
  }

  /// Notes where a path is; false once the document has too many nodes.
  private mutating func visit(_ node: Node, _ path: String) -> Bool {
    if let mark = node.mark { marks[path] = mark }
    visited += 1
    if visited == Self.maxNodes + 1 { report(node, "the document has more than \(Self.maxNodes) values") }
    return visited <= Self.maxNodes
  }

  // MARK: - Values by type

  private mutating func write(_ node: Node, as message: MessageDescriptor, path: String) {
    guard visit(node, path) else { return }
    if message.fullName == "google.protobuf.Timestamp" { return writeTimestamp(node, path) }
    guard case .mapping(let mapping) = node else {
      report(node, "\(Self.shown(path)) takes fields (key: value), not \(Self.described(node))")
      return
    }
    json += "{"
    var isFirst = true
    for (key, value) in mapping {
      guard case .scalar(let name) = key, let field = message.fields.first(where: { $0.name == name.string }) else {
        reportUnknown(key, message, path)
        continue
      }
      // A key without a value is a field left out.
      if Self.isNull(value) { continue }
      json += isFirst ? "" : ","
      isFirst = false
      json += "\"\(field.name)\":"
      write(value, as: field, path: path.isEmpty ? field.name : "\(path).\(field.name)")
    }
    json += "}"
  }

  private mutating func write(_ node: Node, as field: FieldDescriptor, path: String) {
    if field.isMap { return writeTexts(node, path) }
    guard field.isRepeated else { return writeSingle(node, as: field, path: path) }
    guard visit(node, path) else { return }
    guard case .sequence(let values) = node else {
      report(node, "\(path) takes a list, as in [a, b], not \(Self.described(node))")
      return
    }
    json += "["
    for (index, value) in values.enumerated() {
      json += index == 0 ? "" : ","
      writeSingle(value, as: field, path: "\(path)[\(index)]")
    }
    json += "]"
  }

  private mutating func writeSingle(_ node: Node, as field: FieldDescriptor, path: String) {
    if field.type == .message {
      guard let type = schema.message(named: Self.typeName(field)) else { return }
      return write(node, as: type, path: path)
    }
    guard visit(node, path) else { return }
    guard case .scalar(let scalar) = node, !Self.isNull(node) else {
      report(node, "\(path) takes \(Self.kind(of: field)), not \(Self.described(node))")
      return
    }
    switch field.type {
    case .string: json += Self.quoted(scalar.string)
    case .bool:
      if scalar.string != "true" && scalar.string != "false" {
        report(node, "\(path) is '\(scalar.string)': write true or false")
      }
      json += scalar.string
    case .enum: writeEnum(node, scalar.string, field, path)
    default: writeInteger(node, scalar.string, field, path)
    }
  }

  private mutating func writeInteger(_ node: Node, _ text: String, _ field: FieldDescriptor, _ path: String) {
    let digits = text.filter { $0 != "_" }
    let fits =
      switch field.type {
      case .int32: Int32(digits) != nil
      case .uint32: UInt32(digits) != nil
      case .int64: Int64(digits) != nil
      default: UInt64(digits) != nil
      }
    if !fits { report(node, "\(path) is '\(text)': write \(Self.kind(of: field))") }
    json += "\"\(fits ? digits : "0")\""
  }

  private mutating func writeEnum(_ node: Node, _ text: String, _ field: FieldDescriptor, _ path: String) {
    guard let type = schema.enumeration(named: Self.typeName(field)) else { return }
    let names = type.proto.value.compactMap(\.name)
    // The schema's style gives every value the enum's name as a prefix; the first one is PREFIX_UNSPECIFIED.
    let prefix = names.first.map { String($0.dropLast("UNSPECIFIED".count)) } ?? ""
    let short = names.dropFirst().map { $0.dropFirst(prefix.count).lowercased() }
    if let index = short.firstIndex(of: text) {
      json += "\"\(names[index + 1])\""
    } else if names.contains(text) {
      json += "\"\(text)\""
    } else {
      let near = Self.nearest(text, in: short).map { "; did you mean '\($0)'?" } ?? ""
      report(node, "\(path) is '\(text)': write one of \(short.joined(separator: ", "))\(near)")
    }
  }

  private mutating func writeTimestamp(_ node: Node, _ path: String) {
    guard case .scalar(let scalar) = node, (try? ProtobufTimestamp(jsonString: Self.quoted(scalar.string))) != nil
    else {
      report(
        node, "\(path) takes a moment with its offset, as in 2026-01-01T00:00:00+08:00, not \(Self.described(node))")
      return
    }
    json += Self.quoted(scalar.string)
  }

  /// A map from languages to texts.
  private mutating func writeTexts(_ node: Node, _ path: String) {
    guard visit(node, path) else { return }
    guard case .mapping(let mapping) = node else {
      report(node, "\(path) takes a text for each language, as in {zh-CN: …, en: …}, not \(Self.described(node))")
      return
    }
    json += "{"
    for (index, (key, value)) in mapping.enumerated() {
      guard case .scalar(let language) = key else {
        report(key, "\(path) takes languages as keys, not \(Self.described(key))")
        continue
      }
      guard visit(value, "\(path).\(language.string)"), case .scalar(let text) = value else {
        report(value, "\(path).\(language.string) takes a text, not \(Self.described(value))")
        continue
      }
      json += index == 0 ? "" : ","
      json += "\(Self.quoted(language.string)):\(Self.quoted(text.string))"
    }
    json += "}"
  }

  private mutating func reportUnknown(_ key: Node, _ message: MessageDescriptor, _ path: String) {
    guard case .scalar(let name) = key else {
      report(key, "\(Self.shown(path)) takes field names as keys, not \(Self.described(key))")
      return
    }
    let names = message.fields.map(\.name)
    let near = Self.nearest(name.string, in: names)
    report(
      key,
      "\(Self.shown(path)) has no field '\(name.string)'"
        + (near.map { "; did you mean '\($0)'?" } ?? ": it has \(names.joined(separator: ", "))"))
  }

  // MARK: - Words

  private static func typeName(_ field: FieldDescriptor) -> String {
    String((field.proto.typeName ?? "").drop { $0 == "." })
  }

  private static func shown(_ path: String) -> String { path.isEmpty ? "the policy" : path }

  private static func isNull(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }

  private static func described(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): isNull(node) ? "nothing" : "'\(scalar.string.prefix(60))'"
    case .mapping: "fields (key: value)"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  private static func kind(of field: FieldDescriptor) -> String {
    switch field.type {
    case .string: "a text"
    case .bool: "true or false"
    case .enum: "a name"
    case .int32: "a whole number from \(Int32.min) to \(Int32.max)"
    case .uint32: "a whole number from 0 to \(UInt32.max)"
    case .int64: "a whole number from \(Int64.min) to \(Int64.max)"
    default: "a whole number, 0 or more"
    }
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case let control where control.value < 0x20:
        let hex = String(control.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// The name that is fewest edits away; nil if none is near enough to have been meant.
  private static func nearest(_ name: String, in names: [String]) -> String? {
    let limit = max(2, name.count / 3)
    return names.map { ($0, distance(name, $0)) }.filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
  }

  /// Insertions, deletions and replacements between two names (Levenshtein). Names beyond any schema's are far.
  private static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first.utf8)
    let second = Array(second.utf8)
    guard first.count <= 100 else { return Int.max }
    var row = Array(0...second.count)
    for (index, byte) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for position in second.indices {
        let replaced = diagonal + (byte == second[position] ? 0 : 1)
        diagonal = row[position + 1]
        row[position + 1] = min(replaced, row[position] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}

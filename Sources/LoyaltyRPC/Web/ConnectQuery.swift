// The query of a Connect GET: a whole request in a URL, for methods without side effects
// (https://connectrpc.com/docs/protocol, "Unary-Get-Request").

import ProtobufRuntime

/// What the query of a URL said.
struct ConnectQuery {
  private(set) var codec: WebCodec?
  private(set) var unknownCodec: String?
  private(set) var message: [UInt8]?
  private(set) var compression = "identity"
  /// The value of `connect`, `v1` if there is one at all.
  private(set) var version: String?
  private var isBase64 = false

  /// - Throws: INVALID_ARGUMENT for parameters that are malformed.
  init(_ query: UnsafeRawBufferPointer) throws(RPCError) {
    for parameter in query.split(separator: 0x26) {
      let equals = parameter.firstIndex(of: 0x3d) ?? parameter.endIndex
      let name = UnsafeRawBufferPointer(rebasing: parameter[..<equals])
      let value = Self.decodePercent(
        equals < parameter.endIndex
          ? UnsafeRawBufferPointer(rebasing: parameter[(equals + 1)...]) : UnsafeRawBufferPointer(start: nil, count: 0))
      guard let value else {
        throw RPCError(.invalidArgument, "query parameter \"\(name.text)\" is not percent-encoded")
      }
      if name.equals("message") {
        message = value
      } else if name.equals("encoding") {
        switch String(decoding: value, as: UTF8.self) {
        case "json": codec = .json
        case "proto": codec = .binary
        case let other: unknownCodec = other
        }
      } else if name.equals("base64") {
        isBase64 = value == [0x31]
      } else if name.equals("compression") {
        compression = String(decoding: value, as: UTF8.self)
      } else if name.equals("connect") {
        version = String(decoding: value, as: UTF8.self)
      }
    }
    guard isBase64, let text = message else { return }
    guard let bytes = Base64.decode(text) else {
      throw RPCError(.invalidArgument, "query parameter \"message\" is not Base64, as base64=1 says it is")
    }
    message = bytes
  }

  /// Nil for an escape that is none. A plus sign is a space, as forms send it.
  private static func decodePercent(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case 0x25:
        guard index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) else {
          return nil
        }
        out.append(high << 4 | low)
        index += 3
      case 0x2b:
        out.append(0x20)
        index += 1
      case let byte:
        out.append(byte)
        index += 1
      }
    }
    return out
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

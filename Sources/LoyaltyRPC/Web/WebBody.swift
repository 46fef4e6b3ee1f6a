// From the bytes of a request's body to messages, in each of the forms in which web protocols send them.

/// Takes a body in pieces. A value: it holds the bytes of one message at most, or three of Base64.
struct WebBody {
  enum Form: Sendable {
    /// gRPC's frames.
    case framed
    /// gRPC's frames in Base64, padded wherever the sender flushed.
    case framedBase64
    /// The body is the one message.
    case whole
  }

  let form: Form
  /// Longest message accepted, in bytes on the wire.
  let limit: Int
  private var base64 = Base64Groups()
  private var whole: [UInt8] = []

  init(_ form: Form, limit: Int) {
    self.form = form
    self.limit = limit
  }

  /// True if no message and no group of Base64 is cut off here.
  var isBetweenGroups: Bool { base64.isEmpty }

  /// Takes bytes and hands out the framed messages that they complete.
  /// - Throws: RESOURCE_EXHAUSTED above the limit, INTERNAL for malformed frames or Base64.
  mutating func receive(
    _ bytes: UnsafeRawBufferPointer, _ deframer: inout MessageDeframer
  ) throws(RPCError) -> [MessageRun] {
    switch form {
    case .framed: return try deframer.takeWhole(bytes)
    case .framedBase64:
      guard let decoded = base64.decode(bytes) else {
        throw RPCError(.internal, "the body of a gRPC-Web text request is not Base64")
      }
      return try decoded.withUnsafeBytesTyped { (raw) throws(RPCError) in try deframer.takeWhole(raw) }
    case .whole:
      guard whole.count + bytes.count <= limit else {
        throw RPCError(.resourceExhausted, "the request is longer than the limit of \(limit) bytes")
      }
      whole.append(contentsOf: bytes)
      return []
    }
  }

  /// The message of a body that is one, once all of it has come.
  mutating func takeWhole() -> [UInt8] {
    defer { whole = [] }
    return whole
  }
}

/// Base64 that comes in pieces cut anywhere and may be padded in the middle: each group of four stands for itself.
struct Base64Groups {
  private var held: [UInt8] = []

  var isEmpty: Bool { held.isEmpty }

  /// The bytes of all groups that are complete; nil if this is no Base64.
  mutating func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 4 * 3 + 3)
    for byte in bytes {
      held.append(byte)
      guard held.count == 4 else { continue }
      guard let group = held.withUnsafeBytes({ Self.decodeGroup($0) }) else { return nil }
      out.append(contentsOf: group)
      held.removeAll(keepingCapacity: true)
    }
    return out
  }

  /// One to three bytes out of four characters.
  private static func decodeGroup(_ group: UnsafeRawBufferPointer) -> [UInt8]? {
    let padding = group[3] == 0x3d ? (group[2] == 0x3d ? 2 : 1) : 0
    guard let decoded = MetadataBase64.decode(group), decoded.count == 3 - padding else { return nil }
    return decoded
  }
}

// gRPC's length-prefixed messages out of DATA frames that cut them anywhere
// (grpc/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message").

/// Finds whole messages in a stream of bytes. A value: it holds at most one incomplete message.
struct MessageDeframer {
  /// The prefix before each message: one byte of flags, four of length.
  static let prefixLength = 5

  /// Longest message accepted, in bytes on the wire.
  private(set) var limit: Int

  /// The beginning of a message whose rest has not come.
  private var partial: [UInt8] = []
  private var partialLength: Int?

  init(limit: Int) {
    self.limit = limit
  }

  /// As a new one that accepts nothing.
  mutating func clear() {
    limit = 0
    guard !partial.isEmpty else { return }
    partial = []
    partialLength = nil
  }

  /// True between messages.
  var isEmpty: Bool { partial.isEmpty }

  /// Bytes held of an incomplete message.
  var heldBytes: Int { partial.count }

  /// Takes bytes and hands out each message that they complete, with its compressed flag. The pointer is valid during
  /// the call only.
  /// - Throws: RESOURCE_EXHAUSTED for a message above the limit, before its bytes are stored; INTERNAL for unknown flags.
  mutating func receive(
    _ bytes: UnsafeRawBufferPointer,
    deliver: (_ compressed: Bool, _ message: UnsafeRawBufferPointer) throws(RPCError) -> Void
  ) throws(RPCError) {
    var rest = bytes
    while !rest.isEmpty {
      if partial.isEmpty {
        guard rest.count >= Self.prefixLength else {
          partial.append(contentsOf: rest)
          return
        }
        let length = try Self.length(prefix: rest, limit: limit)
        let total = Self.prefixLength + length
        if rest.count >= total {
          try deliver(rest[0] == 1, UnsafeRawBufferPointer(rebasing: rest[Self.prefixLength..<total]))
          rest = UnsafeRawBufferPointer(rebasing: rest[total...])
          continue
        }
        // What a prefix promises is not reserved at once: memory follows the bytes that really came.
        partial.reserveCapacity(min(total, max(rest.count * 2, 1024)))
        partial.append(contentsOf: rest)
        partialLength = length
        return
      }
      if partialLength == nil {
        let missing = min(Self.prefixLength - partial.count, rest.count)
        partial.append(contentsOf: rest[..<missing])
        rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
        guard partial.count == Self.prefixLength else { return }
        partialLength = try partial.withUnsafeBytesTyped { (raw) throws(RPCError) in
          try Self.length(prefix: raw, limit: limit)
        }
      }
      guard let length = partialLength else { return }
      let missing = min(Self.prefixLength + length - partial.count, rest.count)
      partial.append(contentsOf: rest[..<missing])
      rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
      guard partial.count == Self.prefixLength + length else { return }
      let whole = partial
      partial = []
      partialLength = nil
      try whole.withUnsafeBytesTyped { (raw) throws(RPCError) in
        try deliver(raw[0] == 1, UnsafeRawBufferPointer(rebasing: raw[Self.prefixLength...]))
      }
    }
  }

  /// The messages that `bytes` complete, copied, each with its compressed flag.
  mutating func takeWhole(
    _ bytes: UnsafeRawBufferPointer
  ) throws(RPCError) -> [(isCompressed: Bool, message: [UInt8])] {
    var whole: [(isCompressed: Bool, message: [UInt8])] = []
    try receive(bytes) { (compressed, message) throws(RPCError) in
      whole.append((compressed, Array(message)))
    }
    return whole
  }

  /// The length that a prefix of at least five bytes announces.
  static func length(prefix: UnsafeRawBufferPointer, limit: Int) throws(RPCError) -> Int {
    guard prefix[0] <= 1 else {
      throw RPCError(.internal, "message prefix has flags \(prefix[0]): only 0 (plain) and 1 (compressed) are known")
    }
    let length = Int(prefix[1]) << 24 | Int(prefix[2]) << 16 | Int(prefix[3]) << 8 | Int(prefix[4])
    guard length <= limit else {
      throw RPCError(.resourceExhausted, "message of \(length) bytes is longer than the limit of \(limit)")
    }
    return length
  }
}

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

  /// Bytes of memory for it.
  var capacity: Int { partial.capacity }

  /// Takes bytes and hands out the messages that they complete, those that stand behind each other in one run.
  /// - Throws: RESOURCE_EXHAUSTED for a message above the limit, before its bytes are stored; INTERNAL for unknown flags.
  mutating func takeWhole(_ bytes: UnsafeRawBufferPointer) throws(RPCError) -> [MessageRun] {
    var runs: [MessageRun] = []
    var rest = bytes
    if !partial.isEmpty, let run = try completePartial(&rest) { runs.append(run) }
    while !rest.isEmpty {
      let (run, next) = try wholeMessages(rest)
      if run.count > 0 {
        runs.append(MessageRun(bytes: Array(rest[..<run.end]), isCompressed: run.isCompressed, count: run.count))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[run.end...])
      if case .partial(let length) = next {
        partialLength = length
        append(rest)
        break
      }
    }
    return runs
  }

  private enum Next { case otherKind, partial(length: Int?) }

  /// Finds the messages of one kind, compressed or not, that `bytes` begin with, and what stands behind them.
  private func wholeMessages(
    _ bytes: UnsafeRawBufferPointer
  ) throws(RPCError) -> ((end: Int, isCompressed: Bool, count: Int), Next) {
    var end = 0
    var count = 0
    let isCompressed = bytes[0] == 1
    while bytes.count - end >= Self.prefixLength {
      let prefix = UnsafeRawBufferPointer(rebasing: bytes[end...])
      let length = try Self.length(prefix: prefix, limit: limit)
      guard (prefix[0] == 1) == isCompressed else { return ((end, isCompressed, count), .otherKind) }
      guard prefix.count >= Self.prefixLength + length else {
        return ((end, isCompressed, count), .partial(length: length))
      }
      end += Self.prefixLength + length
      count += 1
    }
    return ((end, isCompressed, count), end < bytes.count ? .partial(length: nil) : .otherKind)
  }

  /// Adds to the incomplete message what `rest` begins with.
  /// - Returns: it, if it is complete now.
  private mutating func completePartial(_ rest: inout UnsafeRawBufferPointer) throws(RPCError) -> MessageRun? {
    func take(_ total: Int) {
      let missing = min(total - partial.count, rest.count)
      append(UnsafeRawBufferPointer(rebasing: rest[..<missing]))
      rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
    }
    if partialLength == nil {
      take(Self.prefixLength)
      guard partial.count == Self.prefixLength else { return nil }
      partialLength = try partial.withUnsafeBytesTyped { (raw) throws(RPCError) in
        try Self.length(prefix: raw, limit: limit)
      }
    }
    guard let length = partialLength else { return nil }
    take(Self.prefixLength + length)
    guard partial.count == Self.prefixLength + length else { return nil }
    defer {
      partial = []
      partialLength = nil
    }
    return MessageRun(bytes: partial, isCompressed: partial[0] == 1, count: 1)
  }

  /// What a prefix promises is not reserved at once: memory follows the bytes that really came, up to four times as many, so that
  /// a long message is moved little while it grows.
  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let wanted = partial.count + bytes.count
    if partial.capacity < wanted {
      let total = partialLength.map { Self.prefixLength + $0 } ?? wanted
      partial.reserveCapacity(max(wanted, min(total, 4 * wanted)))
    }
    partial.append(contentsOf: bytes)
  }

  /// The length that a prefix of at least five bytes announces.
  static func length(prefix: UnsafeRawBufferPointer, limit: Int) throws(RPCError) -> Int {
    guard prefix[0] <= 1 else {
      throw RPCError(.internal, "message prefix has flags \(prefix[0]): only 0 (plain) and 1 (compressed) are known")
    }
    let length = Self.length(prefix: prefix)
    guard length <= limit else {
      throw RPCError(.resourceExhausted, "message of \(length) bytes is longer than the limit of \(limit)")
    }
    return length
  }

  static func length(prefix: UnsafeRawBufferPointer) -> Int {
    Int(prefix[1]) << 24 | Int(prefix[2]) << 16 | Int(prefix[3]) << 8 | Int(prefix[4])
  }
}

// Received messages in the memory that they came in: many small ones are copied out of the socket's bytes at once, and decoded from
// there, so that none needs memory of its own.

import ProtobufRuntime

/// Whole messages behind each other as they stand on the wire, each behind its prefix; all of them compressed, or none.
struct MessageRun {
  let bytes: [UInt8]
  let isCompressed: Bool
  /// Messages; one at least.
  let count: Int

  /// The first message.
  var first: ReceivedMessage { message(at: 0) }

  /// The message whose prefix is at `offset`.
  func message(at offset: Int) -> ReceivedMessage { ReceivedMessage(in: bytes, prefixAt: offset) }

  var messages: [ReceivedMessage] {
    var found: [ReceivedMessage] = []
    var offset = 0
    while offset < bytes.count {
      let message = message(at: offset)
      found.append(message)
      offset = message.end
    }
    return found
  }
}

/// One message, in memory that others may be in as well.
@usableFromInline
struct ReceivedMessage: Sendable {
  @usableFromInline let memory: [UInt8]
  @usableFromInline let start: Int
  /// Where in its memory the next one begins.
  @usableFromInline let end: Int

  init(_ bytes: [UInt8] = []) {
    memory = bytes
    (start, end) = (0, bytes.count)
  }

  /// The message behind a prefix that a deframer has found.
  init(in memory: [UInt8], prefixAt offset: Int) {
    self.memory = memory
    start = offset + MessageDeframer.prefixLength
    end =
      start + memory.withUnsafeBytes { MessageDeframer.length(prefix: UnsafeRawBufferPointer(rebasing: $0[offset...])) }
  }

  var count: Int { end - start }

  /// Lends its bytes.
  @inlinable
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try memory.withUnsafeBytesTyped { (raw) throws(E) in try body(UnsafeRawBufferPointer(rebasing: raw[start..<end])) }
  }

  /// Its bytes in memory of their own.
  var bytes: [UInt8] { count == memory.count ? memory : Array(memory[start..<end]) }
}

// Memory that all connections of one event loop share, because only one of them runs at a time: an idle connection
// keeps none of it.

/// Buffers of one event loop. Used on that loop only.
///
/// `@unchecked Sendable` holds because it is made before its loop's first connection and touched on that loop only after.
final class LoopResources: @unchecked Sendable {
  /// Where records are decrypted to. 16 KiB is the longest record (RFC 8446 §5.1).
  let plainInput = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)

  /// Where frames are gathered before they are encrypted. 64 KiB: four full records, so that small replies share one
  /// and large ones fill theirs.
  let plainOutput = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// What goes to the socket: most of it is short, and the first short write that a socket does not take keeps its buffer.
  let shortOutput = SocketBuffer()
  let longOutput = SocketBuffer()

  /// Longest write from `shortOutput`, bytes. 16 KiB: a full record.
  static let longestShortOutput = 16 << 10

  /// Where replies are encoded before they are put with those that wait. 4 KiB: longer ones take memory of their own.
  let encoding = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 10, alignment: 16)

  /// Where encoded replies wait for nghttp2: as it sends them they are forgotten, most within the read that brought their calls.
  let replies = ReplyMemory()

  /// What nghttp2 takes for streams and frames.
  let sessionMemory = SessionMemory()

  /// What handlers that take and give messages in turn run on; on a server only.
  let executor: LoopExecutor?

  init(executor: LoopExecutor? = nil) {
    self.executor = executor
  }

  deinit {
    plainInput.deallocate()
    plainOutput.deallocate()
    encoding.deallocate()
  }
}

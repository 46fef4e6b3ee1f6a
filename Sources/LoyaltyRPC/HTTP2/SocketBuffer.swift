// What goes to the socket, in memory that is used again as soon as the socket has taken it.

import NIOCore

/// A buffer that a loop's connections share. Used on that loop only.
///
/// What the socket does not take at once NIO keeps, with all of the buffer that it is in: a few bytes of a reader that has stopped
/// would keep what the longest write of the loop has left. A connection whose last write was kept therefore writes from memory of just
/// the size, until one is not.
final class SocketBuffer {
  private var buffer = ByteBuffer()

  /// Takes what waits for the socket and hands it to `write`, which may come back here.
  /// - Returns: false if somebody still holds the bytes after that.
  func send(_ security: any ConnectionSecurity, _ write: (ByteBuffer) -> Void) -> Bool {
    buffer.clear(minimumCapacity: security.pendingOutput)
    security.takeOutput { _ = buffer.writeBytes($0) }
    let place = address
    write(buffer)
    // Keeps the memory only if nobody else has it.
    buffer.clear(minimumCapacity: 0)
    return address == place
  }

  private var address: UnsafeRawPointer? { buffer.withVeryUnsafeBytes { $0.baseAddress } }
}

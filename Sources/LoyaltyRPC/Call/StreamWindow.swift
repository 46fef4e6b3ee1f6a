// How much of what a peer has sent on a stream its window has been opened again for.

/// Splits the bytes of a stream into those that are given back at once and those that are given back with their message.
///
/// Bytes of an incomplete message are given back early only while nothing is queued before it: a message longer than the
/// window then still gets through, and a reader that does not read holds a window and one message at most. A value.
struct StreamWindow {
  /// Bytes of the incomplete message that are given back already.
  private(set) var givenBack = 0

  /// The message is complete.
  /// - Returns: bytes of it that are given back already; the rest is when it is taken.
  mutating func complete() -> Int {
    defer { givenBack = 0 }
    return givenBack
  }

  /// Of the incomplete message `held` bytes have come, and nothing is queued before it.
  /// - Returns: bytes to give back now.
  mutating func release(held: Int) -> Int {
    defer { givenBack = max(givenBack, held) }
    return max(0, held - givenBack)
  }
}

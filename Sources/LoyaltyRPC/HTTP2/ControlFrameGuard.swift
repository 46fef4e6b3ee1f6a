// Floods of frames that cost their sender nothing and this side a little each: counted in a window of time.

/// Counts control frames of one peer. A value: the time comes in.
struct ControlFrameGuard {
  let limit: Int
  /// Nanoseconds.
  let window: UInt64
  private var windowStart: UInt64 = 0
  private var count = 0

  init(limits: CallLimits) {
    limit = limits.maxControlFrames
    window = UInt64(max(1, limits.controlFrameWindow)) * 1_000_000_000
  }

  /// - Parameter now: nanoseconds of a clock that never goes back.
  /// - Returns: false once the peer is beyond its limit.
  mutating func note(now: UInt64) -> Bool {
    if now &- windowStart > window {
      windowStart = now
      count = 0
    }
    count += 1
    return count <= limit
  }
}

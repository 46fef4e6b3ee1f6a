// How long to wait after a failed connection (grpc/doc/connection-backoff.md).

/// Growing pauses. A value: randomness comes from outside, so that a test chooses it.
struct ConnectionBackoff: Sendable {
  /// Nanoseconds.
  let first: Int64
  let longest: Int64
  private(set) var failures = 0

  static let multiplier = 1.6
  static let jitter = 0.2

  /// - Parameters: seconds; the longest is at least the first.
  init(firstSeconds: Double, longestSeconds: Double) {
    first = Int64(max(0, firstSeconds) * 1e9)
    longest = Int64(max(firstSeconds, longestSeconds, 0) * 1e9)
  }

  /// Nanoseconds to wait after one more failure.
  /// - Parameter random: from -1 to 1.
  mutating func next(random: Double) -> Int64 {
    var pause = Double(first)
    for _ in 0..<min(failures, 64) where pause < Double(longest) { pause *= Self.multiplier }
    failures += 1
    return Int64(min(pause, Double(longest)) * (1 + Self.jitter * min(max(random, -1), 1)))
  }

  mutating func reset() { failures = 0 }
}

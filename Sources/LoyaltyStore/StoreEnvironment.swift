// What the store takes from outside besides the disk: time and randomness, as values that a test can replace.

import Glibc

/// The clocks and the source of random numbers.
package struct StoreEnvironment: Sendable {
  /// Nanoseconds from some point on, never back: for intervals.
  package var monotonic: @Sendable () -> UInt64
  /// Nanoseconds since 1970, as the system has it: noted in files, decides nothing but retention.
  package var wall: @Sendable () -> UInt64
  /// For identities and salts.
  package var random: @Sendable () -> UInt64
  /// Who holds the lock, for the error message of the one who is refused.
  package var holder: String

  package init(
    monotonic: @escaping @Sendable () -> UInt64, wall: @escaping @Sendable () -> UInt64,
    random: @escaping @Sendable () -> UInt64, holder: String
  ) {
    self.monotonic = monotonic
    self.wall = wall
    self.random = random
    self.holder = holder
  }

  package static let system = StoreEnvironment(
    monotonic: { nanoseconds(of: CLOCK_MONOTONIC) },
    wall: { nanoseconds(of: CLOCK_REALTIME) },
    random: {
      var generator = SystemRandomNumberGenerator()
      return generator.next()
    },
    holder: "process \(getpid())")

  private static func nanoseconds(of clock: clockid_t) -> UInt64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return UInt64(clamping: now.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: now.tv_nsec)
  }
}

extension Duration {
  /// Whole nanoseconds, 0 to the greatest that fit.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return .max }
    let (sum, overflown) = scaled.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
    return overflown ? .max : sum
  }
}

// Numbers that fit six bytes: times to the year 10,889 and lots' ids. There are tens of millions of each.

/// A number below 2^48 in 6 bytes, aligned to 2.
struct UInt48: Hashable, Sendable {
  static let max: UInt64 = (1 << 48) - 1

  private var high: UInt16
  private var middle: UInt16
  private var low: UInt16

  /// - Precondition: `value ≤ UInt48.max`; higher bits are lost.
  init(_ value: UInt64) {
    high = UInt16(truncatingIfNeeded: value >> 32)
    middle = UInt16(truncatingIfNeeded: value >> 16)
    low = UInt16(truncatingIfNeeded: value)
  }

  /// A time, milliseconds.
  /// - Precondition: `CivilCalendar.times` contains it.
  init(ms: Int64) { self.init(UInt64(bitPattern: ms)) }

  var value: UInt64 { UInt64(high) << 32 | UInt64(middle) << 16 | UInt64(low) }
  var ms: Int64 { Int64(value) }
}

// Ratios near points are integers: a multiplier of 1.25 is 12,500 over 10,000. What rounding drops is named, and the
// product is computed in 128 bits, so that only a result that does not fit is refused.

import LoyaltyMessages

/// Arithmetic on non-negative points and money.
public enum FixedPoint {
  /// One, in shares and multipliers ("basis points").
  public static let one: Int64 = 10_000

  /// `value × numerator ÷ denominator`, rounded as named; nil if the result does not fit or there is none.
  /// - Precondition: `value` and `numerator` are 0 or more, `denominator` is not negative.
  public static func scale(_ value: Int64, by numerator: Int64, over denominator: Int64, rounding: Rounding) -> Int64? {
    if denominator == 0 { return nil }
    let product = Int128(value) * Int128(numerator)
    let divisor = Int128(denominator)
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
    let up =
      switch rounding {
      case .unspecified, .down, .unrecognized: false
      case .halfUp: remainder * 2 >= divisor
      case .up: remainder > 0
      }
    return Int64(exactly: quotient + (up ? 1 : 0))
  }
}

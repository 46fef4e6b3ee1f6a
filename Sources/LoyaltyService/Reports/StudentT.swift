// Quantiles of Student's t distribution, which confidence intervals of means and regressions need.

import Glibc

/// Student's t distribution. Degrees of freedom need not be whole (Welch).
enum StudentT {
  /// The value that a share `probability` of the distribution is below.
  /// - Parameters:
  ///   - probability: more than 0.5, less than 1.
  ///   - degreesOfFreedom: more than 0.
  static func quantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    var high = 2.0
    while cumulative(high, degreesOfFreedom) < probability, high < 1e12 { high *= 2 }
    var low = 0.0
    // 200 halvings reach the last bit of any double.
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if cumulative(middle, degreesOfFreedom) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The share of the distribution below `t`, 0 or more: 1 − I(x; ν/2, 1/2) / 2 with x = ν / (ν + t²) (DLMF 8.17).
  static func cumulative(_ t: Double, _ degreesOfFreedom: Double) -> Double {
    let x = degreesOfFreedom / (degreesOfFreedom + t * t)
    return 1 - incompleteBeta(x, degreesOfFreedom / 2, 0.5) / 2
  }

  /// The regularized incomplete beta function I(x; a, b), by its continued fraction (DLMF 8.17.22) on the side on which
  /// it converges fast, evaluated after Lentz.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for step in 1...10_000 {
      let m = Double(step)
      for coefficient in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + coefficient * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + coefficient / c
        if abs(c) < tiny { c = tiny }
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    return front * fraction
  }
}

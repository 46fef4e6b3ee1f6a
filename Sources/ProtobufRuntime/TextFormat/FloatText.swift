// Floating-point numbers as text in the form C's %g gives them with the fewest digits of two sizes that read back as
// the same number: what protoc writes into a descriptor for a default, and into the text format. The digits are exact, by
// integer arithmetic.

package enum FloatText {
  /// 15 significant digits where they suffice, 17 where not.
  package static func double(_ value: Double) -> String {
    if let word = special(value) { return word }
    let short = general(value, digits: 15)
    return Double(short) == value ? short : general(value, digits: 17)
  }

  /// 6 significant digits where they suffice, 9 where not.
  package static func float(_ value: Float) -> String {
    if let word = special(Double(value)) { return word }
    let short = general(Double(value), digits: 6)
    // protoc reads the short form back with a range check that subnormal numbers fail.
    return Float(short) == value && value.isNormal ? short : general(Double(value), digits: 9)
  }

  private static func special(_ value: Double) -> String? {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    return nil
  }

  /// `%.*g` of a finite number other than zero.
  static func general(_ value: Double, digits count: Int) -> String {
    var (digits, exponent) = roundedDigits(value.magnitude, count: count)
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    let spelled = digits.map { $0 + 0x30 }

    if exponent < -4 || exponent >= count {
      text.append(spelled[0])
      if spelled.count > 1 {
        text.append(UInt8(ascii: "."))
        text += spelled[1...]
      }
      text += [UInt8(ascii: "e"), UInt8(ascii: exponent < 0 ? "-" : "+")]
      let magnitude = abs(exponent)
      if magnitude < 10 { text.append(UInt8(ascii: "0")) }
      text += Array(String(magnitude).utf8)
    } else if exponent < 0 {
      text += Array("0.".utf8) + Array(repeating: 0x30, count: -exponent - 1) + spelled
    } else {
      let whole = exponent + 1
      if spelled.count <= whole {
        text += spelled + Array(repeating: 0x30, count: whole - spelled.count)
      } else {
        text += spelled[..<whole]
        text.append(UInt8(ascii: "."))
        text += spelled[whole...]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The first `count` decimal digits of a positive finite number, rounded half to even, and the power of ten of the
  /// first one.
  private static func roundedDigits(_ value: Double, count: Int) -> (digits: [UInt8], exponent: Int) {
    // value = significand × 2^power, written as whole × 10^-scale with a whole number.
    let fraction = value.significandBitPattern
    let isNormal = value.exponentBitPattern != 0
    let significand = isNormal ? fraction | 1 << 52 : fraction
    let power = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075
    var whole = DecimalInteger(significand)
    if power >= 0 {
      for _ in 0..<power { whole.multiply(by: 2) }
    } else {
      // m / 2^k = m × 5^k / 10^k
      for _ in 0..<(-power) { whole.multiply(by: 5) }
    }
    let scale = power < 0 ? -power : 0
    var digits = whole.digits
    var exponent = digits.count - 1 - scale
    guard digits.count > count else {
      return (digits + Array(repeating: 0, count: count - digits.count), exponent)
    }
    let rest = digits[count...]
    let half = rest[count]
    let isExactHalf = half == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
    let roundsUp = isExactHalf ? digits[count - 1] % 2 == 1 : half >= 5
    digits.removeSubrange(count...)
    if roundsUp {
      var index = count - 1
      while index >= 0, digits[index] == 9 {
        digits[index] = 0
        index -= 1
      }
      if index >= 0 {
        digits[index] += 1
      } else {
        digits.insert(1, at: 0)
        digits.removeLast()
        exponent += 1
      }
    }
    return (digits, exponent)
  }
}

/// A whole number of any size in base 10⁹, least significant limb first. The largest one needed has 767 digits.
private struct DecimalInteger {
  private static let base: UInt64 = 1_000_000_000
  private var limbs: [UInt64]

  init(_ value: UInt64) {
    limbs = []
    var rest = value
    repeat {
      limbs.append(rest % Self.base)
      rest /= Self.base
    } while rest > 0
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = limbs[index] * factor + carry
      limbs[index] = product % Self.base
      carry = product / Self.base
    }
    if carry > 0 { limbs.append(carry) }
  }

  /// Decimal digits without leading zeros, most significant first.
  var digits: [UInt8] {
    var result: [UInt8] = []
    for limb in limbs.reversed() {
      var part: [UInt8] = []
      var rest = limb
      for _ in 0..<9 {
        part.append(UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
      result += part.reversed()
    }
    let leading = result.prefix { $0 == 0 }.count
    return Array(result.dropFirst(leading))
  }
}

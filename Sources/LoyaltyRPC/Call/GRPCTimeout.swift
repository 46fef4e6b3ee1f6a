// `grpc-timeout`: at most eight digits and a unit (grpc/doc/PROTOCOL-HTTP2.md, "Timeout").

enum GRPCTimeout {
  /// The longest time that is told from for ever, in nanoseconds: a year. What a peer says beyond it is taken as this, so
  /// that a deadline is always a point in time that can be computed with.
  static let longest: Int64 = 365 * 86_400 * 1_000_000_000

  /// Nanoseconds, at most `longest`. Nil if malformed.
  static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count >= 2, bytes.count <= 9 else { return nil }
    var number: Int64 = 0
    for index in 0..<(bytes.count - 1) {
      let byte = bytes[index]
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int64(byte - 0x30)
    }
    let unit: Int64
    switch bytes[bytes.count - 1] {
    case 0x6e: unit = 1  // n
    case 0x75: unit = 1_000  // u
    case 0x6d: unit = 1_000_000  // m
    case 0x53: unit = 1_000_000_000  // S
    case 0x4d: unit = 60_000_000_000  // M
    case 0x48: unit = 3_600_000_000_000  // H
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? longest : min(product, longest)
  }

  /// Appends the form with the finest unit that fits eight digits, rounded up so that the server never gives up first.
  static func format(nanoseconds: Int64, into out: inout [UInt8]) {
    var number = max(nanoseconds, 0)
    let units: [(step: Int64, letter: UInt8)] = [
      (1, 0x6e), (1_000, 0x75), (1_000, 0x6d), (1_000, 0x53), (60, 0x4d), (60, 0x48),
    ]
    for (step, letter) in units {
      number = number / step + (number % step == 0 ? 0 : 1)
      if number <= 99_999_999 {
        out.append(contentsOf: String(number).utf8)
        out.append(letter)
        return
      }
    }
    out.append(contentsOf: "99999999H".utf8)
  }
}

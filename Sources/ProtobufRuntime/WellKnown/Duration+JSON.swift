// google.protobuf.Duration in JSON: seconds with an `s` behind them, ±315,576,000,000 (some 10,000 years).

extension ProtobufDuration {
  static let largestSeconds: Int64 = 315_576_000_000

  private var isValid: Bool {
    seconds.magnitude <= UInt64(Self.largestSeconds) && nanos.magnitude < 1_000_000_000
      && !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0)
  }

  /// Reads text such as `1.5s`; nil where it is not, or out of range.
  public init?(jsonText text: String) {
    var rest = Array(text.utf8)[...]
    guard rest.popLast() == UInt8(ascii: "s") else { return nil }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !digits.isEmpty, let whole = Int64(String(decoding: digits, as: UTF8.self)), whole <= Self.largestSeconds
    else { return nil }
    rest = rest.dropFirst(digits.count)
    var nanos: Int32 = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let fraction = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let value = nanoseconds(ofFraction: fraction) else { return nil }
      nanos = value
      rest = rest.dropFirst(fraction.count)
    }
    guard rest.isEmpty else { return nil }
    self.init(seconds: isNegative ? -whole : whole, nanos: isNegative ? -nanos : nanos)
  }

  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    let text = try reader.string()
    guard let value = Self(jsonText: text) else {
      throw reader.error(
        .invalidWellKnownType("duration", reason: "\"\(text)\" is not seconds such as \"1.5s\" within ±315576000000"))
    }
    self = value
  }

  public func write(json writer: inout JSONWriter) {
    guard isValid else {
      writer.fail(.unencodable("duration with \(seconds) seconds and \(nanos) nanoseconds"))
      return
    }
    let sign = seconds < 0 || nanos < 0 ? "-" : ""
    writer.string("\(sign)\(seconds.magnitude)\(fraction(nanos))s")
  }
}

// Latencies with three digits at any size, in constant memory: Gil Tene's HDR histogram (hdrhistogram.org), with a
// fixed range. 40 lines do it, where the library brings swift-numerics into every build.

/// Counts of values from 0 to some 73 minutes in nanoseconds; each is known to within 0.1%. A value.
struct LatencyHistogram: Sendable {
  /// Values in each power of two: 1,024 give three digits.
  private static let subBuckets = 1024
  private static let subBucketBits = 10
  /// 2^42 ns: longer than any call's timeout that makes sense.
  static let longest: UInt64 = (1 << 42) - 1

  private var counts = [UInt64](repeating: 0, count: (42 - 10 + 1) * 1024)
  private(set) var count: UInt64 = 0
  private(set) var largest: UInt64 = 0
  private(set) var smallest = UInt64.max
  private var sum = 0.0

  private static func index(_ value: UInt64) -> Int {
    let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - subBucketBits - 1)
    return shift * subBuckets + Int(value >> UInt64(shift))
  }

  /// The largest value that is counted in the same place.
  private static func top(_ index: Int) -> UInt64 {
    let shift = max(0, index / subBuckets - 1)
    return (UInt64(index - shift * subBuckets + 1) << UInt64(shift)) - 1
  }

  mutating func record(_ nanoseconds: UInt64) {
    let value = min(nanoseconds, Self.longest)
    counts[Self.index(value)] += 1
    count += 1
    sum += Double(value)
    if value > largest { largest = value }
    if value < smallest { smallest = value }
  }

  mutating func add(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    sum += other.sum
    largest = max(largest, other.largest)
    smallest = min(smallest, other.smallest)
  }

  mutating func clear() {
    for index in counts.indices { counts[index] = 0 }
    (count, sum, largest, smallest) = (0, 0, 0, .max)
  }

  var mean: Double { count == 0 ? 0 : sum / Double(count) }

  /// The value that at least this share of the values does not exceed; 0 if there are none.
  /// - Parameter percentile: from 0 to 100.
  func value(atPercentile percentile: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let rank = max(1, UInt64((min(max(percentile, 0), 100) / 100 * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for index in counts.indices where counts[index] > 0 {
      seen += counts[index]
      if seen >= rank { return min(Self.top(index), largest) }
    }
    return largest
  }

  /// How many values do not exceed this one.
  func count(atMost nanoseconds: UInt64) -> UInt64 {
    let end = Self.index(min(nanoseconds, Self.longest))
    return counts[...end].reduce(0, +)
  }
}

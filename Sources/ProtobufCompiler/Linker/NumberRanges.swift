// Ranges of field and enum numbers, and questions to many of them at once: a message with thousands of fields and
// ranges takes a sort, not a comparison of each with each.

/// Numbers from `start` to `last`, both included; empty where `last` is less.
struct NumberRange: CustomStringConvertible {
  var start: Int64
  var last: Int64

  init(start: Int32, last: Int32) {
    self.start = Int64(start)
    self.last = Int64(last)
  }

  /// From an end that is exclusive, as messages have it.
  init(start: Int32?, end: Int32?) {
    self.start = Int64(start ?? 0)
    last = Int64(end ?? 0) - 1
  }

  var description: String { "\(start) to \(last)" }
}

struct NumberRanges {
  private let ranges: [NumberRange]
  /// Indices of the ranges that are not empty, by start.
  private let order: [Int]
  /// For each place in `order`, the index of the range that reaches furthest of those up to it.
  private let furthest: [Int]

  init(_ ranges: [NumberRange]) {
    self.ranges = ranges
    order = ranges.indices.filter { ranges[$0].start <= ranges[$0].last }
      .sorted { (ranges[$0].start, $0) < (ranges[$1].start, $1) }
    var furthest: [Int] = []
    for index in order {
      if let before = furthest.last, ranges[before].last >= ranges[index].last {
        furthest.append(before)
      } else {
        furthest.append(index)
      }
    }
    self.furthest = furthest
  }

  subscript(index: Int) -> NumberRange { ranges[index] }

  /// The index of a range that holds `number`.
  func find(_ number: Int32) -> Int? { find(NumberRange(start: number, last: number)) }

  /// The index of a range that shares a number with `other`.
  func find(_ other: NumberRange) -> Int? {
    guard other.start <= other.last else { return nil }
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[order[middle]].start <= other.last { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let candidate = furthest[low - 1]
    return ranges[candidate].last >= other.start ? candidate : nil
  }

  /// Pairs of ranges that share a number, the one declared later first.
  var overlaps: [(index: Int, other: Int)] {
    var result: [(index: Int, other: Int)] = []
    for (place, index) in order.enumerated().dropFirst() {
      let other = furthest[place - 1]
      if ranges[other].last >= ranges[index].start {
        result.append((max(index, other), min(index, other)))
      }
    }
    return result
  }
}

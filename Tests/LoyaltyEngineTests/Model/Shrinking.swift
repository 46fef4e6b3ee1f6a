// Makes a history that fails short: what is left out of it or made smaller is what does not matter to the failure
// (A. Zeller, R. Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002).

enum Shrinking {
  /// - Parameters:
  ///   - steps: a history that fails.
  ///   - fails: how many steps of a history run until it fails; nil if it does not.
  /// - Returns: a history that fails of which no single step can be left out.
  static func shrink(_ steps: [Step], fails: ([Step]) -> Int?) -> [Step] {
    var shortest = steps
    func tries(_ candidate: [Step]) -> Bool {
      guard let count = fails(candidate) else { return false }
      shortest = Array(candidate.prefix(count))
      return true
    }
    _ = tries(shortest)
    var size = max(1, shortest.count / 2)
    while true {
      var start = 0
      var isShorter = false
      while start < shortest.count {
        let candidate = Array(shortest[..<start] + shortest[min(start + size, shortest.count)...])
        if tries(candidate) { isShorter = true } else { start += size }
      }
      if size == 1, !isShorter { break }
      size = max(1, size / 2)
    }
    // Several moves of the clock as one.
    for index in shortest.indices.dropLast().reversed() where index + 1 < shortest.count {
      guard case .advance(let first) = shortest[index].action, case .advance(let second) = shortest[index + 1].action
      else { continue }
      var candidate = shortest
      candidate[index].action = .advance(ms: first + second)
      candidate.remove(at: index + 1)
      _ = tries(candidate)
    }
    // Smaller numbers, and whatever that makes superfluous.
    for index in shortest.indices.reversed() where index < shortest.count {
      for action in shortest[index].action.simpler {
        var candidate = shortest
        candidate[index].action = action
        if tries(candidate) { break }
      }
    }
    return shortest
  }

  /// The history as Swift, to be pasted into a test.
  static func text(_ steps: [Step]) -> String { steps.map { "  \($0)," }.joined(separator: "\n") }
}

extension Action {
  /// The same with simpler numbers, simplest first.
  fileprivate var simpler: [Action] {
    switch self {
    case .advance(let ms):
      [1, 60_000, 3_600_000, TestPolicy.day, ms / TestPolicy.day * TestPolicy.day].filter { $0 < ms }
        .map { .advance(ms: $0) }
    case .accrue(let member, let partner, let kind, let minorUnits, let ago, let reference, let resort):
      [
        .accrue(
          member: member, partner: partner, activity: .purchase, minorUnits: 10_000, ago: 0, reference: reference,
          resort: false),
        .accrue(
          member: member, partner: partner, activity: kind, minorUnits: 10_000, ago: 0, reference: reference,
          resort: resort),
        .accrue(
          member: member, partner: partner, activity: kind, minorUnits: minorUnits, ago: 0, reference: reference,
          resort: resort),
        .accrue(
          member: member, partner: partner, activity: kind, minorUnits: 10_000, ago: ago, reference: reference,
          resort: resort),
      ]
    case .reserve(let member, let partner, let points, let minutes):
      [(1, 0), (100, 0), (points, 0), (100, minutes)].map {
        .reserve(member: member, partner: partner, points: $0.0, minutes: $0.1)
      }
    case .redeem(let member, let partner, _, _, _):
      [.redeem(member: member, partner: partner, item: .mug, quantity: 1, expected: nil)]
    case .transfer(let from, let to, _): [5, 50, 100].map { .transfer(from: from, to: to, points: $0) }
    case .adjust(let member, let points):
      [1, 100, -1].filter { abs($0) < abs(points) }.map { .adjust(member: member, points: $0) }
    case .reverseAccrual(let step, let part) where part > 0:
      [0, 1, 5_000].map { .reverseAccrual(step, part: $0) }
    case .reversePayment(let step, let part) where part > 0: [.reversePayment(step, part: 0)]
    case .exchange(let member, let toMiles, _):
      [20, 100].map { .exchange(member: member, toMiles: toMiles, amount: $0) }
    case .upload(let partner, let lines, let brokenAfter, let crash):
      lines.indices.map { index in
        var fewer = lines
        fewer.remove(at: index)
        return .upload(
          partner: partner, lines: fewer, brokenAfter: min(brokenAfter, fewer.count), crash: crash)
      }
    case .publish(_, let inHours): [.publish(terms: 0, inHours: 0), .publish(terms: 0, inHours: inHours)]
    default: []
    }
  }
}

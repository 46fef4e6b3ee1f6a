// A ledger under load: each measurement makes its own.

import Foundation
import LoyaltyEngine
import LoyaltyMessages

struct EngineBench {
  struct Unexpected: Error, CustomStringConvertible {
    var description: String
  }

  private static let airline = Caller(subject: "partner-cathay-air", partner: "cathay-air")
  /// 2026-11-23 12:00 UTC.
  private static let start: Int64 = 1_795_435_200_000

  private let policy: CompiledPolicy
  private var ledger = Ledger()
  private var now = EngineBench.start
  private var count = 0

  private init(_ policy: CompiledPolicy) throws {
    self.policy = policy
    let opening = OpeningInput(programme: "jade-travel", hashKey: [UInt8](1...16))
    try decide(.opening(opening), key: "", caller: .service)
  }

  /// Decides and applies, as the store does under its lock.
  @discardableResult
  private mutating func decide(_ input: Record.Input, key: String, caller: Caller = airline) throws -> Bool {
    let command = Command(input, idempotencyKey: key)
    switch ledger.decide(command, policy: policy, now: now, caller: caller) {
    case .change(let record):
      ledger.apply(record, sequence: ledger.sequence + 1)
      if let what = ledger.inconsistency { throw Unexpected(description: what) }
      return true
    case .answer(.nothingToDo): return false
    case .answer(let verdict): throw Unexpected(description: "\(input): \(verdict)")
    }
  }

  private mutating func accrue(member: Int, minorUnits: Int64 = 128_000) throws {
    count += 1
    // A second for every thousand: lots of a day lapse together, as they would.
    if count % 1_000 == 0 { now += 1_000 }
    try decide(
      .accrual(
        AccrualInput(
          member: "M-\(member)", activity: .flight, reference: "160-\(count)", currency: "CNY", minorUnits: minorUnits,
          occurredMs: now - 3_600_000, category: "economy")), key: "key-\(count)")
  }

  private mutating func enrol(_ members: Int, minorUnits: Int64 = 128_000) throws {
    for member in 0..<members { try accrue(member: member, minorUnits: minorUnits) }
  }

  static func accrue(_ policy: CompiledPolicy, members: Int, enrolled: Int, count: Int) throws {
    var bench = try EngineBench(policy)
    try bench.enrol(enrolled)
    // A prime step visits the members in no order that memory would like.
    var member = 0
    let seconds = try time {
      for _ in 0..<count {
        member = (member + 7_919) % members
        try bench.accrue(member: member)
      }
    }
    report("accruals, \(members) members", count, seconds)
  }

  static func redeem(_ policy: CompiledPolicy, members: Int) throws {
    var bench = try EngineBench(policy)
    // Enough for three each, also when a campaign's budget is spent.
    for _ in 0..<10 { try bench.enrol(members, minorUnits: 512_000) }
    let count = members * 3
    let seconds = try time {
      for number in 0..<count {
        let input = RedemptionInput(member: "M-\(number % members)", item: "hotel-discount-200", quantity: 1)
        try bench.decide(.redemption(input), key: "redeem-\(number)")
      }
    }
    report("redemptions, \(members) members with 10 lots", count, seconds)
  }

  /// - Parameter keys: idempotency keys that are remembered at most; the promise is a number of days, not of members.
  static func memory(_ policy: CompiledPolicy, members: Int, keys: Int, _ what: String) throws {
    let before = residentBytes()
    var bench = try EngineBench(policy)
    bench.ledger.limits.idempotencyKeys = keys
    for _ in 0..<3 { try bench.enrol(members) }
    let bytes = (residentBytes() - before) / members
    print("memory a member with three lots, references and \(what) included: \(bytes) bytes")
    withExtendedLifetime(bench) {}
  }

  static func expiry(_ policy: CompiledPolicy, lots: Int) throws {
    var bench = try EngineBench(policy)
    try bench.enrol(lots)
    guard let due = bench.ledger.dueMs(.lots) else { throw Unexpected(description: "no lot lapses") }
    bench.now = due + 31 * 86_400_000
    var longest = 0.0
    var records = 0
    let seconds = try time {
      while true {
        var more = false
        let step = try time { more = try bench.decide(.expiry(ExpiryInput()), key: "", caller: .service) }
        longest = max(longest, step)
        guard more else { break }
        records += 1
      }
    }
    report("lots lapsing, in \(records) records", lots, seconds)
    print(String(format: "  longest record: %.2f ms", longest * 1_000))
  }

  private static func report(_ what: String, _ count: Int, _ seconds: Double) {
    print(
      String(
        format: "%@: %d in %.2f s, %.0f a second, %.2f us each", what, count, seconds, Double(count) / seconds,
        seconds / Double(count) * 1e6))
  }

  /// Processor seconds of this thread: other work of the machine does not count.
  private static func time(_ body: () throws -> Void) rethrows -> Double {
    let begin = processorSeconds()
    try body()
    return processorSeconds() - begin
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
  }
}

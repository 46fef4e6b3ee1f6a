// A small policy whose numbers are easy to reckon with: 1 point for each CNY, gold earns half as much again.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

enum TestPolicy {
  static let day: Int64 = CivilCalendar.millisecondsPerDay
  /// 2026-03-10T04:00:00Z: noon in Shanghai.
  static let start: Int64 = 1_773_115_200_000

  static func text(_ en: String) -> [String: String] { ["en": en, "zh-CN": "文 \(en)"] }

  static func document() -> Policy {
    Policy(
      version: 1, effectiveFrom: ProtobufTimestamp(seconds: 1_767_196_800),
      programme: ProgrammePolicy(
        id: "test", name: text("Test"), utcOffsetMinutes: 480, defaultLanguage: "en"),
      partners: [
        PartnerPolicy(id: "air", name: text("Air"), certificateSubjects: ["partner-air"]),
        PartnerPolicy(id: "inn", name: text("Inn"), certificateSubjects: ["partner-inn", "partner-inn-2"]),
      ],
      operators: [OperatorPolicy(certificateSubject: "ops", name: text("Ops"), roles: ["operations"])],
      tiers: [
        TierPolicy(id: "entry", name: text("Entry"), qualifyingPoints: 0, multiplierBp: 10_000),
        TierPolicy(id: "silver", name: text("Silver"), qualifyingPoints: 1_000, multiplierBp: 12_500),
        TierPolicy(id: "gold", name: text("Gold"), qualifyingPoints: 5_000, multiplierBp: 15_000),
      ],
      earningRules: [
        EarningRule(
          id: "money", version: 3, name: text("A point for each yuan"),
          when: EarningCondition(activities: [.purchase, .stay, .flight]),
          rates: [EarningRate(currency: "CNY", points: 1, perMinorUnits: 100)], tierMultiplied: true, qualifying: true),
        EarningRule(
          id: "survey", version: 1, name: text("A survey"), when: EarningCondition(activities: [.survey]),
          fixedPoints: 50),
        EarningRule(
          id: "resort-double", version: 1, name: text("Resorts twice"),
          when: EarningCondition(activities: [.stay], categories: ["resort"]), shareOfBaseBp: 10_000, maxPoints: 300),
      ],
      expiry: ExpiryPolicy(months: 3, endOfMonth: false, noticeDays: 30),
      windows: WindowPolicy(accrueWithinDays: 60, clockSkewMinutes: 10),
      catalogue: [
        ItemPolicy(
          id: "mug", kind: .merchandise, title: text("Mug"), details: text("A mug"), points: 100,
          tierPrices: [TierPricePolicy(tier: "gold", points: 80)], stock: 3),
        ItemPolicy(
          id: "night", kind: .hotel, title: text("Night"), details: text("A night"), points: 700),
        ItemPolicy(
          id: "lounge", kind: .experience, title: text("Lounge"), details: text("A visit"), points: 10,
          fromTier: "silver"),
        ItemPolicy(
          id: "fair", kind: .travel, title: text("Fair"), details: text("A day"), points: 10,
          availableFrom: ProtobufTimestamp(seconds: (start + day) / 1_000),
          availableUntil: ProtobufTimestamp(seconds: (start + 2 * day) / 1_000)),
      ],
      feedbackDeadlines: [
        FeedbackDeadline(kind: .complaint, hours: 48), FeedbackDeadline(kind: .complaint, tier: "gold", hours: 4),
        FeedbackDeadline(kind: .question, hours: 72), FeedbackDeadline(kind: .suggestion, hours: 240),
        FeedbackDeadline(kind: .praise, hours: 240),
      ])
  }

  static func compiled(_ change: (inout Policy) -> Void = { _ in }) throws -> CompiledPolicy {
    var document = document()
    change(&document)
    return try CompiledPolicy(document)
  }
}

/// A ledger with its policy and a clock, driven like the service drives it: decide, then apply what was accepted.
struct Desk {
  var ledger = Ledger()
  var policy: CompiledPolicy
  var now = TestPolicy.start
  var records: [Record] = []
  private var keyCount = 0

  static let air = Caller(subject: "partner-air", partner: "air")
  static let inn = Caller(subject: "partner-inn", partner: "inn")
  static let ops = Caller(subject: "ops", roles: ["operations"])

  init(_ policy: CompiledPolicy? = nil) throws {
    self.policy = try policy ?? TestPolicy.compiled()
    _ = try accept(.opening(OpeningInput(programme: "test", hashKey: [UInt8](1...16))), caller: .service)
  }

  mutating func freshKey() -> String {
    keyCount += 1
    return "key-\(keyCount)"
  }

  func decide(_ input: Record.Input, key: String, caller: Caller = Desk.air) -> Decision {
    ledger.decide(Command(input, idempotencyKey: key), policy: policy, now: now, caller: caller)
  }

  mutating func apply(_ record: Record) {
    ledger.apply(record, sequence: ledger.sequence + 1)
    records.append(record)
  }

  /// Decides and applies; throws what was refused.
  @discardableResult
  mutating func accept(_ input: Record.Input, key: String? = nil, caller: Caller = Desk.air) throws -> Record {
    let key = key ?? (caller == .service ? "" : freshKey())
    switch decide(input, key: key, caller: caller) {
    case .change(let record):
      apply(record)
      return record
    case .answer(.refused(let refusal)): throw refusal
    case .answer(.repeated(let accepted)): throw Unexpected(what: "repeated \(accepted.sequence)")
    case .answer(.nothingToDo): throw Unexpected(what: "nothing to do")
    }
  }

  /// The reason for which a command is refused now; nil if it is not.
  func refusal(_ input: Record.Input, key: String = "refused-key", caller: Caller = Desk.air) -> Refusal? {
    if case .answer(.refused(let refusal)) = decide(input, key: key, caller: caller) { return refusal }
    return nil
  }

  func account(_ member: String) throws -> AccountView {
    try ledger.account(member, policy: policy, now: now)
  }

  struct Unexpected: Error { var what: String }
}

/// An accrual of so many yuan, a reference of its own unless given.
func accrual(
  _ member: String, yuan: Int64, reference: String, activity: Activity = .purchase, at: Int64 = TestPolicy.start,
  category: String = "", number: String = ""
) -> Record.Input {
  .accrual(
    AccrualInput(
      member: member, partnerNumber: number, activity: activity, reference: reference, currency: "CNY",
      minorUnits: yuan * 100, occurredMs: at, category: category))
}

func redemption(_ member: String, _ item: String, quantity: Int64 = 1, expected: Int64? = nil) -> Record.Input {
  .redemption(RedemptionInput(member: member, item: item, quantity: quantity, expectedPoints: expected))
}

extension Record {
  var accrual: AccrualOutcome? {
    if case .accrued(let outcome)? = outcome { return outcome }
    return nil
  }
  var redemption: RedemptionOutcome? {
    if case .redeemed(let outcome)? = outcome { return outcome }
    return nil
  }
  var expiry: ExpiryOutcome? {
    if case .expired(let outcome)? = outcome { return outcome }
    return nil
  }
}

/// A small seeded generator (SplitMix64), the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

// A policy's mistakes: each is found, under the path of the field that has it, and a sound policy has none.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime
import Testing

@Suite struct PolicyTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var path: String
    var says: String
    var make: @Sendable (inout Policy) -> Void
    var testDescription: String { path }

    init(_ path: String, _ says: String, _ make: @escaping @Sendable (inout Policy) -> Void) {
      self.path = path
      self.says = says
      self.make = make
    }
  }

  static let mistakes: [Mistake] = [
    Mistake("version", "missing") { $0.version = 0 },
    Mistake("effective_from", "missing") { $0.effectiveFrom = nil },
    Mistake("effective_from", "1970") { $0.effectiveFrom = ProtobufTimestamp(seconds: -5) },
    Mistake("programme", "missing") { $0.programme = nil },
    Mistake("programme.id", "Ü") { $0.programme?.id = "Ü" },
    Mistake("programme.name", "no text in 'en'") { $0.programme?.name = ["zh-CN": "x"] },
    Mistake("programme.name.en", "empty") { $0.programme?.name["en"] = "" },
    Mistake("programme.utc_offset_minutes", "900") { $0.programme?.utcOffsetMinutes = 900 },
    Mistake("programme.default_language", "missing") { $0.programme?.defaultLanguage = "" },
    Mistake("partners", "empty") {
      $0.partners = []
    },
    Mistake("partners[1].id", "partners[0]") { $0.partners[1].id = "air" },
    Mistake("partners[1].certificate_subjects", "empty") { $0.partners[1].certificateSubjects = [] },
    Mistake("partners[1].certificate_subjects[1]", "partners[0].certificate_subjects[0]") {
      $0.partners[1].certificateSubjects[1] = "partner-air"
    },
    Mistake("operators[0].certificate_subject", "partner-air") { $0.operators[0].certificateSubject = "partner-air" },
    Mistake("operators[0].roles", "empty") { $0.operators[0].roles = [] },
    Mistake("tiers[0].qualifying_points", "is 5") { $0.tiers[0].qualifyingPoints = 5 },
    Mistake("tiers[1].multiplier_bp", "is 9999") { $0.tiers[1].multiplierBp = 9_999 },
    Mistake("tiers[2].qualifying_points", "not above the 1000") { $0.tiers[2].qualifyingPoints = 1_000 },
    Mistake("tiers[2].id", "tiers[1]") { $0.tiers[2].id = "silver" },
    Mistake("tiers[1].benefits[0].text", "no text") { $0.tiers[1].benefits = [TierBenefit()] },
    Mistake("partners[0].quota.calls_per_second", "at most 1000000") {
      $0.partners[0].quota = PartnerQuota(callsPerSecond: 1_000_001)
    },
    Mistake("partners[0].quota.call_burst", "without calls_per_second") {
      $0.partners[0].quota = PartnerQuota(callBurst: 10)
    },
    Mistake("tier_review.window", "is no window") { $0.tierReview = TierReviewPolicy(window: .unrecognized(9)) },
    Mistake("tier_review.rolling_months", "only a window that is rolling") {
      $0.tierReview = TierReviewPolicy(window: .calendarYear, rollingMonths: 6)
    },
    Mistake("tier_review.rolling_months", "at most 60") {
      $0.tierReview = TierReviewPolicy(window: .rolling, rollingMonths: 61)
    },
    Mistake("earning_rules", "empty") { $0.earningRules = [] },
    Mistake("earning_rules[0].version", "missing") { $0.earningRules[0].version = 0 },
    Mistake("earning_rules[0]", "rates and fixed_points") { $0.earningRules[0].fixedPoints = 1 },
    Mistake("earning_rules[1]", "gives no points") { $0.earningRules[1].fixedPoints = 0 },
    Mistake("earning_rules[1].fixed_points", "is -4") { $0.earningRules[1].fixedPoints = -4 },
    Mistake("earning_rules[0].rates[0].currency", "'yuan'") { $0.earningRules[0].rates[0].currency = "yuan" },
    Mistake("earning_rules[0].rates[0].per_minor_units", "is 0") { $0.earningRules[0].rates[0].perMinorUnits = 0 },
    Mistake("earning_rules[0].rates[0].points", "is -1") { $0.earningRules[0].rates[0].points = -1 },
    Mistake("earning_rules[0].rates[1].currency", "as earning_rules[0].rates[0]") {
      $0.earningRules[0].rates.append($0.earningRules[0].rates[0])
    },
    Mistake("earning_rules[0].rounding", "is 9") { $0.earningRules[0].rounding = .unrecognized(9) },
    Mistake("earning_rules[0].max_points", "is -1") { $0.earningRules[0].maxPoints = -1 },
    Mistake("earning_rules[0].share_of_base_bp", "no rule before it") {
      $0.earningRules.swapAt(0, 2)
    },
    Mistake("earning_rules[0].when.partners[0]", "'ship', which is no partner") {
      $0.earningRules[0].when?.partners = ["ship"]
    },
    Mistake("earning_rules[0].when.tiers[1]", "'iron'") { $0.earningRules[0].when?.tiers = ["gold", "iron"] },
    Mistake("earning_rules[0].when.activities[0]", "no activity") {
      $0.earningRules[0].when?.activities = [.unspecified]
    },
    Mistake("earning_rules[0].when.until", "not after from") {
      $0.earningRules[0].when?.from = ProtobufTimestamp(seconds: 10)
      $0.earningRules[0].when?.until = ProtobufTimestamp(seconds: 10)
    },
    Mistake("expiry", "missing") { $0.expiry = nil },
    Mistake("expiry.months", "is 1201") { $0.expiry?.months = 1_201 },
    Mistake("windows", "missing") { $0.windows = nil },
    Mistake("windows.accrue_within_days", "is 0") { $0.windows?.accrueWithinDays = 0 },
    Mistake("windows.clock_skew_minutes", "is 2000") { $0.windows?.clockSkewMinutes = 2_000 },
    Mistake("catalogue[1].id", "catalogue[0]") { $0.catalogue[1].id = "mug" },
    Mistake("catalogue[0].kind", "missing") { $0.catalogue[0].kind = .unspecified },
    Mistake("catalogue[0].points", "is 0") { $0.catalogue[0].points = 0 },
    Mistake("catalogue[0].details", "no text") { $0.catalogue[0].details = [:] },
    Mistake("catalogue[0].stock", "is -1") { $0.catalogue[0].stock = -1 },
    Mistake("catalogue[0].tier_prices[0].tier", "'iron'") { $0.catalogue[0].tierPrices[0].tier = "iron" },
    Mistake("catalogue[2].tier_prices[0].tier", "for 'silver' and above") {
      $0.catalogue[2].tierPrices = [TierPricePolicy(tier: "entry", points: 5)]
    },
    Mistake("catalogue[2].from_tier", "'iron'") { $0.catalogue[2].fromTier = "iron" },
    Mistake("catalogue[3].available_until", "not after") {
      $0.catalogue[3].availableUntil = $0.catalogue[3].availableFrom
    },
    Mistake("feedback_deadlines", "praise") { $0.feedbackDeadlines.removeLast() },
    Mistake("feedback_deadlines[5]", "same kind and tier") {
      $0.feedbackDeadlines.append(FeedbackDeadline(kind: .complaint, tier: "gold", hours: 5))
    },
    Mistake("feedback_deadlines[0].hours", "is 0") { $0.feedbackDeadlines[0].hours = 0 },
    Mistake("feedback_deadlines[1].tier", "'iron'") { $0.feedbackDeadlines[1].tier = "iron" },
  ]

  @Test func aSoundPolicyHasNoMistake() {
    #expect(PolicyValidator.problems(in: TestPolicy.document()) == [])
  }

  @Test(arguments: mistakes) func aMistakeIsFoundUnderItsPath(mistake: Mistake) throws {
    var document = TestPolicy.document()
    mistake.make(&document)
    let problems = PolicyValidator.problems(in: document)
    #expect(
      problems.contains { $0.path == mistake.path && $0.message.contains(mistake.says) }, "\(problems)")
    #expect(throws: InvalidPolicy.self) { try CompiledPolicy(document) }
  }

  @Test func anEmptyPolicyIsRefusedWithoutATrap() {
    #expect(PolicyValidator.problems(in: Policy()).count > 5)
  }

  @Test func textsComeInTheLanguageAskedForOrTheNearest() throws {
    let policy = try TestPolicy.compiled()
    let texts = ["en": "Hello", "zh-CN": "你好"]
    #expect(policy.text(texts, language: "zh-CN") == "你好")
    #expect(policy.text(texts, language: "zh-TW") == "你好")
    #expect(policy.text(texts, language: "en-GB") == "Hello")
    #expect(policy.text(texts, language: "fr") == "Hello")
    #expect(policy.text(texts, language: "") == "Hello")
  }

  @Test func ratiosAreExactUpToTheGreatestNumber() {
    #expect(FixedPoint.scale(Int64.max, by: 10_000, over: 10_000, rounding: .down) == Int64.max)
    #expect(FixedPoint.scale(Int64.max, by: 10_001, over: 10_000, rounding: .down) == nil)
    #expect(FixedPoint.scale(Int64.max, by: Int64.max, over: Int64.max, rounding: .up) == Int64.max)
    #expect(FixedPoint.scale(1, by: 4_999, over: 10_000, rounding: .halfUp) == 0)
    #expect(FixedPoint.scale(1, by: 5_000, over: 10_000, rounding: .halfUp) == 1)
    #expect(FixedPoint.scale(1, by: 1, over: 10_000, rounding: .up) == 1)
    #expect(FixedPoint.scale(0, by: 1, over: 10_000, rounding: .up) == 0)
  }
}

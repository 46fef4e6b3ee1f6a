// The handlers without a transport: a real store in a temporary folder, a clock of the test's own, the sample policy.

import Foundation
import LoyaltyAPI
import LoyaltyEngine
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyService

/// Handlers over a store of their own, closed and removed at the end.
final class HandlerBench {
  /// 2026-06-15T02:00:00Z, in no campaign of the sample.
  static let start: Int64 = 1_781_488_800_000

  let folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-handlers-\(UUID())")
  let handlers: LoyaltyHandlers
  let programme: Programme
  let store: DurableStore<Ledger>
  private let clock: Clock

  final class Clock: Sendable {
    let now = Mutex(HandlerBench.start)
  }

  init() throws {
    let clock = Clock()
    self.clock = clock
    let policy = try PolicyFile.load(TestServer.root.appending(path: "policies/sample.yaml").path)
    store = try DurableStore<Ledger>.open(directory: folder.path, configuration: .small)
    programme = Programme(store: store, policy: policy, gate: ReplyGate()) { clock.now.withLock { $0 } }
    try programme.open()
    handlers = LoyaltyHandlers(programme)
  }

  deinit {
    try? store.close()
    try? FileManager.default.removeItem(at: folder)
  }

  func advance(_ milliseconds: Int64) { clock.now.withLock { $0 += milliseconds } }

  func call(_ language: String? = nil, _ subject: String = "partner-cathay-air") -> CallSituation {
    CallSituation(
      caller: programme.policy.caller(subject: subject) ?? Caller(subject: subject), acceptLanguage: language,
      now: programme.clock())
  }

  func flight(_ member: String, yuan: Int64, reference: String) -> AccrueRequest {
    AccrueRequest(
      memberID: member, kind: .flight, reference: reference, amount: Money(currencyCode: "CNY", minorUnits: yuan * 100),
      occurredAt: ProtobufTimestamp(seconds: programme.clock() / 1_000), idempotencyKey: "key-\(reference)")
  }
}

extension Answer {
  var error: RPCError? {
    if case .failure(let error) = result { return error }
    return nil
  }
}

/// The fields that an answer's BadRequest names.
func badFields<R>(_ answer: Answer<R>) -> [String] {
  guard answer.error?.code == .invalidArgument else { return [] }
  return answer.error?.detail(BadRequest.self)?.fieldViolations.map(\.field) ?? []
}

@Suite struct HandlerTests {
  @Test func anAccrualSaysInTheCallersLanguageWhyItGaveWhat() throws {
    let bench = try HandlerBench()
    let first = try bench.handlers.accrue(bench.flight("M-1", yuan: 6_000, reference: "a"), bench.call("en")).result
      .get()
    #expect(first.points == 12_500 && first.balance == 12_500 && first.qualifyingPoints == 12_000)
    #expect(first.rules.map(\.ruleID) == ["flight-base", "welcome"])
    #expect(first.rules[0].why == "2 points for each CNY 1 of a flight, for each USD 0.14")
    #expect(first.rules[0].base == 600_000 && first.enrolled && first.tierID == "silver")
    #expect(first.accrualID == "acr-3" && first.lots.map(\.lotID) == ["lot-3-0"])
    let again = try bench.handlers.accrue(
      bench.flight("M-1", yuan: 100, reference: "b"), bench.call("fr;q=0.2, zh-CN;q=0.9")
    ).result.get()
    #expect(again.rules.map(\.ruleID) == ["flight-base", "tier.silver"])
    #expect(again.rules[1].why == "银卡：1.1 倍积分" && again.rules[1].points == 20)
  }

  @Test func theFirstResponseComesAgainWordForWord() throws {
    let bench = try HandlerBench()
    let request = bench.flight("M-1", yuan: 600, reference: "a")
    let first = bench.handlers.accrue(request, bench.call())
    bench.advance(3_600_000)
    let second = bench.handlers.accrue(request, bench.call())
    #expect(try first.result.get() == second.result.get())
    #expect(first.sequence == second.sequence)
  }

  @Test func everyBadFieldOfAnAccrualIsNamed() throws {
    let bench = try HandlerBench()
    #expect(
      badFields(bench.handlers.accrue(AccrueRequest(), bench.call())) == [
        "member_id", "kind", "reference", "occurred_at", "idempotency_key",
      ])
    let long = String(repeating: "x", count: 65)
    let bad = AccrueRequest(
      memberID: "会员", partnerMemberNumber: "a\u{0}b", kind: .unrecognized(42), reference: long,
      amount: Money(currencyCode: "rmb", minorUnits: -1), occurredAt: ProtobufTimestamp(seconds: 1, nanos: -1),
      idempotencyKey: long, category: long)
    #expect(
      badFields(bench.handlers.accrue(bad, bench.call())) == [
        "member_id", "partner_member_number", "kind", "reference", "amount.currency_code", "amount.minor_units",
        "occurred_at", "idempotency_key", "category",
      ])
    var extreme = bench.flight("M", yuan: 1, reference: "a")
    extreme.occurredAt = ProtobufTimestamp(seconds: Int64.max)
    #expect(badFields(bench.handlers.accrue(extreme, bench.call())) == ["occurred_at"])
    #expect(bench.handlers.accrue(bad, bench.call()).sequence == 0)
  }

  @Test func badFieldsOfTheOtherCallsAreNamed() throws {
    let bench = try HandlerBench()
    #expect(
      badFields(
        bench.handlers.redeem(RedeemRequest(memberID: "m", quantity: 101, expectedPoints: -1), bench.call()))
        == ["item_id", "quantity", "expected_points", "idempotency_key"])
    #expect(badFields(bench.handlers.getTier(GetTierRequest(), bench.call())) == ["member_id"])
    #expect(
      badFields(
        bench.handlers.listCatalog(
          ListCatalogRequest(pageSize: -1, pageToken: "zz", category: .unrecognized(9), affordableOnly: true),
          bench.call()))
        == ["page_size", "category", "affordable_only", "page_token"])
    #expect(
      badFields(
        bench.handlers.submitFeedback(
          SubmitFeedbackRequest(
            memberID: "m", kind: .unspecified, context: .unrecognized(9), text: String(repeating: "很", count: 4_001),
            attachments: ["ok", ""], idempotencyKey: "k"), bench.call()))
        == ["kind", "context", "text", "attachments[1]"])
  }

  @Test func aRefusalHasItsReasonTheNumbersAndTheCallersLanguage() throws {
    let bench = try HandlerBench()
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 100, reference: "a"), bench.call())
    let answer = bench.handlers.redeem(
      RedeemRequest(memberID: "M-1", itemID: "cabin-suitcase", idempotencyKey: "r"), bench.call("zh"))
    let error = try #require(answer.error)
    #expect(error.code == .failedPrecondition)
    let info = try #require(error.detail(ErrorInfo.self))
    #expect(info.reason == "INSUFFICIENT_POINTS" && info.domain == "loyalty.v1")
    #expect(info.metadata == ["required": "45000", "available": "700", "missing": "44300"])
    #expect(error.detail(LocalizedMessage.self)?.locale == "zh-CN")
    #expect(error.detail(LocalizedMessage.self)?.message == "需要 45000 积分，会员可用 700 积分，尚缺 44300 积分。")
    #expect(error.message == "The price is 45000 points; the member has 700, 44300 too few.")
    // What the refusal saw has to be durable before it is told.
    #expect(answer.sequence == 3)
  }

  @Test func aSecondCreditForAReferenceNamesTheFirstAccrual() throws {
    let bench = try HandlerBench()
    var request = bench.flight("M-1", yuan: 100, reference: "a")
    let first = try bench.handlers.accrue(request, bench.call()).result.get()
    request.idempotencyKey = "another"
    let info = bench.handlers.accrue(request, bench.call("en")).error?.detail(ErrorInfo.self)
    #expect(info?.reason == "REFERENCE_ALREADY_CREDITED" && info?.metadata["firstAccrual"] == first.accrualID)
  }

  @Test func momentsInARefusalAreTold() throws {
    let bench = try HandlerBench()
    var request = bench.flight("M-1", yuan: 100, reference: "a")
    request.occurredAt = ProtobufTimestamp(seconds: HandlerBench.start / 1_000 + 86_400)
    let info = bench.handlers.accrue(request, bench.call()).error?.detail(ErrorInfo.self)
    #expect(info?.metadata["occurred"] == "2026-06-16T02:00:00Z" && info?.metadata["now"] == "2026-06-15T02:00:00Z")
  }

  @Test func unknownMembersAndItemsAreNotFoundAndOperatorsDoNotAccrue() throws {
    let bench = try HandlerBench()
    #expect(bench.handlers.getTier(GetTierRequest(memberID: "nobody"), bench.call()).error?.code == .notFound)
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 100, reference: "a"), bench.call())
    let redeem = RedeemRequest(memberID: "M-1", itemID: "nothing", idempotencyKey: "k")
    #expect(bench.handlers.redeem(redeem, bench.call()).error?.code == .notFound)
    let byOperator = bench.handlers.accrue(bench.flight("M-1", yuan: 100, reference: "b"), bench.call(nil, "ops-lin"))
    #expect(byOperator.error?.code == .permissionDenied)
    #expect(bench.handlers.getTier(GetTierRequest(memberID: "M-1"), bench.call(nil, "ops-lin")).error == nil)
  }

  @Test func anOperatorDoesWhatItsRolesSayAndNothingWithoutOne() throws {
    let bench = try HandlerBench()
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 6_000, reference: "a"), bench.call())
    func outcome(_ roles: [String]) -> [StatusCode?] {
      var call = bench.call("en", "ops-lin")
      call.caller = Caller(subject: "ops", roles: roles)
      let key = "key-\(roles)"
      return [
        bench.handlers.accrue(bench.flight("M-1", yuan: 1, reference: key), call).error?.code,
        bench.handlers.redeem(RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: key), call).error?
          .code,
        bench.handlers.getTier(GetTierRequest(memberID: "M-1"), call).error?.code,
        bench.handlers.listCatalog(ListCatalogRequest(), call).error?.code,
        bench.handlers.submitFeedback(
          SubmitFeedbackRequest(memberID: "M-1", kind: .praise, text: "!", idempotencyKey: key), call
        ).error?.code,
      ]
    }
    let denied = StatusCode.permissionDenied
    #expect(outcome(["operations"]) == [denied, nil, nil, nil, nil])
    #expect(outcome(["auditor"]) == [denied, denied, nil, nil, denied])
    #expect(outcome(["gardener"]) == [denied, denied, denied, denied, denied])
    #expect(outcome([]) == [denied, denied, denied, denied, denied])
  }

  @Test func aHeaderThatNamesNoLanguageLeavesTheProgrammes() throws {
    let bench = try HandlerBench()
    #expect(bench.call("*").language(policy: bench.programme.policy) == "zh-CN")
    #expect(bench.call("").language(policy: bench.programme.policy) == "zh-CN")
    #expect(bench.call("en;q=0").language(policy: bench.programme.policy) == "zh-CN")
  }

  @Test func aPolicyThatIsNotInEffectYetDecidesNothing() throws {
    let bench = try HandlerBench()
    let folder = bench.folder.appending(path: "early")
    let store = try DurableStore<Ledger>.open(directory: folder.path, configuration: .small)
    defer { try? store.close() }
    let early = Programme(store: store, policy: bench.programme.policy, gate: ReplyGate()) { 1_700_000_000_000 }
    #expect {
      try early.open()
    } throws: { "\($0)".contains("from 2025-12-31T16:00:00Z on") }
  }

  @Test func theTierTellsTheWayToTheNext() throws {
    let bench = try HandlerBench()
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 6_000, reference: "a"), bench.call())
    let tier = try bench.handlers.getTier(GetTierRequest(memberID: "M-1", language: "en"), bench.call()).result.get()
    #expect(tier.tier?.tierID == "silver" && tier.tier?.benefits == ["5% off member prices", "Priority booking"])
    #expect(tier.nextTier?.name == "Gold" && tier.pointsToNextTier == 28_000)
    #expect(tier.balance == 12_500 && tier.expiringSoon == 0)
    // 24 months on, at the end of June 2028 in Beijing.
    #expect(tier.nextExpiryAt == ProtobufTimestamp(seconds: 1_845_993_600))
    #expect(tier.periodEndsAt == ProtobufTimestamp(seconds: 1_798_732_800))
  }

  @Test func pagesFollowEachOtherWithoutGapOrRepetitionAndTokensKeepToTheirFilters() throws {
    let bench = try HandlerBench()
    var request = ListCatalogRequest(pageSize: 3, language: "en")
    var ids: [String] = []
    repeat {
      let page = try bench.handlers.listCatalog(request, bench.call()).result.get()
      ids += page.items.map(\.itemID)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(
      ids == bench.programme.policy.catalogue.items.filter { $0.isOffered(at: HandlerBench.start) }.map(\.id).sorted())
    let first = try bench.handlers.listCatalog(ListCatalogRequest(pageSize: 3), bench.call()).result.get()
    let other = ListCatalogRequest(pageSize: 3, pageToken: first.nextPageToken, category: .hotel)
    #expect(badFields(bench.handlers.listCatalog(other, bench.call())) == ["page_token"])
  }

  @Test func theCatalogueKnowsWhatAMemberCanHave() throws {
    let bench = try HandlerBench()
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 6_000, reference: "a"), bench.call())
    let affordable = try bench.handlers.listCatalog(
      ListCatalogRequest(memberID: "M-1", affordableOnly: true), bench.call()
    ).result.get()
    #expect(affordable.items.map(\.itemID) == ["airport-dining-50", "airport-transfer", "lounge-visit", "travel-mug"])
    #expect(affordable.items.map(\.points) == [3_500, 9_800, 5_400, 500])
    let hotels = try bench.handlers.listCatalog(ListCatalogRequest(category: .hotel), bench.call()).result.get()
    #expect(hotels.items.allSatisfy { $0.category == .hotel && $0.redeemable == nil && $0.stock == nil })
    _ = bench.handlers.redeem(
      RedeemRequest(memberID: "M-1", itemID: "travel-mug", quantity: 2, idempotencyKey: "k"), bench.call())
    let mugs = try bench.handlers.listCatalog(ListCatalogRequest(category: .merchandise), bench.call()).result.get()
    #expect(mugs.items.first { $0.itemID == "travel-mug" }?.stock == 998)
  }

  @Test func feedbackIsPromisedAnAnswerByTier() throws {
    let bench = try HandlerBench()
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 100, reference: "a"), bench.call())
    let ticket = try bench.handlers.submitFeedback(
      SubmitFeedbackRequest(memberID: "M-1", kind: .complaint, context: .redemption, text: "迟到", idempotencyKey: "k"),
      bench.call()
    ).result.get()
    #expect(ticket.ticketID == "fbk-4" && ticket.tierID == "entry")
    #expect((ticket.dueAt?.seconds ?? 0) - (ticket.openedAt?.seconds ?? 0) == 48 * 3_600)
  }

  @Test func expiryRunsInStepsAndTellsWhenTheNextIsDue() throws {
    let bench = try HandlerBench()
    #expect(try bench.programme.workDue() == nil)
    _ = bench.handlers.accrue(bench.flight("M-1", yuan: 100, reference: "a"), bench.call())
    // The next day begins before anything lapses.
    let wait = try #require(try bench.programme.workDue())
    #expect(wait == 14 * 3_600_000)
    let lapse = try #require(bench.store.read { $0.dueMs(.lots) }.value)
    #expect(lapse == 1_845_993_600_000)
    bench.advance(lapse - HandlerBench.start)
    let before = try bench.handlers.getTier(GetTierRequest(memberID: "M-1"), bench.call()).result.get()
    #expect(before.balance == 0)
    // What lapses is posted; what days have brought meanwhile lapses later.
    _ = try bench.programme.workDue()
    #expect(bench.store.read { $0.dueMs(.lots) }.value ?? Int64.max > lapse)
  }

  @Test func acceptedLanguagesAreReadByWeight() {
    #expect(Language.preferred("en") == "en")
    #expect(Language.preferred("de;q=0.5, zh-CN;q=0.8,en;q=0.3") == "zh-CN")
    #expect(Language.preferred("en, zh-CN") == "en")
    #expect(Language.preferred("*, en;q=0") == "")
    #expect(Language.preferred("en;q=banana, zh;q=0.001") == "zh")
    #expect(Language.preferred(String(repeating: ";,", count: 10_000)) == "")
  }
}

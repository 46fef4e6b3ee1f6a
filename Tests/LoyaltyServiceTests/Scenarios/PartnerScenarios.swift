// Partners among themselves and with the programme, as the requirements ask for it.

import Foundation
import LoyaltyAPI
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var exchange: ExchangeServiceClient { ExchangeServiceClient(client) }
  var vouchers: VoucherServiceClient { VoucherServiceClient(client) }
  var activities: ActivityServiceClient { ActivityServiceClient(client) }
  var settlement: SettlementServiceClient { SettlementServiceClient(client) }
}

@Suite struct PartnerScenarios {
  @Test("A3.1.2: points become miles and miles points, with rate, fee and cap, both legs or none; undone once")
  func miles() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 20_000))
      let rates = try await stage.air.exchange.listExchangeRates(ListExchangeRatesRequest())
      #expect(rates.rates.map(\.rateID) == ["cathay-out", "cathay-in"])
      #expect(try await stage.hotel.exchange.listExchangeRates(ListExchangeRatesRequest()).rates.isEmpty)

      var request = ExchangeRequest(
        memberID: "M-1", direction: .toMiles, amount: 10_003, expected: 2_000, idempotencyKey: stage.fresh(),
        dryRun: true)
      let rehearsed = try await stage.air.exchange.exchange(request)
      #expect(rehearsed.miles == 2_000 && rehearsed.feePoints == 100 && rehearsed.exchangeID.isEmpty)
      request.dryRun = false
      let out = try await stage.air.exchange.exchange(request)
      #expect(out.balance == earned.balance - 10_103 && out.lots.map(\.points) == [10_103])
      try await stage.restart()
      #expect(try await stage.air.exchange.exchange(request) == out)
      #expect(try await stage.balance("M-1") == out.balance)

      var back = ExchangeRequest(
        memberID: "M-1", direction: .toPoints, amount: 1_000, reference: "CX-9", idempotencyKey: stage.fresh())
      let into = try await stage.air.exchange.exchange(back)
      #expect(into.points == 3_000 && into.balance == out.balance + 3_000)
      back.idempotencyKey = stage.fresh()
      let doubled = back
      #expect(
        try await refusalReason { try await stage.air.exchange.exchange(doubled) } == "REFERENCE_ALREADY_CREDITED")
      let capped = ExchangeRequest(
        memberID: "M-1", direction: .toPoints, amount: 40_000, reference: "CX-10", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.exchange.exchange(capped) } == "CAP_EXCEEDED")
      let foreign = ExchangeRequest(
        memberID: "M-1", partnerID: "cathay-air", direction: .toMiles, amount: 5_000, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.exchange.exchange(foreign) } == "EXCHANGE_NOT_OFFERED")

      // The airline cannot credit the miles: both legs are undone, once.
      let undo = ReverseExchangeRequest(
        exchangeID: out.exchangeID, reason: "account closed", idempotencyKey: stage.fresh())
      let undone = try await stage.air.exchange.reverseExchange(undo)
      #expect(undone.restored.map(\.points) == [10_103] && undone.miles == 2_000)
      #expect(undone.balance == earned.balance + 3_000)
      try await stage.restart()
      let twice = ReverseExchangeRequest(exchangeID: out.exchangeID, reason: "again", idempotencyKey: stage.fresh())
      #expect(
        try await refusalReason { try await stage.air.exchange.reverseExchange(twice) } == "EXCHANGE_ALREADY_REVERSED")
      #expect(try await stage.balance("M-1") == earned.balance + 3_000)
    }
  }

  @Test("A3.1.2: a voucher bought with points at one partner is honoured once at another") func voucher() async throws {
    try await Scenario.run { stage in
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 10_000))
      let bought = try await stage.hotel.loyalty.redeem(stage.redemption("M-1", "airport-dining-50"))
      let code = try #require(bought.codes.first?.code)
      #expect(bought.codes.first?.voucher == true)
      try await stage.restart()
      let bill = Money(currencyCode: "CNY", minorUnits: 12_000)
      let worth = try await stage.air.vouchers.validateVoucher(
        ValidateVoucherRequest(code: code.lowercased(), bill: bill, language: "en"))
      #expect(worth.off == Money(currencyCode: "CNY", minorUnits: 5_000) && worth.issuer == "jade-hotels")
      #expect(worth.title == "CNY 50 off a meal")
      let use = UseVoucherRequest(code: code, bill: bill, reference: "till-1", idempotencyKey: stage.fresh())
      let air = try stage.air
      // At two tills in the same moment.
      let uses = try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 0..<20 {
          group.addTask {
            var use = use
            use.idempotencyKey = "till-\(number)"
            let request = use
            return try await refusalReason { try await air.vouchers.useVoucher(request) }
          }
        }
        return try await group.reduce(into: [String?]()) { $0.append($1) }
      }
      #expect(uses.filter { $0 == nil }.count == 1 && uses.filter { $0 == "VOUCHER_USED" }.count == 19)
      try await stage.restart()
      let late = UseVoucherRequest(code: code, bill: bill, reference: "till-2", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.vouchers.useVoucher(late) } == "VOUCHER_USED")
    }
  }

  @Test("P14: a statement that both sides can compute, and what is lost, doubled, late or differs is found")
  func settlement() async throws {
    try await Scenario.run { stage in
      let from = ProtobufTimestamp(unixMilliseconds: stage.now)
      var activities: [AccrueRequest] = []
      for number in 0..<3 {
        activities.append(stage.flight("M-\(number)", yuan: 20_000))
        _ = try await stage.air.loyalty.accrue(activities[number])
      }
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-0"))
      let out = try await stage.air.exchange.exchange(
        ExchangeRequest(memberID: "M-0", direction: .toMiles, amount: 5_000, idempotencyKey: stage.fresh()))
      _ = try await stage.air.loyalty.redeem(stage.redemption("M-1", "miles-5000"))
      let bought = try await stage.hotel.loyalty.redeem(stage.redemption("M-0", "airport-dining-50"))
      _ = try await stage.air.vouchers.useVoucher(
        UseVoucherRequest(
          code: bought.codes[0].code, bill: Money(currencyCode: "CNY", minorUnits: 20_000), reference: "till|1",
          idempotencyKey: stage.fresh()))
      try stage.advance(minutes: 1)
      let until = ProtobufTimestamp(unixMilliseconds: stage.now)
      try stage.advance(days: 2)
      let late = stage.flight("M-0", yuan: 100)
      let latePoints = try await stage.air.loyalty.accrue(late).points
      try await stage.restart()

      let request = GetStatementRequest(from: from, until: until)
      let (header, lines, trailer) = try await Self.statement(request, try stage.air)
      #expect(
        lines.map(\.kind) == [.accrual, .accrual, .accrual, .exchange, .redemption, .voucherHonoured])
      #expect(lines.prefix(3).map(\.reference) == activities.map(\.reference))
      #expect(trailer.lines == 6 && trailer.points == lines.reduce(0) { $0 + $1.points } && trailer.miles == out.miles)
      #expect(trailer.money == [Money(currencyCode: "CNY", minorUnits: 5_000)])
      // The other side's own reckoning, from docs/settlement.md alone.
      var text = "loyalty-settlement-1|jade-travel|cathay-air|\(Self.ms(from))|\(Self.ms(until))\n"
      for line in lines {
        text +=
          [
            line.entryID, "\(line.kind.rawValue)", line.reference.replacingOccurrences(of: "|", with: "\\p"),
            "\(line.points)", "\(line.miles)", line.money?.currencyCode ?? "", "\(line.money?.minorUnits ?? 0)",
            Self.ms(line.postedAt), Self.ms(line.occurredAt), line.counterparty,
          ].joined(separator: "|") + "\n"
      }
      var digest = SHA256Digest()
      digest.update(text)
      #expect(digest.finish() == trailer.sha256 && header.partnerID == "cathay-air")
      let (_, _, again) = try await Self.statement(
        GetStatementRequest(partnerID: "cathay-air", from: from, until: until), try stage.ops)
      #expect(again == trailer)
      // The hotel owes what its voucher took off, and sees nothing of the airline's.
      let (_, own, _) = try await Self.statement(request, try stage.hotel)
      #expect(own.map(\.kind) == [.accrual, .voucherOwed] && own.last?.money?.minorUnits == -5_000)
      let foreign = GetStatementRequest(partnerID: "cathay-air", from: from, until: until)
      await #expect(throws: RPCError.self) { _ = try await Self.statement(foreign, try stage.hotel) }

      // The airline's books: one line missing, one twice, one of another amount, one that never was, one too late.
      let period = ReconcilePeriod(from: from, until: until)
      func book(_ line: SettlementLine) -> ReconcileLine {
        ReconcileLine(
          kind: line.kind, reference: line.reference, points: line.points, miles: line.miles, money: line.money)
      }
      let clean = try await Self.reconcile(period, lines.map(book), try stage.air)
      #expect(clean.agrees && clean.matched == 6)
      var books = lines.dropFirst().map(book)
      books.append(books[0])
      books[1].points += 1
      books.append(ReconcileLine(kind: .accrual, reference: "160-LOST", points: 9))
      books.append(ReconcileLine(kind: .accrual, reference: late.reference, points: latePoints))
      let found = try await Self.reconcile(period, Array(books), try stage.air)
      #expect(!found.agrees && found.missing == 1 && found.doubled == 1 && found.differing == 1)
      #expect(found.lost == 1 && found.late == 1 && found.matched == 3)
      #expect(found.findings.map(\.finding) == [.lost, .missing, .doubled, .late, .differing])
      #expect(found.findings[0].theirs?.reference == "160-LOST")
      #expect(found.findings[1].ours?.reference == activities[0].reference && found.findings[2].times == 2)
      #expect(found.findings[3].ours?.reference == late.reference)
    }
  }

  @Test("P14: a reversed payment is a line of its own, once, and what pays a debt or is posted later was issued")
  func refunds() async throws {
    try await Scenario.run { stage in
      let from = ProtobufTimestamp(unixMilliseconds: stage.now)
      let first = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 40_000))
      let night = try await stage.hotel.loyalty.redeem(stage.redemption("M-1", "hotel-night-jade"))
      let hold = try await stage.hotel.holds.createHold(
        CreateHoldRequest(memberID: "M-1", points: 1_000, idempotencyKey: stage.fresh()))
      let paid = try await stage.hotel.holds.confirmHold(
        ConfirmHoldRequest(holdID: hold.holdID, idempotencyKey: stage.fresh()))
      func reverse(_ id: String) async throws -> ReverseRedemptionResponse {
        try await stage.ops.corrections.reverseRedemption(
          ReverseRedemptionRequest(redemptionID: id, reason: "closed for storm", idempotencyKey: stage.fresh()))
      }
      #expect(try await reverse(night.redemptionID).points == night.points)
      #expect(try await reverse(hold.holdID).points == 1_000)
      // By whatever name the hold's payment is called, it is given back once.
      let before = try await stage.balance("M-1")
      for entry in try await stage.ops.accounts.listEntries(ListEntriesRequest(memberID: "M-1")).entries.prefix(6) {
        _ = try await refusalReason { try await reverse("rdm-\(entry.sequence)") }
      }
      #expect(try await stage.balance("M-1") == before && !paid.memberID.isEmpty)
      // All is spent, the stay is taken back, and the next one pays the debt.
      _ = try await stage.hotel.loyalty.redeem(stage.redemption("M-1", "miles-5000"))
      _ = try await stage.hotel.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: first.accrualID, reason: "no-show", idempotencyKey: stage.fresh()))
      let second = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 10))
      #expect(second.debtPoints > 0)
      try stage.advance(minutes: 1)
      let until = ProtobufTimestamp(unixMilliseconds: stage.now)
      // A period is told once nothing more can be posted in it.
      try stage.advance(minutes: 1)
      let (_, lines, trailer) = try await Self.statement(
        GetStatementRequest(from: from, until: until), try stage.hotel)
      #expect(
        lines.map(\.kind) == [.accrual, .redemption, .redemption, .refund, .refund, .accrualReversal, .accrual])
      #expect(lines[3].reference == night.redemptionID && lines[3].points == night.points)
      #expect(lines[4].reference == hold.holdID && lines[4].points == 1_000)
      #expect(lines[0].points == first.points && lines[5].points == -first.points && lines[6].points == second.points)
      #expect(trailer.points == second.points)
    }
  }

  @Test("P1: a night's activities come in one stream, with a result for each, and can be sent again after a break")
  func upload() async throws {
    try await Scenario.run { stage in
      var lines = (0..<50).map { stage.flight("M-\($0 % 10)", yuan: 100 + Int64($0)) }
      for index in lines.indices { lines[index].idempotencyKey = "" }
      lines[7].reference = ""
      lines[8].occurredAt = ProtobufTimestamp(unixMilliseconds: stage.now + Scenario.day)
      // The line breaks after twenty.
      let broken = try await stage.air.activities.uploadActivities()
      for line in lines.prefix(20) { try await broken.send(UploadActivitiesRequest(activity: line)) }
      let part = try await broken.finish()
      #expect(part.accepted == 18 && part.refused == 2)
      try await stage.restart()
      let whole = try await Self.upload(lines, try stage.air)
      #expect(whole.accepted == 48 && whole.refused == 2 && whole.results.count == 50)
      #expect(Array(whole.results.prefix(20)) == part.results, "what was credited answers as it did")
      #expect(whole.results[7].reason == "BAD_REQUEST" && whole.results[8].reason == "ACTIVITY_IN_FUTURE")
      #expect(Set(whole.results.map(\.accrualID)).count == 49)
      var sum: Int64 = 0
      for member in 0..<10 { sum += try await stage.balance("M-\(member)") }
      #expect(sum == whole.points)
    }
  }

  @Test("B8.2: a partner sees the members that it enrolled, credited or linked, and no others") func ownMembers()
    async throws
  {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 20_000))
      let paid = try await stage.air.loyalty.redeem(stage.redemption("M-1", "travel-mug"))
      try await stage.restart()
      let hotel = try stage.hotel
      let refused: [String?] = [
        try await refusalReason { try await hotel.loyalty.getTier(GetTierRequest(memberID: "M-1")) },
        try await refusalReason { try await hotel.loyalty.redeem(stage.redemption("M-1", "travel-mug")) },
        try await refusalReason { try await hotel.loyalty.listCatalog(ListCatalogRequest(memberID: "M-1")) },
        try await refusalReason {
          try await hotel.redemptions.createQuote(
            CreateQuoteRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
        },
        try await refusalReason {
          try await hotel.redemptions.reserveRedemption(
            ReserveRedemptionRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
        },
        try await refusalReason {
          try await hotel.redemptions.listRedemptions(ListRedemptionsRequest(memberID: "M-1"))
        },
        try await refusalReason {
          try await hotel.vouchers.issueVoucher(
            IssueVoucherRequest(memberID: "M-1", offerID: "dining-50", idempotencyKey: stage.fresh()))
        },
      ]
      // As a member that there is not: nobody learns who is one.
      #expect(refused.allSatisfy { $0 == "MEMBER_UNKNOWN" }, "\(refused)")
      #expect(
        try await refusalReason { try await hotel.loyalty.getTier(GetTierRequest(memberID: "M-404")) }
          == "MEMBER_UNKNOWN")
      #expect(
        try await refusalReason {
          try await hotel.redemptions.getRedemption(GetRedemptionRequest(redemptionID: paid.redemptionID))
        } == "REDEMPTION_UNKNOWN")
      // A stay makes the member the hotel's own, too.
      _ = try await hotel.loyalty.accrue(stage.stay("M-1"))
      #expect(try await hotel.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance > 0)
    }
  }

  // MARK: - Streams

  private static func statement(
    _ request: GetStatementRequest, _ caller: ScenarioCaller
  ) async throws -> (SettlementHeader, [SettlementLine], SettlementTrailer) {
    var header: SettlementHeader?
    var lines: [SettlementLine] = []
    var trailer: SettlementTrailer?
    for try await part in try await caller.settlement.getStatement(request) {
      switch part.part {
      case .header(let first): header = first
      case .line(let line): lines.append(line)
      case .trailer(let last): trailer = last
      case nil: Issue.record("a part of the statement is empty")
      }
    }
    return (try #require(header), lines, try #require(trailer))
  }

  private static func reconcile(
    _ period: ReconcilePeriod, _ lines: [ReconcileLine], _ caller: ScenarioCaller
  ) async throws -> ReconcileResponse {
    let call = try await caller.settlement.reconcile()
    try await call.send(ReconcileRequest(part: .period(period)))
    for line in lines { try await call.send(ReconcileRequest(part: .line(line))) }
    return try await call.finish()
  }

  private static func upload(
    _ lines: [AccrueRequest], _ caller: ScenarioCaller
  ) async throws -> UploadActivitiesResponse {
    let call = try await caller.activities.uploadActivities()
    for line in lines { try await call.send(UploadActivitiesRequest(activity: line)) }
    return try await call.finish()
  }

  private static func ms(_ moment: ProtobufTimestamp?) -> String {
    moment.map { "\($0.seconds * 1_000 + Int64($0.nanos) / 1_000_000)" } ?? ""
  }
}

@Suite struct SandboxScenarios {
  @Test("P12: a sandbox beside the real programme, chosen by the certificate, never mixed") func sandbox() async throws
  {
    let yaml = try String(contentsOf: TestServer.root.appending(path: "policies/sandbox.yaml"), encoding: .utf8)
    try await Scenario.run(sandbox: yaml) { stage in
      let trial = try stage.caller("sandbox-cathay-air")
      // The same member, reference and key in both.
      let request = stage.flight("M-1")
      let real = try await stage.air.loyalty.accrue(request)
      let tried = try await trial.loyalty.accrue(request)
      #expect(real.points == 2_500 && tried.points == 1_000 && real.enrolled && tried.enrolled)
      #expect(tried.rules.map(\.ruleID) == ["money"])
      try await stage.restart()
      let again = try stage.caller("sandbox-cathay-air")
      #expect(try await again.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == 1_000)
      #expect(try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == 2_500)
      #expect(try await again.loyalty.listCatalog(ListCatalogRequest()).items.map(\.itemID) == ["test-mug"])
      #expect(
        try await refusalReason { try await stage.air.loyalty.redeem(stage.redemption("M-1", "test-mug")) }
          == "ITEM_UNKNOWN")
      #expect(
        try await refusalReason { try await again.loyalty.redeem(stage.redemption("M-1", "travel-mug")) }
          == "ITEM_UNKNOWN")
      // Streams go to the same side.
      let call = try await again.activities.uploadActivities()
      try await call.send(UploadActivitiesRequest(activity: stage.flight("M-2")))
      #expect(try await call.finish().accepted == 1)
      #expect(
        try await refusalReason { try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-2")) }
          == "MEMBER_UNKNOWN")
      let ops = try stage.caller("sandbox-ops")
      #expect(try await ops.loyalty.getTier(GetTierRequest(memberID: "M-2")).balance == 1_000)
      #expect(FileManager.default.fileExists(atPath: stage.sandboxData.path))
    }
  }

  @Test("P12: a sandbox that would not be apart does not start") func apart() async throws {
    let yaml = try String(contentsOf: TestServer.root.appending(path: "policies/sandbox.yaml"), encoding: .utf8)
    for (wrong, expected) in [
      (yaml.replacingOccurrences(of: "id: jade-sandbox", with: "id: jade-travel"), "programme id 'jade-travel'"),
      (yaml.replacingOccurrences(of: "sandbox-cathay-air", with: "partner-cathay-air"), "'partner-cathay-air'"),
    ] {
      let error = await #expect(throws: SandboxError.self) { try await Scenario.run(sandbox: wrong) { _ in } }
      #expect("\(try #require(error))".contains(expected))
    }
  }
}

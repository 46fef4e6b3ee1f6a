// Spending, as the requirements ask for it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var redemptions: RedemptionServiceClient { RedemptionServiceClient(client) }
  var catalog: CatalogServiceClient { CatalogServiceClient(client) }
  var publication: PublicationServiceClient { PublicationServiceClient(client) }
}

extension Scenario {
  /// A redemption with a key of its own.
  func redemption(_ member: String, _ item: String, quantity: Int32 = 1) -> RedeemRequest {
    RedeemRequest(memberID: member, itemID: item, quantity: quantity, idempotencyKey: fresh())
  }

  func balance(_ member: String) async throws -> Int64 {
    try await ops.loyalty.getTier(GetTierRequest(memberID: member)).balance
  }
}

@Suite struct RedemptionScenarios {
  @Test("A1.2 A2 A3.1.2 B2.3: the catalogue has every kind, is filtered and paged, and its limits hold")
  func variedCatalogue() async throws {
    try await Scenario.run { stage in
      let all = try await stage.ops.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, language: "en")).items
      #expect(Set(all.map(\.category)) == [.travel, .hotel, .miles, .voucher, .experience, .merchandise])
      let chinese = try await stage.ops.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, language: "zh-CN")).items
      #expect(zip(all, chinese).allSatisfy { $0.itemID == $1.itemID && $0.title != $1.title })
      let hotels = try await stage.ops.loyalty.listCatalog(ListCatalogRequest(language: "en", provider: "jade-hotels"))
      #expect(hotels.items.map(\.itemID) == ["hotel-night-jade"])
      let forEntry = try await stage.ops.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, tierID: "entry")).items
      #expect(!forEntry.contains { $0.itemID == "silk-road-tour" } && forEntry.contains { $0.itemID == "travel-mug" })

      // A member with 9,300 points sees what they buy, and why not the rest.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 4_400))
      let own = try await stage.air.loyalty.listCatalog(
        ListCatalogRequest(pageSize: 200, memberID: "M-1", affordableOnly: true)
      ).items
      #expect(own.map(\.itemID) == ["airport-dining-50", "lounge-visit", "travel-mug"])
      let mine = try await stage.air.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, memberID: "M-1")).items
      #expect(mine.first { $0.itemID == "esim-3gb" }?.notRedeemableReason == "OUT_OF_STOCK")
      #expect(mine.first { $0.itemID == "cabin-suitcase" }?.notRedeemableReason == "INSUFFICIENT_POINTS")

      // Codes are loaded by staff, given out once, told again under the same key, and never come back.
      let load = LoadCodesRequest(itemID: "esim-3gb", codes: ["ESIM-AA", "ESIM-BB"], idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.catalog.loadCodes(load) } == "ROLE_REQUIRED")
      #expect(try await stage.ops.catalog.loadCodes(load).left == 2)
      let request = stage.redemption("M-1", "esim-3gb")
      let sim = try await stage.air.loyalty.redeem(request)
      #expect(sim.codes.map(\.code) == ["ESIM-AA"] && sim.state == .fulfilled)
      try await stage.restart()
      #expect(try await stage.air.loyalty.redeem(request) == sim)
      #expect(try await stage.air.loyalty.redeem(stage.redemption("M-1", "esim-3gb")).codes.map(\.code) == ["ESIM-BB"])
      #expect(
        try await refusalReason { try await stage.air.loyalty.redeem(stage.redemption("M-1", "esim-3gb")) }
          == "OUT_OF_STOCK")
      let again = LoadCodesRequest(itemID: "esim-3gb", codes: ["ESIM-CC", "ESIM-AA"], idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.ops.catalog.loadCodes(again) } == "CODE_ALREADY_LOADED")

      // Stock is a command, and a quota starts again with the month.
      _ = try await stage.ops.catalog.addStock(
        AddStockRequest(itemID: "travel-mug", quantity: -999, reason: "counted", idempotencyKey: stage.fresh()))
      #expect(
        try await refusalReason {
          try await stage.air.loyalty.redeem(stage.redemption("M-1", "travel-mug", quantity: 2))
        }
          == "OUT_OF_STOCK")
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 40_000))
      _ = try await stage.air.loyalty.redeem(stage.redemption("M-1", "lounge-visit", quantity: 8))
      let ninth = stage.redemption("M-1", "lounge-visit")
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(ninth) } == "QUOTA_EXCEEDED")
      try stage.advance(days: 16)
      _ = try await stage.air.loyalty.redeem(ninth)
    }
  }

  @Test(
    "A1.2 B2.4: a tier and a period have their price, money pays a part, and a report tells who can afford anything")
  func fairRatios() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 30_000))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2", yuan: 30_000))
      _ = try await stage.hotel.loyalty.accrue(stage.activity(.survey, "M-3"))
      // Half of a night's price in money, at CNY 1.20 for 100 points; gold from 60,000 qualifying points on.
      var request = stage.redemption("M-1", "hotel-night-jade")
      request.cashPoints = 13_500
      request.dryRun = true
      let rehearsed = try await stage.air.loyalty.redeem(request)
      #expect(rehearsed.points == 13_500 && rehearsed.cash == Money(currencyCode: "CNY", minorUnits: 16_200))
      #expect(rehearsed.tierID == "gold" && rehearsed.redemptionID.isEmpty && rehearsed.dryRun)
      request.dryRun = false
      var paid = try await stage.air.loyalty.redeem(request)
      #expect(paid.state == .accepted && paid.fulfilBy != nil && paid.provider == "jade-hotels")
      (paid.redemptionID, paid.dryRun) = ("", true)
      #expect(paid == rehearsed, "the dry run said what the real call says")
      request.idempotencyKey = stage.fresh()
      request.cashPoints = 13_501
      let tooMuch = request
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(tooMuch) } == "CASH_TOO_MUCH")

      try await stage.restart()
      #expect(
        try await refusalReason { try await stage.air.catalog.getAffordability(GetAffordabilityRequest()) }
          == "ROLE_REQUIRED")
      let report = try await stage.ops.catalog.getAffordability(GetAffordabilityRequest())
      #expect(report.members == 3 && report.able == 2 && report.ableBp == 6_666)
      let gold = report.tiers.first { $0.tierID == "gold" }
      #expect(
        gold?.members == 2 && gold?.able == 2 && gold?.cheapestItemID == "travel-mug" && gold?.cheapestPoints == 500)
      let entry = report.tiers.first { $0.tierID == "entry" }
      #expect(entry?.members == 1 && entry?.able == 0 && entry?.medianBalance == 50)

      // In the season of autumn tea the class costs less.
      try stage.advance(to: 1_790_000_000_000)  // 21 September 2026
      var tea = stage.redemption("M-2", "tea-master-class")
      tea.sessionID = "autumn-day"
      let cheap = try await stage.air.loyalty.redeem(tea)
      #expect(cheap.points == 18_000 && cheap.priceRule == "catalogue.tea-master-class.price_periods[0]")
    }
  }

  @Test("A3.2.2: a quote in the member's tier holds for its lifetime, and the redemption honours it")
  func quote() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 2_000))
      let request = CreateQuoteRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh())
      let quote = try await stage.air.redemptions.createQuote(request)
      #expect(quote.points == 6_000 && quote.tierID == "entry")
      #expect(quote.expiresAt == ProtobufTimestamp(unixMilliseconds: stage.now + 15 * Scenario.minute))
      try await stage.restart()
      // A better tier meanwhile: the quote is still what it was, and is used up.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 40_000))
      let redeem = RedeemRequest(memberID: "M-1", idempotencyKey: stage.fresh(), quoteID: quote.quoteID)
      let paid = try await stage.air.loyalty.redeem(redeem)
      #expect(paid.points == 6_000 && paid.quoteID == quote.quoteID && paid.itemID == "lounge-visit")
      let again = RedeemRequest(memberID: "M-1", idempotencyKey: stage.fresh(), quoteID: quote.quoteID)
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(again) } == "QUOTE_UNKNOWN")
      #expect(try await stage.air.loyalty.redeem(stage.redemption("M-1", "lounge-visit")).points == 4_500)

      let late = try await stage.air.redemptions.createQuote(
        CreateQuoteRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh()))
      try stage.advance(minutes: 15)
      let tooLate = RedeemRequest(memberID: "M-1", idempotencyKey: stage.fresh(), quoteID: late.quoteID)
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(tooLate) } == "QUOTE_UNKNOWN")
    }
  }

  @Test("B2.5: reserve, then confirm or cancel; a forgotten reservation releases itself") func reservation()
    async throws
  {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 60_000))
      func reserve(_ item: String) async throws -> Redemption {
        let response = try await stage.air.redemptions.reserveRedemption(
          ReserveRedemptionRequest(memberID: "M-1", itemID: item, idempotencyKey: stage.fresh()))
        return try #require(response.redemption)
      }
      let held = try await reserve("li-river-cruise")
      #expect(held.state == .reserved && held.balance == earned.balance - held.points)
      try await stage.restart()
      let confirm = ConfirmRedemptionRequest(redemptionID: held.redemptionID, idempotencyKey: stage.fresh())
      #expect(
        try await refusalReason { try await stage.hotel.redemptions.confirmRedemption(confirm) } != nil,
        "another partner's reservation is not to be had")
      let done = try #require(try await stage.air.redemptions.confirmRedemption(confirm).redemption)
      #expect(done.state == .fulfilled && done.lots == held.lots)

      let second = try await reserve("cabin-suitcase")
      let cancelled = try await stage.air.redemptions.cancelRedemption(
        CancelRedemptionRequest(
          redemptionID: second.redemptionID, reason: "changed my mind", idempotencyKey: stage.fresh())
      ).redemption
      #expect(cancelled?.state == .cancelled && cancelled?.balance == done.balance)

      let third = try await reserve("cabin-suitcase")
      try stage.advance(minutes: 30)
      #expect(try await stage.balance("M-1") == done.balance)
      try await stage.restart()
      let told = try await stage.air.redemptions.getRedemption(GetRedemptionRequest(redemptionID: third.redemptionID))
      #expect(told.redemption?.state == .lapsed && told.redemption?.events.map(\.state) == [.reserved, .lapsed])
      let list = try await stage.air.redemptions.listRedemptions(ListRedemptionsRequest(memberID: "M-1", pageSize: 2))
      #expect(list.redemptions.map(\.redemptionID) == [third.redemptionID, second.redemptionID])
      #expect(list.redemptions.map(\.state) == [.lapsed, .cancelled])
      let rest = try await stage.air.redemptions.listRedemptions(
        ListRedemptionsRequest(memberID: "M-1", pageSize: 2, pageToken: list.nextPageToken))
      #expect(rest.redemptions.map(\.state) == [.fulfilled])
    }
  }

  @Test("B2.5: one redemption in one call, also when two hundred come at once") func oneCall() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 20_000))
      let air = try stage.air
      let spent = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<200 {
          group.addTask {
            do {
              return try await air.redemptions.reserveRedemption(
                ReserveRedemptionRequest(memberID: "M-1", itemID: "esim", idempotencyKey: "none-\(number)")
              ).redemption?.points ?? 0
            } catch is RPCError { return 0 }
          }
          group.addTask {
            do {
              return try await air.loyalty.redeem(
                RedeemRequest(memberID: "M-1", itemID: "travel-mug", quantity: 1, idempotencyKey: "mug-\(number)")
              ).points
            } catch is RPCError { return 0 }
          }
        }
        return try await group.reduce(0, +)
      }
      try await stage.restart()
      let balance = try await stage.balance("M-1")
      #expect(balance == earned.balance - spent && balance >= 0)
    }
  }

  @Test("B1.6 B2.6: a debit names the version that priced it and the lots that paid") func openDebit() async throws {
    try await Scenario.run { stage in
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 1_000))
      try stage.advance(days: 40)
      let second = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 3_000))
      let paid = try await stage.air.loyalty.redeem(stage.redemption("M-1", "lounge-visit"))
      #expect(paid.priceRule == "catalogue.lounge-visit" && paid.pricePolicyVersion == 1 && paid.policyVersion == 1)
      #expect(paid.lots.map(\.lotID) == [first.lots[0].lotID, second.lots[0].lotID])
      #expect(paid.lots.map(\.points) == [first.points, 6_000 - first.points])
      try await stage.restart()
      let told = try await stage.ops.redemptions.getRedemption(GetRedemptionRequest(redemptionID: paid.redemptionID))
      #expect(told.redemption?.lots == paid.lots && told.redemption?.priceRule == paid.priceRule)
      #expect(told.redemption?.events.map(\.actor) == ["partner-cathay-air"])
    }
  }

  @Test("P13: what cannot be handed over gives back exactly the lots that paid, and once") func refund() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 20_000))
      let paid = try await stage.air.loyalty.redeem(stage.redemption("M-1", "hotel-night-jade"))
      func update(_ state: RedemptionState, _ note: String = "") -> UpdateFulfilmentRequest {
        UpdateFulfilmentRequest(
          redemptionID: paid.redemptionID, state: state, note: note, idempotencyKey: stage.fresh())
      }
      let foreign = update(.fulfilled)
      #expect(
        try await refusalReason { try await stage.air.redemptions.updateFulfilment(foreign) } == "PROVIDER_REQUIRED")
      let open = try await stage.hotel.redemptions.listOpenRedemptions(ListOpenRedemptionsRequest())
      #expect(open.redemptions.map(\.redemptionID) == [paid.redemptionID] && open.redemptions[0].codes.isEmpty)
      #expect(try await stage.air.redemptions.listOpenRedemptions(ListOpenRedemptionsRequest()).redemptions.isEmpty)
      _ = try await stage.hotel.redemptions.updateFulfilment(update(.inFulfilment, "desk 3"))
      try stage.advance(hours: 25)
      let overdue = try await stage.ops.redemptions.listOpenRedemptions(ListOpenRedemptionsRequest(overdueOnly: true))
      #expect(overdue.redemptions.map(\.redemptionID) == [paid.redemptionID])
      try await stage.restart()
      let failed = update(.refunded, "hotel closed")
      let back = try #require(try await stage.hotel.redemptions.updateFulfilment(failed).redemption)
      #expect(back.state == .refunded && back.restored.map(\.lotID) == paid.lots.map(\.lotID))
      #expect(back.balance == earned.balance)
      #expect(try await stage.hotel.redemptions.updateFulfilment(failed).redemption == back, "the same request again")
      let again = update(.refunded)
      #expect(
        try await refusalReason { try await stage.hotel.redemptions.updateFulfilment(again) } == "REDEMPTION_UNKNOWN")
      #expect(try await stage.balance("M-1") == earned.balance)
      let told = try await stage.ops.redemptions.getRedemption(GetRedemptionRequest(redemptionID: paid.redemptionID))
      #expect(told.redemption?.events.map(\.state) == [.accepted, .inFulfilment, .refunded])
      #expect(told.redemption?.events.map(\.note) == ["", "desk 3", "hotel closed"])
    }
  }

  @Test("B2.9: a bulletin under pseudonyms adds up to the ledger, and two bulletins cannot be joined") func bulletin()
    async throws
  {
    try await Scenario.run { stage in
      let from = ProtobufTimestamp(unixMilliseconds: stage.now)
      for member in ["M-1", "M-2"] { _ = try await stage.air.loyalty.accrue(stage.flight(member, yuan: 60_000)) }
      var spent: Int64 = 0
      for (member, item) in [("M-1", "lounge-visit"), ("M-1", "travel-mug"), ("M-2", "hotel-night-jade")] {
        spent += try await stage.air.loyalty.redeem(stage.redemption(member, item)).points
      }
      let gone = try await stage.air.loyalty.redeem(stage.redemption("M-2", "cabin-suitcase"))
      _ = try await stage.ops.redemptions.updateFulfilment(
        UpdateFulfilmentRequest(redemptionID: gone.redemptionID, state: .refunded, idempotencyKey: stage.fresh()))
      try stage.advance(minutes: 1)
      let until = ProtobufTimestamp(unixMilliseconds: stage.now)
      try stage.advance(minutes: 1)
      _ = try await stage.air.loyalty.redeem(stage.redemption("M-1", "travel-mug"))

      let request = PublishBulletinRequest(from: from, until: until, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.publication.publishBulletin(request) } == "ROLE_REQUIRED")
      let published = try await stage.ops.publication.publishBulletin(request)
      #expect(published.points == spent && published.redemptions == 3)
      let other = try await stage.ops.publication.publishBulletin(
        PublishBulletinRequest(from: from, until: until, idempotencyKey: stage.fresh()))
      try await stage.restart()
      #expect(try await stage.ops.publication.publishBulletin(request) == published)
      let (lines, trailer) = try await Self.read(published.bulletinID, stage)
      #expect(lines.reduce(0) { $0 + $1.points } == spent && trailer?.points == spent && trailer?.lines == 5)
      #expect(trailer?.members == 2 && Set(lines.map(\.pseudonym)).count == 2)
      #expect(lines.map(\.day).allSatisfy { $0 == "2026-06-15" })
      #expect(!lines.contains { $0.pseudonym.contains("M-") })
      let (others, _) = try await Self.read(other.bulletinID, stage)
      #expect(Set(others.map(\.pseudonym)).isDisjoint(with: lines.map(\.pseudonym)))
      #expect(others.map(\.points) == lines.map(\.points))
    }
  }

  private static func read(
    _ bulletin: String, _ stage: Scenario
  ) async throws -> (lines: [BulletinLine], trailer: BulletinTrailer?) {
    var lines: [BulletinLine] = []
    var trailer: BulletinTrailer?
    for try await part in try await stage.air.publication.getBulletin(GetBulletinRequest(bulletinID: bulletin)) {
      switch part.part {
      case .line(let line): lines.append(line)
      case .trailer(let end): trailer = end
      case .header, nil: break
      }
    }
    return (lines, trailer)
  }
}

@Suite struct PackageScenarios {
  @Test("B3.2 B3.3 B3.4 B3.5 B3.8: bundles, dates with seats, bespoke by quote and fulfilment, early access")
  func packages() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 60_000))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2", yuan: 6_000))
      // A package takes each part out of its own stock.
      let mugs = try await Self.item("travel-mug", stage)?.stock
      let package = try await stage.air.loyalty.redeem(stage.redemption("M-1", "family-river-package"))
      #expect(try await Self.item("travel-mug", stage)?.stock == mugs.map { $0 - 3 })
      #expect(package.state == .accepted)

      // A date has seats.
      let tea = try await Self.item("tea-master-class", stage)
      #expect(tea?.sessions.map(\.sessionID) == ["summer-day", "autumn-day"] && tea?.sessions.first?.left == 12)
      var seat = stage.redemption("M-1", "tea-master-class")
      let unnamed = seat
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(unnamed) } == "SESSION_REQUIRED")
      seat.sessionID = "summer-day"
      _ = try await stage.air.loyalty.redeem(seat)
      #expect(try await Self.item("tea-master-class", stage)?.sessions.first?.left == 11)

      // Quote, accept, fulfil.
      let quote = try await stage.air.redemptions.createQuote(
        CreateQuoteRequest(memberID: "M-2", itemID: "travel-mug", quantity: 2, idempotencyKey: stage.fresh()))
      let reserved = try await stage.air.redemptions.reserveRedemption(
        ReserveRedemptionRequest(memberID: "M-2", quoteID: quote.quoteID, idempotencyKey: stage.fresh())
      ).redemption
      let id = try #require(reserved?.redemptionID)
      let confirmed = try await stage.air.redemptions.confirmRedemption(
        ConfirmRedemptionRequest(redemptionID: id, idempotencyKey: stage.fresh())
      ).redemption
      #expect(confirmed?.points == quote.points && confirmed?.quoteID == quote.quoteID)
      _ = try await stage.ops.redemptions.updateFulfilment(
        UpdateFulfilmentRequest(
          redemptionID: package.redemptionID, state: .fulfilled, note: "tickets sent", idempotencyKey: stage.fresh()))

      // A first launch is a week earlier for gold.
      try stage.advance(to: 1_782_266_400_000)  // 24 June 2026, 10:00 in Beijing
      try await stage.restart()
      let launch = "aurora-first-launch"
      #expect(try await Self.item(launch, stage) == nil, "nobody else sees it yet")
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 60_000))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2", yuan: 100))
      let mine = try await stage.air.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, memberID: "M-1")).items
      #expect(mine.contains { $0.itemID == launch && $0.redeemable == true })
      _ = try await stage.air.loyalty.redeem(stage.redemption("M-1", launch))
      let early = stage.redemption("M-2", launch)
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(early) } == "ITEM_NOT_OFFERED")
      try stage.advance(days: 7)
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(early) } == "INSUFFICIENT_POINTS")
      #expect(try await Self.item(launch, stage)?.stock == 19)
    }
  }

  private static func item(_ id: String, _ stage: Scenario) async throws -> CatalogItem? {
    try await stage.ops.loyalty.listCatalog(ListCatalogRequest(pageSize: 200, language: "en")).items
      .first { $0.itemID == id }
  }
}

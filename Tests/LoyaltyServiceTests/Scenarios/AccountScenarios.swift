// Looking at points: at any moment, by page, over time, and as they change.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var accounts: AccountServiceClient { AccountServiceClient(client) }
}

@Suite struct AccountScenarios {
  @Test(
    "A2 A3.1: available, held, owed and soon-expiring points at any moment, and every write is seen by the next read")
  func balances() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let hold = try await stage.hotel.holds.createHold(
        CreateHoldRequest(memberID: "M-1", points: 300, idempotencyKey: stage.fresh()))
      var account = try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1"))
      #expect(account.available == earned.balance - 300 && account.held == 300 && account.debt == 0)
      #expect(account.holds.map(\.holdID) == [hold.holdID] && account.nextExpiryAt == earned.lots.first?.expiresAt)
      _ = try await stage.hotel.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: earned.accrualID, reason: "cancelled", idempotencyKey: stage.fresh()))
      try await stage.restart()
      account = try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1"))
      #expect(account.available == 0 && account.held == 300 && account.debt == 300)
    }
  }

  @Test("a page token with any numbers in it is answered, and the server goes on") func forgedPageTokens() async throws
  {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let numbers = [Int64.min, -1, 0, 1, Int64.max].map { "\($0)" } + ["\(UInt64.max)"]
      let places = numbers + numbers.flatMap { first in numbers.map { "\(first) \($0)" } }
      for place in places {
        func token(_ list: String) -> String { PageToken.token(place, list: list) }
        _ = try await stage.ops.accounts.listEntries(
          ListEntriesRequest(memberID: "M-1", pageToken: token("entries M-1 ")))
        _ = try await stage.ops.accounts.listLots(ListLotsRequest(memberID: "M-1", pageToken: token("lots M-1 ")))
        _ = try await stage.ops.accounts.listExpiring(ListExpiringRequest(pageToken: token("expiring 0")))
        _ = try await stage.ops.tiers.listTierHistory(
          ListTierHistoryRequest(memberID: "M-1", pageToken: token("tier history M-1")))
        _ = try await stage.ops.tiers.listEntitlementUses(
          ListEntitlementUsesRequest(memberID: "M-1", pageToken: token("entitlement uses M-1")))
        _ = try await stage.ops.tiers.listTierReviews(ListTierReviewsRequest(pageToken: token("tier reviews")))
      }
    }
  }

  @Test("A2 A3.1: lots and the statement come by page, and balances follow from entry to entry") func statement()
    async throws
  {
    try await Scenario.run { stage in
      for _ in 0..<5 {
        _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
        try stage.advance(days: 40)
      }
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let spent = try await stage.hotel.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh()))
      _ = try await stage.ops.corrections.adjustPoints(
        AdjustPointsRequest(
          memberID: "M-1", points: 77, reason: "goodwill", reference: "fbk-1", idempotencyKey: stage.fresh()))
      try await stage.restart()
      var entries: [AccountEntry] = []
      var request = ListEntriesRequest(memberID: "M-1", pageSize: 3)
      repeat {
        let page = try await stage.ops.accounts.listEntries(request)
        entries += page.entries
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      #expect(entries.map(\.kind) == ["adjustment", "redemption"] + [String](repeating: "accrual", count: 6))
      #expect(entries[0].reason == "goodwill" && entries[0].reference == "fbk-1" && entries[0].points == 77)
      #expect(entries[1].points == -spent.points && entries[1].lots.map(\.lotID) == spent.lots.map(\.lotID))
      #expect(entries[0].balance == spent.balance + 77)
      for (newer, older) in zip(entries, entries.dropFirst()) {
        #expect(newer.balance == (older.balance ?? 0) + newer.points)
      }
      #expect(entries.last?.balance == entries.last?.points)

      // A partner sees what it did, and no balances.
      let own = try await stage.hotel.accounts.listEntries(ListEntriesRequest(memberID: "M-1")).entries
      #expect(
        own.map(\.kind) == ["redemption", "accrual"] && own.allSatisfy { $0.balance == nil && $0.reason.isEmpty })

      var lots: [AccountLot] = []
      var page = ListLotsRequest(memberID: "M-1", pageSize: 2)
      repeat {
        let answer = try await stage.ops.accounts.listLots(page)
        lots += answer.lots
        page.pageToken = answer.nextPageToken
      } while !page.pageToken.isEmpty
      #expect(lots.map(\.points).reduce(0, +) == spent.balance + 77 && Set(lots.map(\.lotID)).count == lots.count)
      #expect(zip(lots, lots.dropFirst()).allSatisfy { ($0.expiresAt?.seconds ?? 0) <= ($1.expiresAt?.seconds ?? 0) })
    }
  }

  @Test("A3.1.3 B2.2: points about to expire are listed with the language to write in") func aboutToExpire()
    async throws
  {
    try await Scenario.run { stage in
      _ = try await stage.ops.members.enrolMember(
        EnrolMemberRequest(
          memberID: "M-1", profile: MemberProfile(language: "en"), idempotencyKey: stage.fresh()))
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      let expires = try #require(earned.lots.first?.expiresAt)
      #expect(try await stage.ops.accounts.listExpiring(ListExpiringRequest()).members.isEmpty)
      try stage.advance(to: expires.seconds * 1_000 - 10 * Scenario.day)
      try await stage.restart()
      _ = try await stage.air.loyalty.accrue(stage.flight("M-3"))
      var found: [ExpiringPoints] = []
      var request = ListExpiringRequest(pageSize: 1)
      repeat {
        let page = try await stage.ops.accounts.listExpiring(request)
        found += page.members
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      #expect(found.map(\.memberID) == ["M-1", "M-2"] && found[0].language == "en")
      #expect(found[0].points == earned.points && found[0].firstExpiryAt == expires)
      #expect(
        try await refusalReason { try await stage.air.accounts.listExpiring(ListExpiringRequest()) } == "ROLE_REQUIRED")
    }
  }

  @Test("A2 A3.1 P7: changes come as they happen, and after a break from the last sequence seen") func changes()
    async throws
  {
    try await Scenario.run { stage in
      var seen: [WatchAccountResponse] = []
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let start = try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1")).sequence
      func follow(_ count: Int, after: UInt64, _ act: () async throws -> Void) async throws -> [WatchAccountResponse] {
        var found: [WatchAccountResponse] = []
        let stream = try await stage.ops.accounts.watchAccount(
          WatchAccountRequest(memberID: "M-1", afterSequence: after))
        try await act()
        for try await change in stream {
          found.append(change)
          if found.count == count { break }
        }
        return found
      }
      seen += try await follow(2, after: start) {
        _ = try await stage.air.loyalty.accrue(stage.flight("M-2"))
        _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
        _ = try await stage.air.loyalty.redeem(
          RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
      }
      #expect(seen.compactMap(\.entry?.kind) == ["accrual", "redemption"])
      let balance = try await stage.balance("M-1")
      #expect(seen.last?.available == balance)
      // While nobody watches, and over a restart.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try await stage.restart()
      let last = try #require(seen.last?.entry?.sequence)
      let resumed = try await follow(2, after: last) {
        _ = try await stage.air.loyalty.redeem(
          RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
      }
      #expect(resumed.compactMap(\.entry?.kind) == ["accrual", "redemption"])
      #expect(resumed.allSatisfy { ($0.entry?.sequence ?? 0) > last })
    }
  }
}

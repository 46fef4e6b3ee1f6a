// How long points live, as the requirements ask for it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

@Suite struct ExpiryScenarios {
  @Test(
    "A1.1 A3.1.3 B2.2: points lapse at the end of their month, to the millisecond; what lapses first is spent first")
  func endOfMonth() async throws {
    try await Scenario.run { stage in
      func balance() async throws -> Int64 {
        try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      }
      let june = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try stage.advance(days: 40)
      let july = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      // 24 months on, at the end of the month in the programme's calendar.
      #expect(june.lots.map(\.expiresAt) == [ProtobufTimestamp(seconds: 1_845_993_600)])
      #expect(july.lots.map(\.expiresAt) == [ProtobufTimestamp(seconds: 1_848_672_000)])
      let paid = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "travel-mug", quantity: 4, idempotencyKey: stage.fresh()))
      #expect(paid.lots.map(\.lotID) == june.lots.map(\.lotID) && paid.lots.map(\.points) == [2_000])
      #expect(try await balance() == 2_500)
      try stage.advance(to: 1_845_993_599_999)
      #expect(try await balance() == 2_500)
      // The last 500 of June's lapse while the server is down.
      try await stage.restart(at: 1_845_993_600_000)
      #expect(try await balance() == 2_000)
      #expect(
        try await refusalReason {
          try await stage.air.loyalty.redeem(
            RedeemRequest(memberID: "M-1", itemID: "travel-mug", quantity: 5, idempotencyKey: stage.fresh()))
        } == "INSUFFICIENT_POINTS")
      try stage.advance(to: 1_848_672_000_000)
      #expect(try await balance() == 0)
    }
  }

  @Test(
    "A1.1 A3.1.3 B2.2: a fixed term counts in days, and activity of the kinds that the policy names lets all live on")
  func activity() async throws {
    try await Scenario.run {
      $0.replace(
        "  months: 24\n  end_of_month: true", with: "  months: 1\n  extended_by: [stay]\n  end_of_month: false")
    } _: { stage in
      func account() async throws -> GetAccountResponse {
        try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1"))
      }
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try stage.advance(days: 20)
      // A flight extends nothing; a stay extends everything, and what was earned keeps its name.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(try await account().nextExpiryAt == first.lots.first?.expiresAt)
      let stay = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let until = try #require(stay.lots.first?.expiresAt)
      // From the end of 15 July to that of 5 August.
      #expect(until.seconds - (first.lots.first?.expiresAt?.seconds ?? 0) == 21 * 86_400)
      try await stage.restart()
      #expect(try await account().nextExpiryAt == until)
      let lots = try await stage.ops.accounts.listLots(ListLotsRequest(memberID: "M-1")).lots
      #expect(lots.count == 3 && lots.allSatisfy { $0.expiresAt == until })
      #expect(lots.contains { $0.lotID == first.lots.first?.lotID && $0.points == 2_500 })
      try stage.advance(to: until.seconds * 1_000 - 1)
      #expect(try await account().available == 6_000)
      try stage.advance(milliseconds: 1)
      #expect(try await account().available == 0)
      // Lapsed points do not come back with the next stay.
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      #expect(try await account().available == 1_500)
    }
  }
}

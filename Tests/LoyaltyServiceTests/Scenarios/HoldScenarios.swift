// Spending in two steps, as partners with a step of their own need it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var holds: HoldServiceClient { HoldServiceClient(client) }
}

@Suite struct HoldScenarios {
  @Test("B2.5: a hotel reserves points at check-in and spends a part of them at check-out, also after a restart")
  func folio() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let request = CreateHoldRequest(
        memberID: "M-1", points: 900, lifetime: ProtobufDuration(seconds: 3_600), purpose: "folio-7",
        idempotencyKey: stage.fresh())
      let hold = try await stage.hotel.holds.createHold(request)
      #expect(hold.points == 900 && hold.lots.map(\.points) == [900] && hold.balance == earned.balance - 900)
      #expect(hold.expiresAt == ProtobufTimestamp(unixMilliseconds: stage.now + Scenario.hour))
      try await stage.restart()
      #expect(try await stage.hotel.holds.createHold(request) == hold)
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == hold.balance)
      let tooMuch = CreateHoldRequest(memberID: "M-1", points: hold.balance + 1, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.holds.createHold(tooMuch) } == "INSUFFICIENT_POINTS")
      let foreign = ReleaseHoldRequest(holdID: hold.holdID, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.holds.releaseHold(foreign) } == "HOLD_UNKNOWN")

      let confirm = ConfirmHoldRequest(holdID: hold.holdID, points: 700, idempotencyKey: stage.fresh())
      let spent = try await stage.hotel.holds.confirmHold(confirm)
      #expect(spent.points == 700 && spent.restored.map(\.points) == [200] && spent.balance == earned.balance - 700)
      try await stage.restart()
      #expect(try await stage.hotel.holds.confirmHold(confirm) == spent)
      let again = ConfirmHoldRequest(holdID: hold.holdID, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.holds.confirmHold(again) } == "HOLD_UNKNOWN")
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == spent.balance)
    }
  }

  @Test("B2.5: a forgotten hold releases itself, also when the server was down at the time") func forgotten()
    async throws
  {
    try await Scenario.run { stage in
      let earned = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let hold = try await stage.hotel.holds.createHold(
        CreateHoldRequest(memberID: "M-1", points: 900, idempotencyKey: stage.fresh()))
      try stage.advance(minutes: 14)
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == earned.balance - 900)
      try await stage.restart()
      try stage.advance(minutes: 1)
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == earned.balance)
      let late = ConfirmHoldRequest(holdID: hold.holdID, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.holds.confirmHold(late) } == "HOLD_UNKNOWN")
    }
  }

  @Test("B2.5: a released hold puts back exactly the lots that were reserved") func released() async throws {
    try await Scenario.run { stage in
      let first = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      try stage.advance(days: 40)
      let second = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      let hold = try await stage.hotel.holds.createHold(
        CreateHoldRequest(memberID: "M-1", points: first.points + 10, idempotencyKey: stage.fresh()))
      #expect(hold.lots.map(\.lotID) == first.lots.map(\.lotID) + second.lots.map(\.lotID))
      let back = try await stage.hotel.holds.releaseHold(
        ReleaseHoldRequest(holdID: hold.holdID, idempotencyKey: stage.fresh()))
      #expect(back.restored.map(\.lotID) == hold.lots.map(\.lotID))
      #expect(back.restored.map(\.points) == [first.points, 10] && back.balance == second.balance)
      #expect(back.restored.map(\.expiresAt) == hold.lots.map(\.expiresAt))
    }
  }
}

// Members, seen from partners and from the agency's own people.

import LoyaltyAPI
import LoyaltyRPC
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var members: MemberServiceClient { MemberServiceClient(client) }
}

@Suite struct MemberScenarios {
  @Test("B1.1: enrolling gives the entry tier, and the first activity afterwards the welcome points") func enrolled()
    async throws
  {
    try await Scenario.run { stage in
      let request = EnrolMemberRequest(
        memberID: "M-1", partnerMemberNumber: "CA-88", profile: MemberProfile(language: "en"),
        idempotencyKey: stage.fresh())
      let enrolled = try await stage.air.members.enrolMember(request)
      #expect(enrolled.memberID == "M-1" && enrolled.tierID == "entry")
      try await stage.restart()
      #expect(try await stage.air.members.enrolMember(request) == enrolled)
      var second = request
      second.idempotencyKey = stage.fresh()
      let twice = second
      #expect(try await refusalReason { try await stage.air.members.enrolMember(twice) } == "MEMBER_EXISTS")
      var flight = stage.flight("")
      flight.partnerMemberNumber = "CA-88"
      let earned = try await stage.air.loyalty.accrue(flight)
      #expect(earned.memberID == "M-1" && earned.rules.map(\.ruleID).contains("welcome") && !earned.enrolled)
    }
  }

  @Test("B5.7 B8.4 A3.3.2: profile, household, consents and segments are kept, and partners see what is theirs")
  func profiles() async throws {
    try await Scenario.run { stage in
      let profile = MemberProfile(
        language: "zh-CN", timeZone: "Asia/Shanghai", birthday: MonthDay(month: 2, day: 29), householdID: "H-1",
        segments: ["family"], attributes: ["city": "Shanghai"],
        consents: [
          MemberConsent(purpose: "marketing-email", granted: true),
          MemberConsent(purpose: "share-activity", partnerID: "cathay-air", granted: true),
        ])
      for member in ["M-1", "M-2"] {
        _ = try await stage.ops.members.enrolMember(
          EnrolMemberRequest(memberID: member, profile: profile, idempotencyKey: stage.fresh()))
      }
      _ = try await stage.ops.members.updateMember(
        UpdateMemberRequest(
          memberID: "M-2", removeSegments: ["family"],
          consents: [MemberConsent(purpose: "marketing-email", granted: false)], idempotencyKey: stage.fresh()))
      try await stage.restart()
      let first = try #require(try await stage.ops.members.getMember(GetMemberRequest(memberID: "M-1")).member)
      #expect(first.status == .active && first.householdMemberIDs == ["M-1", "M-2"])
      #expect(first.profile?.birthday == MonthDay(month: 2, day: 29) && first.profile?.segments == ["family"])
      #expect(
        first.profile?.consents.map(\.granted) == [true, true] && first.profile?.attributes == ["city": "Shanghai"])
      let second = try #require(try await stage.ops.members.getMember(GetMemberRequest(memberID: "M-2")).member)
      #expect(second.profile?.segments == [] && second.profile?.consents.map(\.granted) == [false, true])

      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let seen = try #require(try await stage.air.members.getMember(GetMemberRequest(memberID: "M-1")).member)
      #expect(seen.profile?.segments == [] && seen.profile?.attributes == [:] && seen.householdMemberIDs == [])
      #expect(seen.profile?.consents.map(\.purpose) == ["share-activity"])
      let error = await #expect(throws: RPCError.self) {
        try await stage.air.members.updateMember(
          UpdateMemberRequest(
            memberID: "M-1", addSegments: ["vip"], consents: [MemberConsent(purpose: "x", partnerID: "jade-hotels")],
            idempotencyKey: stage.fresh()))
      }
      let bad = try detail(BadRequest.self, of: try #require(error))?.fieldViolations.map(\.field)
      #expect(bad == ["consents[0].partner_id", "segments"])
    }
  }

  @Test("P8: a frozen account earns and does not spend, and only staff can freeze") func frozen() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let freeze = SetMemberStatusRequest(
        memberID: "M-1", status: .frozen, reason: "suspected fraud", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.members.setMemberStatus(freeze) } == "ROLE_REQUIRED")
      #expect(try await stage.ops.members.setMemberStatus(freeze).status == .frozen)
      try await stage.restart()
      let redeem = RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.loyalty.redeem(redeem) } == "MEMBER_FROZEN")
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      _ = try await stage.ops.members.setMemberStatus(
        SetMemberStatusRequest(
          memberID: "M-1", status: .active, reason: "cleared", idempotencyKey: stage.fresh()))
      #expect(try await stage.air.loyalty.redeem(redeem).balance == earned.balance - 500)
    }
  }
}

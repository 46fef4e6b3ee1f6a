// Suspense and claims, as the requirements ask for them.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var claims: ClaimServiceClient { ClaimServiceClient(client) }
}

extension Scenario {
  /// A flight that its airline reports by its own number for the member.
  fileprivate func reported(_ number: String, reference: String, yuan: Int64 = 1_000, at moment: Int64? = nil)
    -> AccrueRequest
  {
    var flight = flight("", yuan: yuan, at: moment)
    (flight.partnerMemberNumber, flight.reference, flight.suspendUnmatched) = (number, reference, true)
    return flight
  }

  fileprivate func claim(
    _ member: String, _ reference: String, yuan: Int64 = 1_000, at moment: Int64, by caller: ScenarioCaller? = nil
  ) async throws -> SubmitClaimResponse {
    let isPartner = caller != nil
    return try await (caller ?? ops).claims.submitClaim(
      SubmitClaimRequest(
        memberID: member, partnerID: isPartner ? "" : "cathay-air", kind: .flight, reference: reference,
        amount: Money(currencyCode: "CNY", minorUnits: yuan * 100),
        occurredAt: ProtobufTimestamp(unixMilliseconds: moment), evidence: ["scan-\(reference)"],
        idempotencyKey: fresh()))
  }

  fileprivate func review(_ claim: String, approve: Bool = true, by caller: ScenarioCaller? = nil) async throws
    -> ReviewClaimResponse
  {
    try await (caller ?? ops).claims.reviewClaim(
      ReviewClaimRequest(claimID: claim, approve: approve, reason: "boarding pass seen", idempotencyKey: fresh()))
  }

  fileprivate func suspense(_ caller: ScenarioCaller? = nil) async throws -> ListSuspenseResponse {
    try await (caller ?? ops).claims.listSuspense(ListSuspenseRequest())
  }
}

@Suite struct ClaimScenarios {
  @Test("P2: activities that match nobody wait, are credited once when their member is found, aged, and expire")
  func suspense() async throws {
    try await Scenario.run { stage in
      let happened = stage.now
      let lines = [
        stage.reported("CA-1", reference: "160-1"), stage.reported("CA-1", reference: "160-2", yuan: 500),
        stage.reported("CA-2", reference: "160-3"), stage.reported("CA-3", reference: "160-4"), stage.flight("M-9"),
      ]
      func upload() async throws -> UploadActivitiesResponse {
        let call = try await stage.air.activities.uploadActivities()
        for line in lines { try await call.send(UploadActivitiesRequest(activity: line)) }
        return try await call.finish()
      }
      let first = try await upload()
      #expect(first.accepted == 1 && first.suspended == 4 && first.refused == 0)
      #expect(first.results.prefix(4).allSatisfy { $0.suspenseID.hasPrefix("sus-") && $0.accrualID.isEmpty })
      try await stage.restart()
      // Sent again after a break, it is the same; under another key it is refused.
      #expect(try await upload().results.map(\.suspenseID) == first.results.map(\.suspenseID))
      let other = stage.reported("CA-1", reference: "160-1")
      #expect(try await refusalReason { try await stage.air.loyalty.accrue(other) } == "REFERENCE_CLAIMED")
      #expect(try await stage.suspense(stage.hotel).activities.isEmpty, "a partner sees its own")
      let waiting = try await stage.suspense(stage.air)
      #expect(waiting.activities.map(\.reference) == ["160-1", "160-2", "160-3", "160-4"])

      // The member enrols with the number: both of its flights are credited, at their own day's rules.
      try stage.advance(days: 8)
      #expect(try await stage.suspense().ages.map(\.count) == [0, 4, 0, 0])
      _ = try await stage.air.members.enrolMember(
        EnrolMemberRequest(memberID: "M-1", partnerMemberNumber: "CA-1", idempotencyKey: stage.fresh()))
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-1") == 2_000 + 500 + 1_000, "two flights and the welcome bonus")
      try await stage.restart()
      #expect(try await stage.balance("M-1") == 3_500)
      // Neither the airline's upload nor staff credits it again.
      var again = stage.reported("CA-1", reference: "160-1")
      #expect(try await refusalReason { try await stage.air.loyalty.accrue(again) } == "REFERENCE_ALREADY_CREDITED")
      again.memberID = "M-1"
      #expect(try await refusalReason { try await stage.air.loyalty.accrue(again) } == "REFERENCE_ALREADY_CREDITED")

      // Staff finds the member of another one.
      let third = first.results[2].suspenseID
      func match(_ id: String, _ member: String, _ caller: ScenarioCaller, key: String) async throws
        -> MatchActivityResponse
      {
        try await caller.claims.matchActivity(
          MatchActivityRequest(suspenseID: id, memberID: member, reason: "called us", idempotencyKey: key))
      }
      #expect(try await refusalReason { try await match(third, "M-9", stage.air, key: "m-0") } == "ROLE_REQUIRED")
      let before = try await stage.balance("M-9")
      let matched = try await match(third, "M-9", stage.ops, key: "m-1")
      #expect(matched.status == .credited && matched.credited?.points == 2_000)
      try await stage.restart()
      #expect(try await match(third, "M-9", stage.ops, key: "m-1") == matched, "the same request, the same answer")
      #expect(try await refusalReason { try await match(third, "M-9", stage.ops, key: "m-2") } == "CLAIM_UNKNOWN")
      #expect(try await stage.balance("M-9") == before + 2_000)
      // It is an accrual like any other: it can be taken back.
      let reversed = try await stage.air.corrections.reverseAccrual(
        ReverseAccrualRequest(
          accrualID: matched.credited?.accrualID ?? "", reason: "refunded", idempotencyKey: stage.fresh()))
      #expect(reversed.points == 2_000)

      // Nobody comes for the last one: after 180 days it expires, and its number brings nothing any more.
      try stage.advance(to: happened + 180 * Scenario.day - 1)
      #expect(try await stage.suspense().activities.count == 1)
      try stage.advance(milliseconds: 1)
      #expect(try await stage.suspense().activities.isEmpty)
      let late = try await stage.air.members.enrolMember(
        EnrolMemberRequest(memberID: "M-3", partnerMemberNumber: "CA-3", idempotencyKey: stage.fresh()))
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance(late.memberID) == 0)
    }
  }

  @Test(
    "P3: a missing activity is claimed within its window, with evidence, approved by staff, by the rules of its day")
  func claims() async throws {
    try await Scenario.run { stage in
      let flown = stage.now
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      // Flights earn three points a yuan from the 20th on.
      _ = try await stage.policyAdmin.policy.publishPolicy(
        PublishPolicyRequest(
          yaml: try Scenario.triple(2, from: "2026-06-20T00:00:00+08:00"), idempotencyKey: "p-2"))
      #expect(try await refusalReason { try await stage.claim("M-1", "160-9", at: flown) } == "CLAIM_TOO_EARLY")
      try stage.advance(days: 200)
      let error = await #expect(throws: RPCError.self) {
        try await stage.ops.claims.submitClaim(
          SubmitClaimRequest(
            memberID: "M-1", partnerID: "cathay-air", kind: .flight, reference: "160-9",
            occurredAt: ProtobufTimestamp(unixMilliseconds: flown), idempotencyKey: stage.fresh()))
      }
      #expect(try detail(BadRequest.self, of: try #require(error))?.fieldViolations.map(\.field) == ["evidence"])
      let claim = try await stage.claim("M-1", "160-9", at: flown)
      #expect(claim.status == .claimed && claim.suspenseID.isEmpty)
      #expect(try await refusalReason { try await stage.claim("M-1", "160-9", at: flown) } == "REFERENCE_CLAIMED")
      try await stage.restart()
      let open = try await stage.ops.claims.listClaims(ListClaimsRequest(openOnly: true)).claims
      #expect(open.map(\.claimID) == [claim.claimID] && open.first?.evidence == ["scan-160-9"])
      #expect(try await refusalReason { try await stage.review(claim.claimID, by: stage.air) } == "ROLE_REQUIRED")

      let before = try await stage.balance("M-1")
      let approved = try await stage.review(claim.claimID)
      #expect(approved.credited?.points == 2_000 && approved.credited?.policyVersion == 1, "two points, not three")
      #expect(try await stage.balance("M-1") == before + 2_000)
      try await stage.restart()
      #expect(try await refusalReason { try await stage.review(claim.claimID) } == "CLAIM_UNKNOWN")
      var upload = stage.flight("M-1", at: stage.now)
      upload.reference = "160-9"
      #expect(try await refusalReason { try await stage.air.loyalty.accrue(upload) } == "REFERENCE_ALREADY_CREDITED")
      #expect(
        try await refusalReason { try await stage.claim("M-1", "160-9", at: flown) } == "REFERENCE_ALREADY_CREDITED")

      // Staff says no; the airline reports by itself; nobody decides: each ends its claim, and none credits twice.
      let refused = try await stage.claim("M-1", "160-10", at: flown)
      #expect(try await stage.review(refused.claimID, approve: false).status == .rejected)
      let overtaken = try await stage.claim("M-1", "160-11", at: stage.now - 4 * Scenario.day)
      var own = stage.flight("M-1", at: stage.now - 4 * Scenario.day)
      own.reference = "160-11"
      _ = try await stage.air.loyalty.accrue(own)
      #expect(try await refusalReason { try await stage.review(overtaken.claimID) } == "CLAIM_UNKNOWN")
      _ = try await stage.claim("M-1", "160-12", at: flown)
      try stage.advance(days: 30)
      let statuses = try await stage.ops.claims.listClaims(ListClaimsRequest(memberID: "M-1")).claims
      #expect(statuses.map(\.status) == [.credited, .rejected, .settled, .expired])
      #expect(statuses.first?.accrualID == approved.credited?.accrualID)
      #expect(try await stage.hotel.claims.listClaims(ListClaimsRequest(memberID: "M-1")).claims.isEmpty)

      // After a year it is too late; and a member has only so many at a time.
      try stage.advance(to: flown + 365 * Scenario.day + 1)
      #expect(try await refusalReason { try await stage.claim("M-1", "160-13", at: flown) } == "CLAIM_TOO_LATE")
      for number in 20..<25 { _ = try await stage.claim("M-1", "160-\(number)", at: stage.now - 9 * Scenario.day) }
      #expect(
        try await refusalReason { try await stage.claim("M-1", "160-30", at: stage.now - 9 * Scenario.day) }
          == "TOO_MANY_CLAIMS")
    }
  }

  @Test("P2 P3: a claim that agrees with what the partner reported is credited at once, and once for both")
  func matched() async throws {
    try await Scenario.run { stage in
      let flown = stage.now
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let kept = try await stage.air.loyalty.accrue(stage.reported("CA-7", reference: "160-7"))
      #expect(kept.suspenseID.hasPrefix("sus-") && kept.points == 0 && kept.accrualID.isEmpty)
      try stage.advance(days: 4)
      // Another amount is for staff to look at; it is told which activity it may be.
      let other = try await stage.claim("M-1", "160-7", yuan: 1_200, at: flown)
      #expect(other.status == .claimed && other.suspenseID == kept.suspenseID)
      _ = try await stage.review(other.claimID, approve: false)
      let before = try await stage.balance("M-1")
      let claim = try await stage.claim("M-1", "160-7", at: flown)
      #expect(claim.status == .credited && claim.credited?.points == 2_000)
      try await stage.restart()
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-1") == before + 2_000)
      #expect(try await stage.suspense().activities.isEmpty)
      // The number names the member from now on.
      var next = stage.reported("CA-7", reference: "160-8")
      next.suspendUnmatched = false
      #expect(try await stage.air.loyalty.accrue(next).memberID == "M-1")
    }
  }
}

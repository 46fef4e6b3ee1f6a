// Mistakes undone and exceptions made, seen from partners and from the agency's own people.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var corrections: CorrectionServiceClient { CorrectionServiceClient(client) }
  var transfers: TransferServiceClient { TransferServiceClient(client) }
  var imports: ImportServiceClient { ImportServiceClient(client) }
  var approvals: ApprovalServiceClient { ApprovalServiceClient(client) }
}

@Suite struct CorrectionScenarios {
  @Test("P13: a reversed redemption puts back exactly the lots that paid; twice is once") func redemption() async throws
  {
    try await Scenario.run { stage in
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try stage.advance(days: 40)
      let second = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 3_000))
      let spent = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh()))
      #expect(spent.lots.map(\.lotID) == first.lots.map(\.lotID) + second.lots.map(\.lotID))
      let request = ReverseRedemptionRequest(
        redemptionID: spent.redemptionID, reason: "lounge closed", idempotencyKey: stage.fresh())
      #expect(
        try await refusalReason { try await stage.hotel.corrections.reverseRedemption(request) } == "RECORD_UNKNOWN")
      let back = try await stage.air.corrections.reverseRedemption(request)
      #expect(back.points == spent.points && back.balance == second.balance && back.partLeft == 0)
      #expect(Set(back.restored.map(\.lotID)) == Set(spent.lots.map(\.lotID)))
      for debit in spent.lots {
        let restored = try #require(back.restored.first { $0.lotID == debit.lotID })
        #expect(restored.points == debit.points && restored.expiresAt == debit.expiresAt)
      }
      try await stage.restart()
      #expect(try await stage.air.corrections.reverseRedemption(request) == back)
      var again = request
      again.idempotencyKey = stage.fresh()
      let twice = again
      #expect(
        try await refusalReason { try await stage.air.corrections.reverseRedemption(twice) } == "ALREADY_REVERSED")
      #expect(try await stage.balance("M-1") == second.balance)
    }
  }

  @Test("P13: an accrual that had been spent becomes a debt, which later earning pays first") func debt() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 3_000))
      let spent = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh()))
      let request = ReverseAccrualRequest(
        accrualID: earned.accrualID, reason: "ticket refunded", idempotencyKey: stage.fresh())
      let gone = try await stage.air.corrections.reverseAccrual(request)
      #expect(gone.points == earned.points && gone.debtPoints == spent.points && gone.balance == 0)
      try await stage.restart()
      #expect(try await stage.air.corrections.reverseAccrual(request) == gone)
      let later = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 5_000))
      #expect(later.balance == later.points - spent.points)
      #expect(try await stage.balance("M-1") == later.balance)
    }
  }

  @Test("P13: for points that had lapsed nothing is taken again, also when history has to tell") func lapsed()
    async throws
  {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let expires = try #require(earned.lots.first?.expiresAt)
      let mug = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
      try stage.advance(to: expires.seconds * 1_000)
      #expect(try await stage.balance("M-1") == 0)
      try await stage.restart()
      let request = ReverseAccrualRequest(
        accrualID: earned.accrualID, reason: "fraud found late", idempotencyKey: stage.fresh())
      let gone = try await stage.air.corrections.reverseAccrual(request)
      #expect(gone.lapsedPoints == earned.points - mug.points && gone.debtPoints == mug.points && gone.lots.isEmpty)
      #expect(try await stage.air.corrections.reverseAccrual(request) == gone)
    }
  }

  @Test("P4: parts of a refund take points in proportion, and together all of them") func parts() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 1_001))
      var taken: Int64 = 0
      for (part, left) in [(33_333, 66_767), (33_333, 33_434), (0, 0)] as [(Int64, Int64)] {
        let gone = try await stage.air.corrections.reverseAccrual(
          ReverseAccrualRequest(
            accrualID: earned.accrualID, minorUnits: part, reason: "part refunded", idempotencyKey: stage.fresh()))
        taken += gone.points
        #expect(gone.minorUnitsLeft == left)
        #expect(taken == earned.points * (100_100 - left) / 100_100, "rounded down on all parts together")
        try await stage.restart()
      }
      #expect(taken == earned.points)
      #expect(try await stage.balance("M-1") == 0)
    }
  }

  @Test("A3.1.3 B2.2: staff lets points live longer and brings lapsed ones back, with a reason") func extended()
    async throws
  {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let lot = try #require(earned.lots.first)
      let expires = try #require(lot.expiresAt)
      let later = ProtobufTimestamp(seconds: expires.seconds + 86_400 * 30)
      let extend = ExtendLotsRequest(
        memberID: "M-1", lotIDs: [lot.lotID], expiresAt: later, reason: "illness", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.corrections.extendLots(extend) } == "ROLE_REQUIRED")
      #expect(try await stage.ops.corrections.extendLots(extend).lots.map(\.expiresAt) == [later])
      try stage.advance(to: expires.seconds * 1_000)
      try await stage.restart()
      #expect(try await stage.balance("M-1") == earned.balance)
      try stage.advance(to: later.seconds * 1_000)
      #expect(try await stage.balance("M-1") == 0)
      let again = ProtobufTimestamp(seconds: later.seconds + 86_400)
      let reinstate = ReinstateLotRequest(
        memberID: "M-1", lotID: lot.lotID, expiresAt: again, reason: "the notice was late",
        idempotencyKey: stage.fresh())
      let back = try await stage.ops.corrections.reinstateLot(reinstate)
      #expect(back.restored?.points == earned.points && back.restored?.expiresAt == again && back.pointsLeft == 0)
      try await stage.restart()
      #expect(try await stage.ops.corrections.reinstateLot(reinstate) == back)
      #expect(try await stage.balance("M-1") == earned.balance)
      var twice = reinstate
      twice.idempotencyKey = stage.fresh()
      let other = twice
      #expect(try await refusalReason { try await stage.ops.corrections.reinstateLot(other) } == "NOTHING_LAPSED")
    }
  }

  @Test("P6: an adjustment above the limit waits for a second person, who is not the first") func fourEyes()
    async throws
  {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let small = try await stage.ops.corrections.adjustPoints(
        AdjustPointsRequest(memberID: "M-1", points: 500, reason: "goodwill", idempotencyKey: stage.fresh()))
      #expect(small.balance == earned.balance + 500 && small.proposalID.isEmpty)
      let request = AdjustPointsRequest(
        memberID: "M-1", points: 20_000, reason: "competition", idempotencyKey: stage.fresh())
      let proposed = try await stage.ops.corrections.adjustPoints(request)
      #expect(proposed.adjustmentID.isEmpty && !proposed.proposalID.isEmpty)
      #expect(try await stage.balance("M-1") == small.balance)
      try await stage.restart()
      #expect(try await stage.ops.corrections.adjustPoints(request) == proposed)
      let waiting = try await stage.caller("ops-wang").approvals.listProposals(ListProposalsRequest()).proposals
      #expect(waiting.map(\.proposalID) == [proposed.proposalID] && waiting[0].proposer == "ops-lin")
      #expect(waiting[0].kind == "adjustment" && waiting[0].commandJson.contains("20000"))
      let yes = DecideProposalRequest(
        proposalID: proposed.proposalID, approve: true, idempotencyKey: stage.fresh())
      #expect(
        try await refusalReason { try await stage.ops.approvals.decideProposal(yes) } == "SECOND_PERSON_REQUIRED")
      #expect(try await refusalReason { try await stage.air.approvals.decideProposal(yes) } == "ROLE_REQUIRED")
      let done = try await stage.caller("ops-wang").approvals.decideProposal(yes)
      #expect(done.approved)
      #expect(try await stage.balance("M-1") == small.balance + 20_000)
      try await stage.restart()
      #expect(try await stage.caller("ops-wang").approvals.decideProposal(yes) == done)
      #expect(try await stage.balance("M-1") == small.balance + 20_000)
    }
  }

  @Test("P6: a policy is published when a second person approves it, if the policy wants that") func policyFourEyes()
    async throws
  {
    try await Scenario.run(policy: { $0 = $0.replacing("policy_publication: false", with: "policy_publication: true") })
    { stage in
      let yaml = try String(contentsOf: stage.policyFile, encoding: .utf8).replacing(
        "version: 1\n", with: "version: 2\n", maxReplacements: 1)
      let chen = try stage.caller("ops-chen")
      let proposed = try await chen.policy.publishPolicy(
        PublishPolicyRequest(yaml: yaml, atOnce: true, idempotencyKey: stage.fresh()))
      #expect(!proposed.proposalID.isEmpty)
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(earned.policyVersion == 1)
      let wang = try stage.caller("ops-wang")
      #expect(
        try await wang.approvals.decideProposal(
          DecideProposalRequest(proposalID: proposed.proposalID, approve: true, idempotencyKey: stage.fresh())
        ).approved)
      #expect(try await stage.air.loyalty.accrue(stage.flight("M-1")).policyVersion == 2)
      try await stage.restart()
      #expect(try await stage.air.loyalty.accrue(stage.flight("M-1")).policyVersion == 2)
    }
  }

  @Test("A2 A3.1: points of flights that the policy posts later are pending until then") func pendingPoints()
    async throws
  {
    try await Scenario.run(policy: { $0 += "  posting_delays: [{activities: [flight], days: 7}]\n" }) { stage in
      let request = stage.flight("M-1")
      let earned = try await stage.air.loyalty.accrue(request)
      #expect(earned.pendingPoints == earned.points && earned.lots.isEmpty && earned.balance == 0)
      #expect(earned.pendingUntil == ProtobufTimestamp(unixMilliseconds: stage.now + 7 * Scenario.day))
      let other = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try await stage.restart()
      #expect(try await stage.air.loyalty.accrue(request) == earned)
      let gone = try await stage.air.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: other.accrualID, reason: "cancelled", idempotencyKey: stage.fresh()))
      #expect(gone.pendingPoints == other.points && gone.debtPoints == 0)
      var account = try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1"))
      #expect(account.pending == earned.points && account.available == 0)
      try stage.advance(days: 7)
      account = try await stage.ops.accounts.getAccount(GetAccountRequest(memberID: "M-1"))
      #expect(account.pending == 0 && account.available == earned.points)
      let later = try await stage.air.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: earned.accrualID, reason: "late", idempotencyKey: stage.fresh()))
      #expect(later.lots.map(\.points) == [earned.points] && later.pendingPoints == 0 && later.balance == 0)
    }
  }

  @Test("P8: opening balances come with lots and tiers, and only if the totals agree") func imported() async throws {
    try await Scenario.run { stage in
      let expires = ProtobufTimestamp(unixMilliseconds: stage.now + 100 * Scenario.day)
      let member = OpeningMember(
        memberID: "M-9", enrolledAt: ProtobufTimestamp(seconds: 1_600_000_000), tierID: "gold",
        qualifyingPoints: 10,
        lots: [
          OpeningLot(points: 700, earnedAt: ProtobufTimestamp(seconds: 1_700_000_000), expiresAt: expires),
          OpeningLot(points: 50, earnedAt: ProtobufTimestamp(seconds: 1_700_000_000)),
        ], partnerMemberNumbers: ["cathay-air": "CA-9"])
      let other = OpeningMember(memberID: "M-8", tierID: "silver", qualifyingNights: 49)
      var request = ImportMembersRequest(
        members: [member, other], totals: ImportTotals(members: 2, lots: 2, points: 751, qualifyingPoints: 10),
        idempotencyKey: stage.fresh())
      let wrong = request
      #expect(try await refusalReason { try await stage.ops.imports.importMembers(wrong) } == "TOTALS_DIFFER")
      request.totals?.points = 750
      let taken = try await stage.ops.imports.importMembers(request)
      #expect(taken.totals == request.totals && taken.pointsSoFar == 750)
      try await stage.restart()
      #expect(try await stage.ops.imports.importMembers(request) == taken)
      let tier = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-9"))
      #expect(tier.balance == 750 && tier.tier?.tierID == "gold" && tier.nextExpiryAt == expires)
      #expect(tier.enrolledAt == member.enrolledAt)
      #expect(try await stage.hotel.loyalty.accrue(stage.stay("M-8", yuan: 10)).tierID == "gold", "the fiftieth night")
      let bought = try await stage.air.loyalty.accrue(stage.flight("M-9"))
      #expect(!bought.rules.contains { $0.ruleID == "welcome" }, "it has bought before")
    }
  }

  @Test("P8: two accounts of one person become one, and both ids name it") func merged() async throws {
    try await Scenario.run { stage in
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let second = try await stage.hotel.loyalty.accrue(stage.stay("M-2"))
      let request = MergeMembersRequest(
        fromMemberID: "M-2", intoMemberID: "M-1", reason: "same person", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.air.transfers.mergeMembers(request) } == "ROLE_REQUIRED")
      let merged = try await stage.ops.transfers.mergeMembers(request)
      #expect(merged.points == second.balance && merged.balance == first.balance + second.balance)
      try await stage.restart()
      #expect(try await stage.ops.transfers.mergeMembers(request) == merged)
      #expect(try await stage.balance("M-1") == merged.balance)
      #expect(try await stage.balance("M-2") == merged.balance)
    }
  }

  @Test("A3.3.2: a household shares a pool: members give to it, and it spends") func pool() async throws {
    try await Scenario.run { stage in
      for member in ["M-1", "M-2", "pool-H-1"] {
        _ = try await stage.ops.members.enrolMember(
          EnrolMemberRequest(
            memberID: member, profile: MemberProfile(householdID: "H-1"), idempotencyKey: stage.fresh()))
      }
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let second = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      for (member, earned) in [("M-1", first), ("M-2", second)] {
        let moved = try await stage.ops.transfers.transferPoints(
          TransferPointsRequest(
            fromMemberID: member, toMemberID: "pool-H-1", points: earned.balance, idempotencyKey: stage.fresh()))
        #expect(moved.lots.map(\.lotID) == earned.lots.map(\.lotID) && moved.fromBalance == 0)
      }
      try await stage.restart()
      #expect(try await stage.balance("pool-H-1") == first.balance + second.balance)
      let spent = try await stage.ops.loyalty.redeem(
        RedeemRequest(memberID: "pool-H-1", itemID: "travel-mug", idempotencyKey: stage.fresh()))
      #expect(spent.balance == first.balance + second.balance - spent.points)
      let stranger = try await stage.air.loyalty.accrue(stage.flight("M-3"))
      #expect(stranger.balance > 0)
      let gift = TransferPointsRequest(
        fromMemberID: "M-3", toMemberID: "M-1", points: 10, idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.ops.transfers.transferPoints(gift) } == "TRANSFER_NOT_ALLOWED")
    }
  }
}

// The policy as versions, as the requirements ask for it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var policy: PolicyServiceClient { PolicyServiceClient(client) }
}

extension Scenario {
  /// The operator of the sample policy who publishes policies.
  var policyAdmin: ScenarioCaller { get throws { try caller("ops-chen") } }

  /// The sample policy as another version, changed.
  static func version(_ version: Int, from: String, _ change: (inout String) -> Void) throws -> String {
    var yaml = try samplePolicy()
    yaml.replace("\nversion: 1\n", with: "\nversion: \(version)\n")
    yaml.replace("\neffective_from: 2026-01-01T00:00:00+08:00\n", with: "\neffective_from: \(from)\n")
    change(&yaml)
    return yaml
  }

  /// Two yuan a point for flights became three.
  static func triple(_ version: Int, from: String) throws -> String {
    try Self.version(version, from: from) { yaml in
      yaml.replace("- id: flight-base\n    version: 1", with: "- id: flight-base\n    version: 2")
      yaml.replace(
        "{currency: CNY, points: 2, per_minor_units: 100}", with: "{currency: CNY, points: 3, per_minor_units: 100}")
    }
  }
}

@Suite struct PolicyScenarios {
  @Test("B2.7: a published version decides from its date on, without a restart, and nothing earned before changes")
  func effectiveDate() async throws {
    try await Scenario.run { stage in
      let before = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let yaml = try Scenario.triple(2, from: "2026-06-20T00:00:00+08:00")
      let published = try await stage.policyAdmin.policy.publishPolicy(
        PublishPolicyRequest(yaml: yaml, idempotencyKey: "p-2"))
      #expect(published.policy?.state == .scheduled)
      #expect(
        published.differences.map(\.path) == [
          "earning_rules[flight-base].rates", "earning_rules[flight-base].version", "effective_from", "version",
        ])
      let still = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(still.points == 2_000 && still.policyVersion == 1)
      try await stage.restart()
      // The last millisecond of the old version, the first of the new one.
      try stage.advance(to: 1_781_884_799_999)
      let last = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      try stage.advance(milliseconds: 1)
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect((last.points, last.policyVersion) == (2_000, 1))
      #expect((first.points, first.policyVersion, first.rules[0].ruleVersion) == (3_000, 2, 2))
      let balance = try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      #expect(balance == before.points + still.points + last.points + first.points)
      // The same request again is answered the same, whatever is in effect by now.
      let again = try await stage.policyAdmin.policy.publishPolicy(
        PublishPolicyRequest(yaml: yaml, idempotencyKey: "p-2"))
      #expect(again.policy?.version == 2 && again.policy?.state == .inEffect)
    }
  }

  @Test("B1.6 B2.6: what held, holds and will hold can be read as of any date, version by version") func read()
    async throws
  {
    try await Scenario.run { stage in
      let yaml = try Scenario.triple(2, from: "2026-06-20T00:00:00+08:00")
      _ = try await stage.policyAdmin.policy.publishPolicy(PublishPolicyRequest(yaml: yaml, idempotencyKey: "p-2"))
      try await stage.restart()
      let admin = try stage.policyAdmin.policy
      let listed = try await admin.listPolicies(ListPoliciesRequest()).policies
      #expect(listed.map(\.version) == [2, 1] && listed.map(\.state) == [.scheduled, .inEffect])
      #expect(listed.map(\.publishedBy) == ["ops-chen", ""])
      let page = try await admin.listPolicies(ListPoliciesRequest(pageSize: 1))
      let rest = try await admin.listPolicies(ListPoliciesRequest(pageSize: 1, pageToken: page.nextPageToken))
      #expect(page.policies.map(\.version) == [2] && rest.policies.map(\.version) == [1] && rest.nextPageToken.isEmpty)
      let now = try await admin.getPolicy(GetPolicyRequest())
      let sample = try Scenario.samplePolicy()
      #expect(now.policy?.version == 1 && now.yaml == sample)
      let later = try await admin.getPolicy(GetPolicyRequest(at: ProtobufTimestamp(seconds: 1_781_884_800)))
      #expect(later.policy?.version == 2 && later.yaml == yaml)
      let differences = try await admin.diffPolicies(DiffPoliciesRequest(fromVersion: 1, toVersion: 2)).differences
      #expect(differences.contains { $0.path == "version" && $0.before == "1.0" || $0.before == "1" })
    }
  }

  @Test("B2.7: a mistake is refused with its line, and a version that decides never changes") func refused()
    async throws
  {
    try await Scenario.run { stage in
      let admin = try stage.policyAdmin.policy
      let broken = try Scenario.version(2, from: "2026-06-20T00:00:00+08:00") {
        $0.replace("multiplier_bp: 11000", with: "multiplier_bp: 9000")
      }
      let lines = broken.split(separator: "\n", omittingEmptySubsequences: false)
      let line = (lines.firstIndex { $0.contains("multiplier_bp: 9000") } ?? 0) + 1
      let error = await #expect(throws: RPCError.self) {
        try await admin.publishPolicy(PublishPolicyRequest(yaml: broken, idempotencyKey: "p-1"))
      }
      #expect(error?.code == .invalidArgument && error?.message.contains("line \(line), column") == true)

      // A rule that changed and kept its version.
      let silent = try Scenario.triple(2, from: "2026-06-20T00:00:00+08:00")
        .replacing("- id: flight-base\n    version: 2", with: "- id: flight-base\n    version: 1")
      let unversioned = await #expect(throws: RPCError.self) {
        try await admin.publishPolicy(PublishPolicyRequest(yaml: silent, validateOnly: true))
      }
      #expect(unversioned?.message.contains("a changed rule has another version") == true)

      // A version of the past, and one that is there.
      for (version, from) in [(2, "2026-06-01T00:00:00+08:00"), (1, "2026-07-01T00:00:00+08:00")] {
        let yaml = try Scenario.triple(version, from: from)
        let error = await #expect(throws: RPCError.self) {
          try await admin.publishPolicy(PublishPolicyRequest(yaml: yaml, idempotencyKey: "p-\(version)"))
        }
        #expect(error?.code == .invalidArgument)
      }
      let refused = try await refusalReason {
        try await admin.withdrawPolicy(
          WithdrawPolicyRequest(version: 1, reason: "by mistake", idempotencyKey: "w-1"))
      }
      #expect(refused == "POLICY_EFFECTIVE")
      let partner = try await refusalReason {
        try await stage.air.policy.publishPolicy(PublishPolicyRequest(yaml: broken, idempotencyKey: "p-9"))
      }
      #expect(partner == "ROLE_REQUIRED")
    }
  }

  @Test("B2.7: a scheduled version can be withdrawn and another published at once") func withdrawn() async throws {
    try await Scenario.run { stage in
      let later = try Scenario.triple(2, from: "2026-06-20T00:00:00+08:00")
      _ = try await stage.policyAdmin.policy.publishPolicy(PublishPolicyRequest(yaml: later, idempotencyKey: "p-2"))
      let withdrawn = try await stage.policyAdmin.policy.withdrawPolicy(
        WithdrawPolicyRequest(version: 2, reason: "postponed", idempotencyKey: "w-2"))
      #expect(withdrawn.policy?.state == .withdrawn)
      try stage.advance(days: 10)
      #expect(try await stage.air.loyalty.accrue(stage.flight("M-1")).policyVersion == 1)
      let yaml = try Scenario.triple(3, from: "2026-06-20T00:00:00+08:00")
        .replacing("- id: flight-base\n    version: 2", with: "- id: flight-base\n    version: 3")
      let published = try await stage.policyAdmin.policy.publishPolicy(
        PublishPolicyRequest(yaml: yaml, atOnce: true, idempotencyKey: "p-3"))
      #expect(published.policy?.state == .inEffect)
      try await stage.restart()
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(earned.points == 3_000 && earned.policyVersion == 3)
    }
  }

  @Test("B2.7: a trial run on history says who would gain and who would lose, and touches nothing") func simulated()
    async throws
  {
    try await Scenario.run { stage in
      let begin = stage.now
      let flight = try await stage.air.loyalty.accrue(stage.flight("M-flies", yuan: 10_000))
      let stay = try await stage.hotel.loyalty.accrue(stage.stay("M-stays", yuan: 10_000))
      try stage.advance(days: 1)
      _ = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-flies", itemID: "airport-transfer", quantity: 1, idempotencyKey: stage.fresh()))
      try stage.advance(days: 1)
      let before = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-flies"))
      let end = stage.now
      try stage.advance(minutes: 1)
      // Three points for a yuan flown in place of two, and a dearer transfer.
      var draft = try Scenario.triple(7, from: "2027-01-01T00:00:00+08:00")
      draft.replace("points: 9800", with: "points: 10800")

      func simulate(
        _ caller: ScenarioCaller, yaml: String = "", version: UInt32 = 0, until: Int64? = nil
      ) async throws -> (totals: SimulationTotals?, members: [SimulatedMember]) {
        var totals: SimulationTotals?
        var members: [SimulatedMember] = []
        let request = SimulateRequest(
          yaml: yaml, version: version, from: ProtobufTimestamp(unixMilliseconds: begin),
          until: ProtobufTimestamp(unixMilliseconds: until ?? end))
        for try await response in try await caller.policy.simulate(request) {
          switch response.part {
          case .totals(let part)?: totals = part
          case .members(let part)?: members += part.members
          case nil: Issue.record("a part of the answer is empty")
          }
        }
        return (totals, members)
      }
      let (totals, members) = try await simulate(stage.policyAdmin, yaml: draft)
      #expect(totals?.commands == 3 && totals?.refusals.isEmpty == true)
      #expect(totals?.membersWithMore == 1 && totals?.membersAlike == 1 && totals?.membersWithLess == 0)
      #expect(totals?.actual?.earned == flight.points + stay.points)
      let more = try #require(members.first)
      #expect(members.count == 1 && more.memberID == "M-flies")
      #expect(more.actual?.balance == before.balance && more.actual?.spent == 9_800 && more.draft?.spent == 10_800)
      #expect((more.draft?.balance ?? 0) - before.balance == 9_000)
      // Under the policy that decided, nothing differs; and the same is told after a restart.
      #expect(try await simulate(stage.policyAdmin, version: 1).members.isEmpty)
      try await stage.restart()
      #expect(try await simulate(stage.policyAdmin, yaml: draft).members == members)

      #expect(try await refusalReason { try await simulate(stage.air, version: 1) } == "ROLE_REQUIRED")
      #expect(try await refusalReason { try await simulate(stage.policyAdmin, version: 9) } == "POLICY_UNKNOWN")
      var code: StatusCode?
      do { _ = try await simulate(stage.policyAdmin, yaml: draft, until: stage.now + 1) } catch let error as RPCError {
        code = error.code
      }
      #expect(code == .invalidArgument)
      let after = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-flies"))
      #expect(after.balance == before.balance && after.qualifyingPoints == before.qualifyingPoints)
    }
  }
}

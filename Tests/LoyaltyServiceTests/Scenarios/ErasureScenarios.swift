// What people write is in no file in clear, and can be read by nobody once the member is erased.

import Foundation
import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime
import Testing

@testable import LoyaltyService

@Suite struct ErasureScenarios {
  /// The files of the data folder in which a text stands. The server goes on writing: where a file got its final name
  /// while it was to be read, all are read again.
  private static func files(_ stage: Scenario, having text: String) throws -> [String] {
    let needle = Data(text.utf8)
    while true {
      do {
        return try regularFiles(in: stage.data)
          .filter { try Data(contentsOf: $0).range(of: needle) != nil }.map(\.lastPathComponent)
      } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {}
    }
  }

  private static func regularFiles(in folder: URL) throws -> [URL] {
    let all = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    return try all.compactMap { $0 as? URL }
      .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
  }

  @Test(
    "B5.7 B8.4 P6: what people write is in no file in clear, and gone for everybody when a second person has the member erased"
  )
  func erasure() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      let request = stage.complaint("M-1", "My-telephone-is-13800138000", attachments: ["passport-E12345678"])
      let ticket = try await stage.air.loyalty.submitFeedback(request)
      let other = try await stage.air.loyalty.submitFeedback(stage.complaint("M-2", "Another-word-entirely"))
      try await stage.reply(ticket.ticketID, "Dear-Wang-Xiaoming-we-called")
      _ = try await stage.ops.feedback.closeFeedback(
        CloseFeedbackRequest(ticketID: ticket.ticketID, resolution: "Called-13800138000", idempotencyKey: stage.fresh())
      )
      // A repeated request is known again, though its words are encrypted.
      #expect(try await stage.air.loyalty.submitFeedback(request) == ticket)
      let get = GetFeedbackRequest(ticketID: ticket.ticketID)
      let told = try await stage.ops.feedback.getFeedback(get).entries
      #expect(
        told.map(\.text) == ["My-telephone-is-13800138000", "Dear-Wang-Xiaoming-we-called", "Called-13800138000"])
      #expect(told.first?.attachments == ["passport-E12345678"])

      let members = { MemberServiceClient(try stage.ops.client) }
      let erase = EraseMemberRequest(memberID: "M-1", reference: "DSR-2026-17", idempotencyKey: stage.fresh())
      #expect(try await refusalReason { _ = try await members().eraseMember(erase) } == "MEMBER_OPEN")
      _ = try await members().setMemberStatus(
        SetMemberStatusRequest(
          memberID: "M-1", status: .closed, reason: "Asked-by-13800138000", idempotencyKey: stage.fresh()))
      await #expect {
        try await MemberServiceClient(try stage.air.client).eraseMember(erase)
      } throws: { ($0 as? RPCError)?.code == .permissionDenied }
      try await stage.restart()
      for text in ["13800138000", "passport-E12345678", "Wang-Xiaoming", "Another-word"] {
        #expect(try Self.files(stage, having: text) == [])
      }
      // Something that is not secret is found: the search itself works.
      #expect(try !Self.files(stage, having: "partner-cathay-air").isEmpty)

      // One person asks, another one approves; until then nothing is erased.
      let asked = try await members().eraseMember(erase)
      #expect(asked.erasedMemberIDs == [] && !asked.proposalID.isEmpty)
      try await stage.restart()
      #expect(try await stage.ops.feedback.getFeedback(get).entries.first?.text == "My-telephone-is-13800138000")
      let waiting = try await stage.ops.approvals.listProposals(ListProposalsRequest()).proposals
      #expect(waiting.map(\.kind) == ["erasure"] && waiting[0].proposer == "ops-lin")
      let yes = DecideProposalRequest(proposalID: asked.proposalID, approve: true, idempotencyKey: stage.fresh())
      #expect(
        try await refusalReason { try await stage.ops.approvals.decideProposal(yes) } == "SECOND_PERSON_REQUIRED")
      let done = try await stage.caller("ops-wang").approvals.decideProposal(yes)
      #expect(done.approved)
      #expect(try await stage.caller("ops-wang").approvals.decideProposal(yes) == done, "again, it does nothing")
      // The record says who asked, who approved and for which request.
      let record = try #require(
        try stage.running().application.real.programme.history.records(of: "M-1", before: UInt64.max, limit: 1).first)
      #expect(record.sequence == done.record && record.record.subject == "ops-wang")
      #expect(record.record.proposalEnds.map(\.subject) == ["ops-lin"])
      guard case .erasure(let input)? = record.record.input else { return #expect(Bool(false)) }
      #expect(input.reference == "DSR-2026-17")
      for _ in 0..<2 {
        let entries = try await stage.ops.feedback.getFeedback(get).entries
        #expect(entries.count == 3 && entries.allSatisfy { $0.text.isEmpty && $0.attachments.isEmpty })
        let kept = try await stage.ops.feedback.getFeedback(GetFeedbackRequest(ticketID: other.ticketID)).entries
        #expect(kept.map(\.text) == ["Another-word-entirely"])
        try await stage.restart()
      }
      #expect(try await refusalReason { _ = try await stage.air.loyalty.submitFeedback(request) } == "MEMBER_ERASED")
    }
  }

  /// The programme's history, once all of it is durable.
  private static func records(_ stage: Scenario) async throws -> [HistoryEntry<Record>] {
    let programme = try stage.running().application.real.programme
    try await programme.waitForHistory(through: programme.store.status.sequence)
    return try programme.history.records(after: 0, limit: 10_000)
  }

  /// What the ledger has written and what it would write into a snapshot, as JSON.
  private static func written(_ stage: Scenario) async throws -> (records: String, snapshot: String, keyless: String) {
    let programme = try stage.running().application.real.programme
    let records = try await records(stage)
    func snapshot(_ ledger: Ledger) throws -> String {
      var json = ""
      try ledger.snapshot { json += try SnapshotChunk(serializedBytes: $0).jsonString() }
      return json
    }
    // Whoever has no keys comes to the same state: a copy can be verified and restored without them.
    var keyless = Ledger()
    for entry in records { keyless.apply(entry.record, sequence: entry.sequence) }
    #expect(keyless.contradiction == nil)
    return (
      try records.map { try $0.record.jsonString() }.joined(), try snapshot(programme.store.read { $0 }.value),
      try snapshot(keyless)
    )
  }

  @Test(
    "P6: profiles, reasons, proofs and evidence are sealed in records and snapshots, work as before, and are gone with the member"
  )
  func everythingSaid() async throws {
    try await Scenario.run { stage in
      let secret = "13800138000"
      func said(_ what: String) -> String { "\(what)-\(secret)" }
      let members = { MemberServiceClient(try stage.ops.client) }
      let profile = MemberProfile(
        language: "en", timeZone: "Asia/Shanghai", birthday: MonthDay(month: 6, day: 16), householdID: said("home"),
        segments: [said("segment")], attributes: ["car": said("car")],
        consents: [MemberConsent(purpose: said("calls"), granted: true)])
      let enrolment = EnrolMemberRequest(memberID: "M-1", profile: profile, idempotencyKey: stage.fresh())
      let enrolled = try await members().enrolMember(enrolment)
      _ = try await members().updateMember(
        UpdateMemberRequest(
          memberID: "M-1", attributes: ["boat": said("boat")], idempotencyKey: stage.fresh()))
      let flight = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let other = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 5_000))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      let adjustment = AdjustPointsRequest(
        memberID: "M-1", points: 100, reason: said("adjusted"), idempotencyKey: stage.fresh())
      let adjusted = try await stage.ops.corrections.adjustPoints(adjustment)
      _ = try await stage.ops.corrections.extendLots(
        ExtendLotsRequest(
          memberID: "M-1", expiresAt: ProtobufTimestamp(unixMilliseconds: stage.now + 2_000 * Scenario.day),
          reason: said("extended"), idempotencyKey: stage.fresh()))
      let reversal = ReverseAccrualRequest(
        accrualID: flight.accrualID, reason: said("reversed"), idempotencyKey: stage.fresh())
      let reversed = try await stage.air.corrections.reverseAccrual(reversal)
      let spent = try await stage.air.loyalty.redeem(
        RedeemRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: stage.fresh()))
      _ = try await stage.air.corrections.reverseRedemption(
        ReverseRedemptionRequest(
          redemptionID: spent.redemptionID, reason: said("given back"), idempotencyKey: stage.fresh()))
      _ = try await stage.air.campaigns.submitShare(
        SubmitShareRequest(
          memberID: "M-1", campaignID: "travel-story", proof: said("proof"), idempotencyKey: stage.fresh()))
      #expect(
        try await refusalReason {
          _ = try await stage.air.campaigns.submitShare(
            SubmitShareRequest(
              memberID: "M-1", campaignID: "travel-story", proof: said("proof"), idempotencyKey: stage.fresh()))
        } == "PROOF_SEEN")
      let claimed = try await stage.ops.claims.submitClaim(
        SubmitClaimRequest(
          memberID: "M-1", partnerID: "cathay-air", kind: .flight, reference: "160-9",
          amount: Money(currencyCode: "CNY", minorUnits: 80_000),
          occurredAt: ProtobufTimestamp(unixMilliseconds: stage.now - 40 * Scenario.day), evidence: [said("evidence")],
          idempotencyKey: stage.fresh()))
      #expect(!claimed.claimID.isEmpty)

      // Twice: as it was decided, and as it was replayed.
      for _ in 0..<2 {
        let member = try #require(
          try await members().getMember(GetMemberRequest(memberID: "M-1")).member?.profile)
        #expect(member.attributes == ["car": said("car"), "boat": said("boat")])
        #expect(member.birthday == profile.birthday && member.segments == profile.segments)
        #expect(member.householdID == profile.householdID && member.consents.map(\.purpose) == [said("calls")])
        let entries = try await stage.ops.accounts.listEntries(ListEntriesRequest(memberID: "M-1")).entries
        #expect(
          entries.map(\.reason).filter { !$0.isEmpty }
            == [said("given back"), said("reversed"), said("extended"), said("adjusted")].filter { reason in
              reason != said("extended") || entries.contains { $0.kind == "extension" }
            })
        #expect(try await stage.ops.campaigns.listShares(ListSharesRequest()).shares.map(\.proof) == [said("proof")])
        #expect(
          try await stage.ops.claims.listClaims(ListClaimsRequest()).claims.map(\.evidence) == [[said("evidence")]])
        // Repeated requests are known again.
        #expect(try await members().enrolMember(enrolment) == enrolled)
        #expect(try await stage.ops.corrections.adjustPoints(adjustment) == adjusted)
        #expect(try await stage.air.corrections.reverseAccrual(reversal) == reversed)
        let written = try await Self.written(stage)
        #expect(!written.records.contains(secret) && !written.snapshot.contains(secret))
        #expect(!written.records.contains("birthday\":") && !written.snapshot.contains("birthMonth"))
        #expect(written.snapshot == written.keyless)
        #expect(try Self.files(stage, having: secret) == [])
        try await stage.restart()
      }
      // The day's triggers still know the birthday.
      try stage.advance(days: 1)
      let greeted = try await Self.records(stage).contains { entry in
        entry.record.triggersFired.contains { $0.birthday }
      }
      #expect(greeted)

      _ = try await members().setMemberStatus(
        SetMemberStatusRequest(memberID: "M-1", status: .closed, reason: "asked", idempotencyKey: stage.fresh()))
      let asked = try await members().eraseMember(
        EraseMemberRequest(memberID: "M-1", reference: "DSR-1", idempotencyKey: stage.fresh()))
      _ = try await stage.caller("ops-wang").approvals.decideProposal(
        DecideProposalRequest(proposalID: asked.proposalID, approve: true, idempotencyKey: stage.fresh()))
      for _ in 0..<2 {
        let member = try #require(
          try await members().getMember(GetMemberRequest(memberID: "M-1")).member?.profile)
        #expect(member == MemberProfile())
        let entries = try await stage.ops.accounts.listEntries(ListEntriesRequest(memberID: "M-1")).entries
        #expect(!entries.isEmpty && entries.allSatisfy { $0.reason.isEmpty })
        #expect(try await stage.ops.campaigns.listShares(ListSharesRequest()).shares.allSatisfy { $0.proof.isEmpty })
        #expect(try await stage.ops.claims.listClaims(ListClaimsRequest()).claims.allSatisfy { $0.evidence.isEmpty })
        let written = try await Self.written(stage)
        #expect(written.snapshot == written.keyless)
        try await stage.restart()
      }
      // What the books need goes on: a partner undoes what was before, and its words are not kept.
      let late = try await stage.air.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: other.accrualID, reason: said("late"), idempotencyKey: stage.fresh()))
      #expect(late.memberID == "M-1")
      #expect(try await !Self.written(stage).records.contains(secret))
    }
  }
}

// What people write is in no file in clear, and can be read by nobody once the member is erased.

import Foundation
import LoyaltyAPI
import LoyaltyRPC
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
}

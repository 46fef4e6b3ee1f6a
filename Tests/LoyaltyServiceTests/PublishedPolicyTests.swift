// A server whose journal has a policy that today's rules for policies would refuse.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import Testing

@testable import LoyaltyService

@Suite struct PublishedPolicyTests {
  @Test func aServerStartsWithAPolicyThatWouldNotBeAcceptedTodayAndSaysSo() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-published-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try PolicyFile.load(TestServer.root.appending(path: "policies/sample.yaml").path)
    var document = file.document
    document.tiers[1].multiplierBp = 1
    let store = try DurableStore<Ledger>.open(directory: folder.path, configuration: .small)
    let now = HandlerBench.start
    for input: Record.Input in [
      .opening(OpeningInput(programme: document.programme?.id ?? "", hashKey: [UInt8](repeating: 1, count: 16))),
      .policyPublication(PolicyPublicationInput(document: document, source: "")),
    ] {
      _ = try store.commit { _ -> Step<Record, Never> in
        .change(Record(timeMs: now, policyVersion: document.version, input: input))
      }
    }
    let programme = Programme(store: store, policy: file, gate: ReplyGate()) { now }
    try programme.open()
    #expect(programme.policy.tiers[1].multiplierBp == 1)
    #expect(programme.policyWarnings.count == 1)
    #expect(programme.policyWarnings.first?.contains("tiers[1].multiplier_bp") == true)
    try store.close()
  }
}

// P7 on a whole server: the stream of changes, resumed from where a consumer stopped, and told after a restore.

import LoyaltyAPI
import LoyaltyRPC
import LoyaltyStore
import Testing

@testable import LoyaltyService

@Suite struct ChangeScenarios {
  /// The first message, and then as many changes.
  private static func take(
    _ count: Int, _ caller: ScenarioCaller, after sequence: UInt64 = 0, incarnation: String = ""
  ) async throws -> (position: LedgerPosition, changes: [Change]) {
    let request = WatchChangesRequest(afterSequence: sequence, incarnation: incarnation)
    var position = LedgerPosition()
    var changes: [Change] = []
    for try await part in try await ChangeServiceClient(caller.client).watchChanges(request) {
      switch part.part {
      case .position(let found): position = found
      case .change(let change): changes.append(change)
      case nil: Issue.record("a part is empty")
      }
      if changes.count == count { break }
    }
    return (position, changes)
  }

  @Test("P7: changes come by sequence, from where the consumer stopped, with the ledger's incarnation")
  func changesAreResumed() async throws {
    try await Scenario.run { stage in
      for _ in 0..<3 { _ = try await stage.air.loyalty.accrue(stage.flight("M-1")) }
      let (position, all) = try await Self.take(4, stage.ops)
      #expect(all.map(\.sequence) == [1, 2, 3, 4])
      #expect(position.incarnation.count == 32 && position.restoredThrough == 0)
      let accruals = all.filter { $0.kind == "accrual" }
      #expect(accruals.allSatisfy { $0.memberIDs == ["M-1"] && $0.movements.contains { $0.account == "member" } })
      for change in accruals {
        #expect(change.movements.filter { $0.unit == "award" }.reduce(0) { $0 + $1.points } == 0)
      }
      try await stage.restart()
      let (again, rest) = try await Self.take(2, stage.ops, after: 2, incarnation: position.incarnation)
      #expect(again.incarnation == position.incarnation)
      #expect(rest == Array(all.suffix(2)))
      for (sequence, incarnation, code) in [
        (UInt64(0), "00000000000000000000000000000000", StatusCode.failedPrecondition), (1_000, "", .outOfRange),
      ] {
        await #expect {
          try await Self.take(1, stage.ops, after: sequence, incarnation: incarnation)
        } throws: { ($0 as? RPCError)?.code == code }
      }
      await #expect { try await Self.take(1, stage.air) } throws: { ($0 as? RPCError)?.code == .permissionDenied }
    }
  }
}

// Snapshots: what the store takes of them. Random histories against a reference model are in Model/.

import LoyaltyEngine
import LoyaltyMessages
import Testing

/// The ledger's state as bytes.
func snapshot(_ ledger: Ledger) throws -> [[UInt8]] {
  var chunks: [[UInt8]] = []
  try ledger.snapshot { chunks.append($0) }
  return chunks
}

@Suite struct SnapshotTests {
  @Test func noChunkIsLongerThanTheStoreTakesHoweverManyItemsThereWere() throws {
    var desk = try Desk()
    let moves = (0..<20_000).map { StockMove(item: String(repeating: "i", count: 58) + "\(100_000 + $0)", quantity: 1) }
    for part in 0..<20 {
      desk.apply(Record(timeMs: desk.now, stockMoves: Array(moves[(part * 1_000)..<(part * 1_000 + 1_000)])))
    }
    let chunks = try snapshot(desk.ledger)
    #expect(chunks.allSatisfy { (1...1 << 20).contains($0.count) })
    var restored = Ledger()
    for chunk in chunks { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == chunks)
  }
}

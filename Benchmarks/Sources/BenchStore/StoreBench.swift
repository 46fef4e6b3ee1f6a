// A store on the real disk, filled with accruals and opened again: what a restart costs, and what an accrual weighs.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyService
import LoyaltyStore

struct StoreBench {
  struct Unexpected: Error, CustomStringConvertible {
    var description: String
  }

  /// 2026-11-23 12:00 UTC.
  private static let start: Int64 = 1_795_435_200_000

  let policy: CompiledPolicy
  let folder: URL

  /// Fills a new journal with accruals, then opens it without its snapshots: all of it is replayed.
  func replay(accruals: Int, members: Int) throws {
    let records = try fill(accruals: accruals, members: members)
    let bytes = try size(prefix: "segment-")
    print("bytes in the journal per accrual: \(bytes / accruals)")
    for name in try names(prefix: "snapshot-") { try FileManager.default.removeItem(at: folder.appending(path: name)) }
    let seconds = try timeOpening(expecting: records)
    print(String(format: "replay: %d records in %.2f s, %.0f a second", records, seconds, Double(records) / seconds))
  }

  /// Enrols members, closes the store, and opens it from its snapshot.
  func snapshot(members: Int) throws {
    let records = try fill(accruals: members, members: members)
    let bytes = try names(prefix: "snapshot-").map { try size(name: $0) }.max() ?? 0
    let seconds = try timeOpening(expecting: records)
    print(
      String(
        format: "start from a snapshot of %d members (%.0f MB): %.2f s", members, Double(bytes) / 1e6, seconds))
  }

  /// - Returns: the records written.
  private func fill(accruals: Int, members: Int) throws -> UInt64 {
    var configuration = StoreConfiguration.defaults
    // The one snapshot is that of closing.
    configuration.snapshotBytes = Int.max
    configuration.snapshotInterval = .seconds(1_000_000)
    let store = try DurableStore<Ledger>.open(directory: folder.path, configuration: configuration)
    try commit(
      .opening(OpeningInput(programme: "jade-travel", hashKey: [UInt8](1...16))), key: "", caller: .service, at: 0,
      store)
    let airline = Caller(subject: "partner-cathay-air", partner: "cathay-air")
    // A prime step visits the members in no order that memory would like.
    var member = 0
    for count in 1...accruals {
      member = (member + 7_919) % members
      let now = Self.start + Int64(count)
      let input = AccrualInput(
        member: "M-\(member)", activity: .flight, reference: "160-\(count)", currency: "CNY", minorUnits: 128_000,
        occurredMs: now - 3_600_000, category: "economy")
      try commit(.accrual(input), key: "8f14e45f-ceea-\(count)", caller: airline, at: now, store)
    }
    let sequence = store.status.sequence
    try store.close()
    return sequence
  }

  private func commit(
    _ input: Record.Input, key: String, caller: Caller, at now: Int64, _ store: DurableStore<Ledger>
  ) throws {
    while true {
      do {
        let (step, _) = try store.commit { ledger in
          ledger.decide(Command(input, idempotencyKey: key), policy: policy, now: now, caller: caller)
        }
        guard case .change = step else { throw Unexpected(description: "\(step)") }
        return
      } catch StoreError.queueFull {
        usleep(2_000)
      }
    }
  }

  /// Wall time from the directory to a store that can serve.
  private func timeOpening(expecting records: UInt64) throws -> Double {
    let begin = ContinuousClock.now
    let store = try DurableStore<Ledger>.open(directory: folder.path)
    let elapsed = begin.duration(to: .now)
    guard store.status.sequence == records else {
      throw Unexpected(description: "\(store.status.sequence) records came back of \(records)")
    }
    try store.close()
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
  }

  private func names(prefix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(prefix) }
  }

  private func size(name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
    return (attributes[.size] as? NSNumber)?.intValue ?? 0
  }

  private func size(prefix: String) throws -> Int {
    try names(prefix: prefix).filter { $0.hasSuffix(".journal") }.map { try size(name: $0) }.reduce(0, +)
  }
}

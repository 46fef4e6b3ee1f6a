// The room of corrections: how much of earlier records has been undone, so that nothing is undone twice. Only what has
// been corrected has an entry; what a record was is in history.

import LoyaltyMessages

/// How much of an accrual, a payment or a lapsed lot has been undone.
struct Correction: Hashable, Sendable {
  /// Of minor units (wholes without an amount), quantity or points: what the parts are counted in.
  var done: Int64 = 0
  var points: Int64 = 0
  var qualifying: Int64 = 0
  var lapsed: Int64 = 0
  /// The sequence of the last record that undid a part.
  var last: UInt64 = 0
}

struct CorrectionTable: LedgerRoom {
  static let name = "corrections"

  /// What can be undone.
  struct Subject: Hashable, Sendable {
    /// A record's sequence, or a lot.
    var id: UInt64
    var isLot = false
  }

  private var corrections: [Subject: Correction] = [:]

  var count: Int { corrections.count }

  /// What has been undone of it; nothing if it has no entry.
  subscript(subject: Subject) -> Correction { corrections[subject] ?? Correction() }

  /// - Returns: what is wrong with the change, in words; nil if it has been made.
  mutating func apply(_ change: CorrectionChange, sequence: UInt64) -> String? {
    let subject = Subject(id: change.subject, isLot: change.isLot)
    let before = self[subject]
    guard change.done > before.done, change.points >= before.points, change.qualifying >= before.qualifying,
      change.lapsed >= before.lapsed, sequence > before.last
    else { return "undoes \(change.done) of \(change.subject), of which \(before.done) have been undone" }
    corrections[subject] = Correction(
      done: change.done, points: change.points, qualifying: change.qualifying, lapsed: change.lapsed, last: sequence)
    return nil
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    let sorted = corrections.sorted { ($0.key.id, $0.key.isLot ? 1 : 0) < ($1.key.id, $1.key.isLot ? 1 : 0) }
    try SnapshotList.emit(sorted.lazy.map(Self.state), size: { _ in 64 }) {
      try emit(.corrections(CorrectionPart(corrections: $0)))
    }
  }

  private static func state(_ entry: (key: Subject, value: Correction)) -> CorrectionState {
    CorrectionState(
      change: CorrectionChange(
        subject: entry.key.id, isLot: entry.key.isLot, done: entry.value.done, points: entry.value.points,
        qualifying: entry.value.qualifying, lapsed: entry.value.lapsed),
      last: entry.value.last)
  }

  mutating func restore(_ state: CorrectionState) throws(RestoreError) {
    guard let change = state.change, state.last > 0, apply(change, sequence: state.last) == nil else {
      throw RestoreError(description: "a correction of \(state.change?.subject ?? 0) is there twice, or is none")
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    corrections.filter { $0.value.last > ledger.sequence || $0.value.done <= 0 }
      .map { "the correction of \($0.key.id) is by record \($0.value.last), of \(ledger.sequence)" }.sorted()
  }
}

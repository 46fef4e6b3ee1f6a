// How the ledger is divided. What belongs to one concern (holds, members' profiles, a catalogue's stock) is a room: a
// struct of its own state in a folder of its own, which the ledger holds and whose parts take part in everything the
// ledger does.
//
// `Holds/` shows the pattern:
// - Messages: inputs, outcomes and changes in `loyalty/journal/v1/<topic>.proto`, as cases of Record and, where the
//   caller's key must remember the outcome, of KeptOutcome.
// - Decide: `extension Ledger { func decide(_ input: …, _ request: inout Request) throws(Refusal) -> Record }` in the
//   room's folder, one line in `Ledger.decide`. It only looks, and writes what is to change into the draft.
// - Apply: the room's struct makes one change at a time, as the record says it, and answers with words when the change
//   contradicts its state; `Ledger.apply` gives it each change of its kind and notes what it said.
// - Snapshot: the room emits its parts, sorted, and takes them back; its count is in the snapshot's end.
// - Invariants: what must be true between the room and the rest.
// - Due work: what falls due by itself, see DueWork.swift.

import LoyaltyMessages

/// A part of the ledger that one concern owns.
protocol LedgerRoom: Sendable {
  /// Names it in the snapshot's end. Never changes.
  static var name: String { get }

  /// Its entries: a restore that counts otherwise is refused.
  var count: Int { get }

  /// Gives its state in parts of less than 1 MiB, in an order that is the same for equal states.
  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows

  /// Everything that is wrong between the room and the ledger, in words.
  func problems(in ledger: borrowing Ledger) -> [String]
}

extension Ledger {
  /// All rooms, in the order in which a snapshot has them.
  var rooms: [any LedgerRoom] {
    [
      holds,
      profiles,
      corrections,
      proposals,
      pending,
      policies,
      catalogue,
      partnership,
      meters,
      timeliness,
      feedback,
      surveys,
      campaigns,
      care,
      outbox,
      claims,
    ]
  }
}

/// Emits entries in lists that stay far enough below a chunk's 1 MiB for one more entry.
enum SnapshotList {
  /// A list is emitted when it is estimated to have reached this.
  static let bytes = 512 << 10

  /// - Parameter size: about how many bytes an entry takes, encoded; one entry may have up to 400 kB.
  static func emit<Entries: Sequence>(
    _ entries: Entries, size: (Entries.Element) -> Int, _ emit: ([Entries.Element]) throws -> Void
  ) rethrows {
    var list: [Entries.Element] = []
    var bytes = 0
    for entry in entries {
      list.append(entry)
      bytes += size(entry)
      guard bytes >= Self.bytes else { continue }
      try emit(list)
      list.removeAll(keepingCapacity: true)
      bytes = 0
    }
    if !list.isEmpty { try emit(list) }
  }
}

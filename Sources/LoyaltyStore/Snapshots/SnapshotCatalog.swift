// The snapshots of a directory: which there are, which is the newest good one, which are kept.

import LoyaltyEngine

struct SnapshotCatalog: Sendable {
  let directory: String
  let disk: any Disk
  let keys: Keyring?

  /// Sequences, newest first.
  func sequences() throws -> [UInt64] {
    do {
      return try disk.list(directory: directory).compactMap(FileNames.snapshotSequence).sorted(by: >)
    } catch { throw StoreError.disk(error) }
  }

  func path(_ sequence: UInt64) -> String { FileNames.path(directory, FileNames.snapshot(sequence)) }

  /// The newest snapshot that is whole and that `accept` takes, with its state; nil when there is none.
  ///
  /// - Parameters:
  ///   - empty: the state that it is restored into.
  ///   - accept: a snapshot's place in history is known; false means that it is not of this journal.
  ///   - bad: told of each newer one that could not be used.
  func newest<State: StateMachine>(
    _ empty: State, history: StoreIdentity, accept: (JournalMark) -> Bool, bad: (String, String) -> Void
  ) throws -> (mark: JournalMark, state: State)? {
    for sequence in try sequences() {
      let path = path(sequence)
      do {
        let header = try SnapshotFile.header(at: path, disk: disk)
        let mark = JournalMark(sequence: header.sequence, hash: header.hash, segment: header.segment)
        guard header.sequence == sequence, header.history == history, accept(mark) else {
          throw SnapshotProblem(
            description: "it is of record \(header.sequence) of another history (\(header.history)) than the journal's")
        }
        return (mark, try SnapshotFile.read(empty, from: path, disk: disk, keys: keys).state)
      } catch let problem as SnapshotProblem {
        bad(path, problem.description)
      }
    }
    return nil
  }

  /// Removes all but the newest `count`. Those removed may come back after a crash, which does no harm.
  /// - Parameter overwriting: their contents are made unreadable first.
  func keep(_ count: Int, overwriting: Bool = false) throws {
    for sequence in try sequences().dropFirst(count) {
      if overwriting {
        try disk.destroy(path(sequence), in: directory)
      } else {
        try disk.remove(path(sequence))
      }
    }
  }
}

// Which index answers for which segment: the one in memory for the segment in use and for those just sealed, a file for
// the others, made again when it is missing or damaged.

import Synchronization

/// The indexes of one journal's segments.
final class HistoryIndex: Sendable {
  /// Indexes of sealed segments in memory, at most: each is some 20 bytes a record, and normally there is one, for as
  /// long as its file takes to be written.
  private static let maximumInMemory = 4

  private struct Shelf: Sendable {
    var active: SegmentIndex
    /// Of sealed segments, oldest first.
    var sealed: [SegmentIndex] = []
    /// Segments whose file is not there or not good.
    var missing: Set<UInt64> = []
  }

  private let directory: String
  private let disk: any Disk
  private let keys: Keyring?
  private let notify: @Sendable (StoreEvent) -> Void
  private let membersOf: @Sendable (RawSpan) throws -> [UInt64]
  private let shelf: Mutex<Shelf>
  /// Held while a segment is read for its index: two readers would only do the same work twice.
  private let reading = Mutex<Void>(())

  /// - Parameters:
  ///   - active: the header of the segment in use, which is empty.
  ///   - sealed: the segments before it.
  ///   - membersOf: the hashed members of an encoded record.
  init(
    directory: String, disk: any Disk, keys: Keyring?, active: SegmentHeader, sealed: SealedSegments,
    notify: @escaping @Sendable (StoreEvent) -> Void, membersOf: @escaping @Sendable (RawSpan) throws -> [UInt64]
  ) throws {
    self.directory = directory
    self.disk = disk
    self.keys = keys
    self.notify = notify
    self.membersOf = membersOf
    var shelf = Shelf(active: SegmentIndex(active))
    do throws(DiskError) {
      let there = Set(try disk.list(directory: directory).compactMap(FileNames.indexSegment))
      shelf.missing = Set(sealed.all.map(\.header.id)).subtracting(there)
      // Of a segment that never was sealed under this number, or has been removed.
      for id in there.subtracting(sealed.all.map(\.header.id)) {
        try LocalJournal.removeIfThere(FileNames.path(directory, FileNames.index(id)), disk: disk)
      }
    } catch { throw StoreError.disk(error) }
    self.shelf = Mutex(shelf)
  }

  // MARK: The journal's thread

  /// Takes a batch that is durable.
  func add(_ batch: borrowing PendingBatch, at position: UInt64) {
    shelf.withLock {
      $0.active.add(
        firstSequence: batch.firstSequence, count: batch.count, position: position, entries: batch.members)
    }
  }

  /// The segment in use has been sealed and another one begins.
  func begin(_ header: SegmentHeader) {
    shelf.withLock { shelf in
      shelf.missing.insert(shelf.active.header.id)
      shelf.sealed.append(shelf.active)
      if shelf.sealed.count > Self.maximumInMemory { shelf.sealed.removeFirst() }
      shelf.active = SegmentIndex(header)
    }
  }

  // MARK: Files

  /// A segment whose file has to be made; the newest first, for it is asked for most.
  var needed: UInt64? { shelf.withLock { $0.missing.max() } }

  /// Makes the file of a sealed segment's index.
  func write(_ segment: SealedSegment) throws {
    let index = try inMemory(segment)
    do { try IndexFile.write(index, of: segment, directory: directory, disk: disk, keys: keys) } catch {
      throw StoreError.disk(error)
    }
    shelf.withLock { shelf in
      shelf.missing.remove(segment.header.id)
      shelf.sealed.removeAll { $0.header.id == segment.header.id }
    }
  }

  /// Gives up on a segment's index until the next start.
  func skip(_ segment: UInt64) { shelf.withLock { _ = $0.missing.remove(segment) } }

  /// The segment has been removed.
  func forget(_ segment: UInt64) throws(DiskError) {
    shelf.withLock { shelf in
      shelf.missing.remove(segment)
      shelf.sealed.removeAll { $0.header.id == segment }
    }
    try LocalJournal.removeIfThere(FileNames.path(directory, FileNames.index(segment)), disk: disk)
  }

  // MARK: Questions

  /// The index of the segment in use, as it is now.
  var active: SegmentIndex { shelf.withLock { $0.active } }

  /// Asks a sealed segment's index; a file that is damaged is replaced by what the segment says, and asked again.
  func ask<Answer>(_ segment: SealedSegment, _ question: (any SegmentLookup) throws -> Answer) throws -> Answer {
    let id = segment.header.id
    let kept = shelf.withLock { shelf in shelf.sealed.first { $0.header.id == id } }
    if let kept { return try question(kept) }
    do {
      if !shelf.withLock({ $0.missing.contains(id) }) {
        return try question(try IndexFile(of: segment, directory: directory, disk: disk, keys: keys))
      }
    } catch let problem as IndexProblem {
      notify(.badIndex(path: FileNames.path(directory, FileNames.index(id)), problem: problem.description))
    } catch let error as DiskError {
      if error.code != LocalJournal.notThere { throw StoreError.disk(error) }
    }
    return try question(try inMemory(segment))
  }

  /// The index of a sealed segment in memory, read if need be.
  private func inMemory(_ segment: SealedSegment) throws -> SegmentIndex {
    let id = segment.header.id
    func kept() -> SegmentIndex? { shelf.withLock { shelf in shelf.sealed.first { $0.header.id == id } } }
    if let index = kept() { return index }
    return try reading.withLock { _ in
      if let index = kept() { return index }
      let index = try SegmentIndex.read(
        segment, path: FileNames.path(directory, FileNames.segment(id)), disk: disk, keys: keys, membersOf: membersOf)
      shelf.withLock { shelf in
        shelf.missing.insert(id)
        shelf.sealed.append(index)
        if shelf.sealed.count > Self.maximumInMemory { shelf.sealed.removeFirst() }
      }
      return index
    }
  }
}

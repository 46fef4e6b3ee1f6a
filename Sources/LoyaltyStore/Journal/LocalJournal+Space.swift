// Making room ahead: the next segment, filled with zeros, and a reserve for the day when the disk is full. Done by a
// thread of its own, for filling takes as long as hundreds of batches.

import Glibc

extension LocalJournal {
  static let diskFull = ENOSPC
  static let alreadyThere = EEXIST
  static let notThere = ENOENT

  /// Makes what is missing of the reserve and the next segment, and gives back the unused ends of sealed segments.
  /// - Returns: false when the disk is full; to be tried again later.
  /// - Throws: `StoreError.failed` for any other failure of the disk.
  func prepareSpace() throws -> Bool {
    do {
      try trimSealed()
      let (reserve, ready) = space.withLock { ($0.reserveIsThere, $0.nextIsReady) }
      if !ready { tendKeys() }
      if !reserve { try makeReserve() }
      if !ready && next.withLock({ $0 == nil }) {
        let file = try Self.makeFilled(
          path(FileNames.nextSegment), UInt64(configuration.segmentSize), directory: directory, disk: disk)
        next.withLock { $0 = file }
        space.withLock { $0.nextIsReady = true }
      }
    } catch {
      guard error.code == Self.diskFull else { throw StoreError.failed(error) }
      let news = space.withLock { space in
        defer { space.diskIsFull = true }
        return !space.diskIsFull
      }
      if news { notify(.diskFull(directory: directory, needed: configuration.neededSpace)) }
      return false
    }
    let news = space.withLock { space in
      defer { space.diskIsFull = false }
      return space.diskIsFull
    }
    if news { notify(.spaceAgain(directory: directory)) }
    return true
  }

  /// Looks, once a segment, whether another data key is due or has come. Whatever goes wrong, the one in use will do.
  private func tendKeys() {
    guard let keys else { return }
    do {
      guard try keys.refresh() else {
        return notify(
          .dataKeyKept(
            directory: directory, problem: "the keys are wrapped by another master key now: restart with that one"))
      }
      if keys.isOlder(than: configuration.dataKeyLifetime) {
        try keys.rotate()
        notify(.dataKeyRotated(directory: directory))
      }
    } catch {
      notify(.dataKeyKept(directory: directory, problem: "\(error)"))
    }
  }

  private func trimSealed() throws(DiskError) {
    while let segment = sealed.withLock({ $0.untrimmed.first }) {
      let file = try disk.open(path(FileNames.segment(segment.header.id)), .updating)
      // Not synchronized: whether the zeros are there or not, the journal is the same.
      if try file.size() > segment.endPosition { try file.truncate(to: segment.endPosition) }
      sealed.withLock { sealed in sealed.untrimmed.removeAll { $0 == segment } }
    }
  }

  /// Makes the reserve if it is not there; a full disk is not an error here.
  func prepareReserve() throws(DiskError) {
    if space.withLock({ $0.reserveIsThere }) { return }
    do { try makeReserve() } catch  where error.code == Self.diskFull {}
  }

  private func makeReserve() throws(DiskError) {
    _ = try Self.makeFilled(path(FileNames.reserve), configuration.reserveSize, directory: directory, disk: disk)
    try disk.synchronizeDirectory(directory)
    space.withLock { $0.reserveIsThere = true }
  }

  /// Whether `prepareSpace` has something to do that it did not try in vain before.
  var needsSpace: Bool {
    space.withLock { !$0.diskIsFull && !($0.reserveIsThere && $0.nextIsReady) }
      || sealed.withLock { !$0.untrimmed.isEmpty }
  }

  /// Gives the reserve back to the file system.
  /// - Returns: whether there was one.
  func releaseReserve() -> Bool {
    let wasThere = space.withLock { space in
      defer { space.reserveIsThere = false }
      return space.reserveIsThere
    }
    guard wasThere else { return false }
    return (try? disk.remove(path(FileNames.reserve))) != nil
  }

  /// A new file of zeros, durable but for its name. What had the name before is removed.
  static func makeFilled(
    _ path: String, _ size: UInt64, directory: String, disk: any Disk
  ) throws(DiskError) -> any DiskFile {
    try removeIfThere(path, disk: disk)
    let free = try disk.freeSpace(at: directory)
    guard free >= size else {
      throw DiskError(
        operation: "fill", path: path, code: diskFull, reason: "\(size) bytes are needed, \(free) are free")
    }
    let file = try disk.open(path, .creating)
    do {
      try file.writeZeros(size)
    } catch {
      // A part of it would only make the disk fuller.
      if error.code == diskFull { try removeIfThere(path, disk: disk) }
      throw error
    }
    return file
  }

  static func removeIfThere(_ path: String, disk: any Disk) throws(DiskError) {
    do { try disk.remove(path) } catch  where error.code == notThere {}
  }
}

// Reading what is durable while the journal is written: by sequence and by member, from whichever segment has it.

extension LocalJournal {
  /// Where a record is: the segment's header, whether it is sealed, and its batch's position.
  private func place(of sequence: UInt64) throws -> (header: SegmentHeader, position: UInt64)? {
    let active = index.active
    if active.contains(sequence) { return (active.header, active.batch(of: sequence)) }
    guard sequence < active.first, let segment = sealed.withLock({ $0.segment(holding: sequence) }) else { return nil }
    return (segment.header, try index.ask(segment) { try $0.batch(of: sequence) })
  }

  func batch(holding sequence: UInt64) throws -> RecordBatch? {
    guard let (header, position) = try place(of: sequence) else {
      if sequence >= 1, sequence <= sealed.withLock({ $0.begin.sequence }) { throw notRetained(sequence) }
      return nil
    }
    do {
      return try BatchReading.read(
        at: position, of: header, path: path(FileNames.segment(header.id)), disk: disk, keys: keys)
    } catch StoreError.disk(let error) where error.code == Self.notThere {
      throw notRetained(sequence)
    }
  }

  func sequences(of member: UInt64, before sequence: UInt64, limit: Int) throws -> [UInt64] {
    let active = index.active
    var found = active.sequences(of: member, before: sequence, limit: limit)
    // The segments that are sealed now were so, or are in `active`, when that was taken.
    for segment in sealed.withLock({ $0.all }).reversed() where segment.begin.sequence + 1 < sequence {
      if found.count >= limit { break }
      if segment.end.sequence >= active.first { continue }
      do {
        found += try index.ask(segment) { try $0.sequences(of: member, before: sequence, limit: limit - found.count) }
      } catch StoreError.disk(let error) where error.code == Self.notThere {
        // Retention has removed it, and those before it, in the meantime.
        break
      }
    }
    return found
  }

  private func notRetained(_ sequence: UInt64) -> StoreError {
    .notRetained(sequence: sequence, first: sealed.withLock { $0.begin.sequence } + 1)
  }

  /// Makes the file of one index that is missing.
  /// - Returns: whether there may be more to do at once; false also when one could not be made for now.
  func writeIndex() -> Bool {
    guard let id = index.needed else { return false }
    guard let segment = sealed.withLock({ $0.all.first { $0.header.id == id } }) else {
      index.skip(id)
      return true
    }
    do {
      try index.write(segment)
      return true
    } catch {
      notify(.indexFailed(path: path(FileNames.index(id)), problem: "\(error)"))
      if let error = error as? StoreError, case .disk = error { return false }
      // The segment cannot be read: no use in trying again.
      index.skip(id)
      return true
    }
  }
}

// How a batch gets to the disk, so that whatever interrupts it, what is left can be told from damage.

enum BatchWriting {
  /// Writes the first `length` bytes at `position` and synchronizes them: one write and one sync, unless the system
  /// cuts the write short. Then the sector in which it was cut is completed and synchronized before anything behind it
  /// is written: at no time can a sector be half new while a later one is new, which `TailVerdict` relies on.
  ///
  /// - Parameter retry: asked when a write failed; true when it has been dealt with and may be tried again.
  static func write(
    _ bytes: [UInt8], _ length: Int, at position: UInt64, to file: any DiskFile,
    retry: (DiskError) -> Bool = { _ in false }
  ) throws(DiskError) {
    var done = 0
    var end = length
    while done < length {
      do throws(DiskError) {
        done += try file.write(bytes.span.bytes.extracting(done..<end), at: position + UInt64(done))
      } catch {
        guard retry(error) else { throw error }
      }
      if done == length { break }
      let intoSector = Int((position + UInt64(done)) % UInt64(TailVerdict.sector))
      if intoSector == 0 {
        try file.synchronize()
        end = length
      } else {
        end = min(length, done + TailVerdict.sector - intoSector)
      }
    }
    try file.synchronize()
  }
}

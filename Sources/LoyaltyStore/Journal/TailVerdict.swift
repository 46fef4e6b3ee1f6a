// What lies behind the last valid batch of the last segment: nothing, a batch that a crash tore, or damage. Only a torn
// batch may be set aside, for it was never acknowledged; everything else must stop the start.

/// The judgement on the end of the journal.
///
/// A batch is one write into a zero-filled file, and the next one is written only after a sync. So when a crash
/// interrupts it, each 512-byte sector is either as it was (zero, from the batch's first byte on) or as it should be,
/// or the write stopped at some byte and everything behind is zero; nothing but zeros lies behind the batch. A batch's
/// last byte is never zero. An invalid batch is therefore torn only if one of its sectors, or its end, is still zero.
enum TailVerdict: Hashable {
  /// Only zeros to the end of the file.
  case clean
  /// Bytes `position..<end` are what is left of a batch that was never acknowledged.
  case torn(end: UInt64)
  /// Damage at `offset`. In words.
  case rot(offset: UInt64, String)

  /// The smallest unit that a disk writes wholly or not at all.
  static let sector = 512
  private static let windowLength = 1 << 20

  /// - Parameter position: behind the last valid batch.
  static func judge(file: any DiskFile, header: SegmentHeader, position: UInt64, problem: String) throws -> TailVerdict
  {
    do {
      return try judgeTail(file, header, position, problem)
    } catch {
      throw StoreError.disk(error)
    }
  }

  private static func judgeTail(
    _ file: any DiskFile, _ header: SegmentHeader, _ position: UInt64, _ problem: String
  ) throws(DiskError) -> TailVerdict {
    let size = try file.size()
    var lastNonzero: UInt64?
    // Windows overlap by a header, so that one on their border is seen.
    var start = position
    while start < size {
      let window = try file.readAll(at: start, count: windowLength + BatchHeader.length)
      if window.isEmpty { break }
      let own = min(window.count, windowLength)
      if !window.span.bytes.isZero {
        for index in (0..<window.count).reversed() where window[index] != 0 {
          lastNonzero = start + UInt64(index)
          break
        }
        if let later = batchHeader(in: window, own: own, from: start, header: header, behind: position) {
          return .rot(
            offset: position, "\(problem), yet a batch that was written after it stands at byte \(later)")
        }
      }
      start += UInt64(own)
    }
    guard let lastNonzero else { return .clean }
    let length = lastNonzero + 1 - position
    guard length <= UInt64(header.maximumBatch) else {
      return .rot(offset: position, "\(problem), and what follows is longer than any batch")
    }
    let remains = try file.readAll(at: position, count: Int(header.maximumBatch))
    // Where the header can be read it tells how far the batch should reach; else something of the header must be
    // missing, and with a write that was cut short, everything behind it.
    let batch = BatchHeader(remains.span.bytes, salt: header.salt)
    let reach = min(batch?.totalLength ?? BatchHeader.length, remains.count)
    if let batch, length > UInt64(batch.totalLength) {
      return .rot(offset: position, "\(problem), and something stands behind it that is no batch")
    }
    let whole = batch?.totalLength ?? BatchHeader.totalLength(payload: 0)
    guard length < UInt64(whole) || hasZeroSector(remains.span.bytes.extracting(..<reach), at: position) else {
      return .rot(offset: position, "\(problem), and no part of it is missing, as it would be after a crash")
    }
    return .torn(end: max(lastNonzero + 1, position + UInt64(reach)))
  }

  /// The first place behind `position` where a batch of this segment begins.
  private static func batchHeader(
    in window: [UInt8], own: Int, from start: UInt64, header: SegmentHeader, behind position: UInt64
  ) -> UInt64? {
    let span = window.span.bytes
    var index = 0
    while index < own, index + BatchHeader.length <= window.count {
      if start + UInt64(index) > position, BatchHeader(span.extracting(droppingFirst: index), salt: header.salt) != nil
      {
        return start + UInt64(index)
      }
      index += BatchHeader.alignment
    }
    return nil
  }

  /// Whether some sector's share of the bytes, which begin at `offset` of the file, is all zero.
  private static func hasZeroSector(_ bytes: RawSpan, at offset: UInt64) -> Bool {
    var start = 0
    while start < bytes.byteCount {
      let end = min(bytes.byteCount, start + sector - Int((offset + UInt64(start)) % UInt64(sector)))
      if bytes.extracting(start..<end).isZero { return true }
      start = end
    }
    return false
  }
}

// Records repeat each other: the same partner, the same rules, nearly the same times. A batch is written as an LZ4 block,
// which halves it at a microsecond a record. (Deflate would make it a little shorter and cost more than the rest of the call.)

import Glibc

/// The LZ4 block format (github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): sequences of literals and of copies of what
/// came up to 64 KiB before.
enum BlockCompression {
  /// A copy is of at least this many bytes.
  private static let shortestMatch = 4
  /// The last bytes of a block are literals, and no copy begins within so many of its end.
  private static let lastLiterals = 5
  private static let matchLimit = 12
  private static let farthest = 65_535
  private static let hashBits = 12

  /// Compresses bytes if that makes them shorter.
  /// - Parameter room: the longest result that is of use, in bytes.
  /// - Returns: the block; nil when it would be longer than `room`.
  static func compressed(_ bytes: RawSpan, room: Int) -> [UInt8]? {
    let count = bytes.byteCount
    guard count > matchLimit, room > 0 else { return nil }
    var isShorter = false
    let block = [UInt8](unsafeUninitializedCapacity: room) { output, length in
      bytes.withUnsafeBytes { input in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        let written = withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1 << hashBits) { table in
          guard let table = table.baseAddress else { return -1 }
          // -1: nothing has been seen.
          memset(table, 0xff, MemoryLayout<Int32>.stride << hashBits)
          return compress(source, count, UnsafeMutableRawPointer(target), room, table)
        }
        isShorter = written >= 0
        length = max(written, 0)
      }
    }
    return isShorter ? block : nil
  }

  /// - Returns: the bytes written; -1 when they would be more than `room`.
  private static func compress(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer, _ room: Int,
    _ table: UnsafeMutablePointer<Int32>
  ) -> Int {
    var position = 0
    var anchor = 0
    var written = 0
    while position &+ matchLimit <= count {
      let word = source.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      let slot = Int((word &* 2_654_435_761) >> UInt32(32 - hashBits))
      let candidate = Int(table[slot])
      table[slot] = Int32(truncatingIfNeeded: position)
      guard candidate >= 0, position &- candidate <= farthest,
        source.loadUnaligned(fromByteOffset: candidate, as: UInt32.self) == word
      else {
        position &+= 1
        continue
      }
      var length = shortestMatch
      let most = count &- lastLiterals &- position
      while length < most,
        source.load(fromByteOffset: candidate &+ length, as: UInt8.self)
          == source.load(fromByteOffset: position &+ length, as: UInt8.self)
      { length &+= 1 }
      written = write(
        source + anchor, position &- anchor, copy: length, from: position &- candidate, target, written, room)
      if written < 0 { return -1 }
      position &+= length
      anchor = position
    }
    return write(source + anchor, count &- anchor, copy: 0, from: 0, target, written, room)
  }

  /// Writes a sequence: literals, then a copy, which the last sequence has not.
  /// - Returns: where the next one begins; -1 when there is no room for it.
  private static func write(
    _ literals: UnsafeRawPointer, _ count: Int, copy: Int, from distance: Int, _ target: UnsafeMutableRawPointer,
    _ start: Int, _ room: Int
  ) -> Int {
    var position = start
    // Token, literals with their length, distance, the copy's length.
    guard position &+ 1 &+ count / 255 &+ 1 &+ count &+ 2 &+ copy / 255 &+ 1 <= room else { return -1 }
    let extra = copy == 0 ? 0 : copy &- shortestMatch
    target.storeBytes(
      of: UInt8(truncatingIfNeeded: min(count, 15) << 4 | min(extra, 15)), toByteOffset: position, as: UInt8.self)
    position &+= 1
    if count >= 15 { position = length(count &- 15, target, position) }
    (target + position).copyMemory(from: literals, byteCount: count)
    position &+= count
    if copy == 0 { return position }
    target.storeBytes(of: UInt8(truncatingIfNeeded: distance), toByteOffset: position, as: UInt8.self)
    target.storeBytes(of: UInt8(truncatingIfNeeded: distance >> 8), toByteOffset: position &+ 1, as: UInt8.self)
    position &+= 2
    return extra >= 15 ? length(extra &- 15, target, position) : position
  }

  private static func length(_ value: Int, _ target: UnsafeMutableRawPointer, _ start: Int) -> Int {
    var (rest, position) = (value, start)
    while rest >= 255 {
      target.storeBytes(of: 255, toByteOffset: position, as: UInt8.self)
      position &+= 1
      rest &-= 255
    }
    target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: position, as: UInt8.self)
    return position &+ 1
  }

  /// The bytes of a block.
  /// - Parameter count: how many there are.
  /// - Returns: nil for what is not a block of so many bytes.
  static func decompressed(_ block: RawSpan, count: Int) -> [UInt8]? {
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, length in
      block.withUnsafeBytes { input in
        var reader = BlockReader(input: input, output: UnsafeMutableRawBufferPointer(output), count: count)
        isWhole = reader.read()
        length = isWhole ? count : 0
      }
    }
    return isWhole ? bytes : nil
  }
}

/// Reads a block and believes nothing of it: each length and distance is held against what is there.
private struct BlockReader {
  let input: UnsafeRawBufferPointer
  let output: UnsafeMutableRawBufferPointer
  let count: Int
  private var position = 0
  private var written = 0

  init(input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer, count: Int) {
    self.input = input
    self.output = output
    self.count = count
  }

  mutating func read() -> Bool {
    guard let source = input.baseAddress, let target = output.baseAddress else { return false }
    while true {
      guard let token = byte(), let literals = length(Int(token >> 4)),
        literals <= input.count - position, literals <= count - written
      else { return false }
      (target + written).copyMemory(from: source + position, byteCount: literals)
      position += literals
      written += literals
      if position == input.count { return written == count }
      guard let low = byte(), let high = byte() else { return false }
      let distance = Int(low) | Int(high) << 8
      guard let extra = length(Int(token & 15)), distance > 0, distance <= written, extra + 4 <= count - written else {
        return false
      }
      if distance >= extra + 4 {
        (target + written).copyMemory(from: target + written - distance, byteCount: extra + 4)
      } else {
        // The copy overlaps what it makes: a pattern that repeats.
        for index in written..<written + extra + 4 {
          let byte = target.load(fromByteOffset: index - distance, as: UInt8.self)
          target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
      }
      written += extra + 4
    }
  }

  private mutating func byte() -> UInt8? {
    guard position < input.count else { return nil }
    defer { position += 1 }
    return input[position]
  }

  /// A length whose first 4 bits are given.
  private mutating func length(_ start: Int) -> Int? {
    var length = start
    if start < 15 { return length }
    while let more = byte() {
      length += Int(more)
      // Beyond any batch; and the sum cannot overflow.
      if length > 1 << 30 { return nil }
      if more < 255 { return length }
    }
    return nil
  }
}

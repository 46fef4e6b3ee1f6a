// Sizes of length-delimited children, computed once in the size pass and read back in the same order by the write
// pass: without it, every level of nesting would be measured again at each level above.

/// A queue of sizes between `Message.size(_:)` and `Message.write(to:)`.
public struct SizeCache {
  /// Messages with up to this many children cost no allocation.
  @usableFromInline static var inlineCapacity: Int { 16 }
  @usableFromInline var inline: InlineArray<16, UInt32>
  @usableFromInline var overflow: [UInt32] = []
  @usableFromInline var count = 0
  @usableFromInline var next = 0

  @inlinable
  public init() { inline = InlineArray(repeating: 0) }

  /// Reserves the place for a child's size, before the sizes of its own children.
  @inlinable
  public mutating func reserve() -> Int {
    let place = count
    count += 1
    if place >= Self.inlineCapacity { overflowing() }
    return place
  }

  @usableFromInline @inline(never)
  mutating func overflowing() {
    if overflow.isEmpty { overflow.reserveCapacity(48) }
    overflow.append(0)
  }

  @inlinable
  public mutating func set(_ place: Int, _ size: Int) {
    if place < Self.inlineCapacity {
      inline[place] = UInt32(truncatingIfNeeded: size)
    } else {
      overflow[place - Self.inlineCapacity] = UInt32(truncatingIfNeeded: size)
    }
  }

  /// The next size in the order of `reserve`.
  @inlinable
  public mutating func take() -> Int {
    let place = next
    next += 1
    return Int(place < Self.inlineCapacity ? inline[place] : overflow[place - Self.inlineCapacity])
  }
}

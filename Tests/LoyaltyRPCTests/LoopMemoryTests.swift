// Memory that the connections of a loop share: what one of them leaves lying keeps little of it.

import NIOCore
import Testing

@testable import LoyaltyRPC

@Suite struct ReplyMemoryTests {
  @Test func memoryIsFilledAgainOnceEveryReplyInItIsTaken() {
    let memory = ReplyMemory()
    for _ in 0..<1_000 {
      var replies: [ReplyBytes] = []
      for _ in 0..<10 { replies.append(ReplyBytes(memory, 3_000)) }
      for index in replies.indices { replies[index].discard() }
    }
    #expect(memory.arenaCount == 1)
  }

  /// A peer takes all of its replies but one small one in each arena.
  @Test func aSmallReplyThatIsNotTakenDoesNotKeepTheMemoryOfThoseThatAre() {
    let memory = ReplyMemory()
    var kept: [ReplyBytes] = []
    for _ in 0..<1_000 {
      kept.append(ReplyBytes(memory, 10))
      for _ in 0..<10 {
        var taken = ReplyBytes(memory, 4_000)
        taken.discard()
      }
    }
    // A thousand without the limit.
    #expect(memory.arenaCount <= 64)
    for index in kept.indices { kept[index].discard() }
    kept = []
    #expect(memory.arenaCount == 1)
    var next = ReplyBytes(memory, 10)
    next.discard()
  }

  @Test(arguments: [0, 1, 16_383, 16_384, 40_000]) func aReplyHasAllItsBytesWhateverWaitsBesideIt(_ size: Int) {
    let memory = ReplyMemory()
    var kept: [ReplyBytes] = []
    for number in 0..<UInt8(100) {
      let (arena, range) = memory.reserve(size)
      arena[range].copyBytes(from: [UInt8](repeating: number, count: size))
      kept.append(ReplyBytes(arena, range))
    }
    for number in 0..<UInt8(100) {
      var bytes = [UInt8](repeating: 255, count: size)
      let count = bytes.withUnsafeMutableBytes { target in
        target.baseAddress.map { kept[Int(number)].move(to: $0, capacity: size) } ?? 0
      }
      #expect(count == size)
      #expect(bytes == [UInt8](repeating: number, count: size))
    }
  }
}

extension ReplyBytes {
  fileprivate init(_ memory: ReplyMemory, _ count: Int) {
    let (arena, range) = memory.reserve(count)
    self.init(arena, range)
  }
}

@Suite struct SocketBufferTests {
  private func waiting(_ count: Int) throws -> Plaintext {
    let security = Plaintext()
    try Array(repeating: UInt8(7), count: count).withUnsafeBytes { bytes in try security.write(bytes) }
    return security
  }

  @Test func memoryThatTheSocketHasTakenIsUsedAgain() throws {
    let buffer = SocketBuffer()
    var places: Set<UnsafeRawPointer> = []
    for count in [1_000, 10, 900] {
      let isTaken = buffer.send(try waiting(count)) { written in
        #expect(written.readableBytes == count)
        written.withVeryUnsafeBytes { bytes in _ = bytes.baseAddress.map { places.insert($0) } }
      }
      #expect(isTaken)
    }
    #expect(places.count == 1)
  }

  @Test func whatIsStillHeldIsToldOfAndNotWrittenOver() throws {
    let buffer = SocketBuffer()
    _ = buffer.send(try waiting(100_000)) { _ in }
    var held: [ByteBuffer] = []
    for count in [10, 20] {
      let isTaken = buffer.send(try waiting(count)) { held.append($0) }
      #expect(!isTaken)
    }
    let bytes: [[UInt8]] = held.map { Array($0.readableBytesView) }
    #expect(bytes == [Array(repeating: 7, count: 10), Array(repeating: 7, count: 20)])
    // The first has what the long write left; nothing after it does.
    #expect(held[1].storageCapacity < 100)
    let isTaken = buffer.send(try waiting(30)) { _ in }
    #expect(isTaken)
  }

  /// A write may make the socket writable, which writes again.
  @Test func aWriteWithinAWriteSendsItsOwnBytes() throws {
    let buffer = SocketBuffer()
    let inner = try waiting(5)
    var sizes: [Int] = []
    _ = buffer.send(try waiting(3)) { outer in
      _ = buffer.send(inner) { sizes.append($0.readableBytes) }
      sizes.append(outer.readableBytes)
    }
    #expect(sizes == [5, 3])
  }
}

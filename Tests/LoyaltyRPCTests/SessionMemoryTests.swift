// The memory that nghttp2's sessions are given.

import CNGHTTP2
import Foundation
import Testing

@testable import LoyaltyRPC

@Suite struct SessionMemoryTests {
  private let memory = SessionMemory()

  private func take(_ size: Int) -> UnsafeMutableRawPointer? {
    memory.functions.malloc(size, memory.functions.mem_user_data)
  }

  private func give(_ piece: UnsafeMutableRawPointer?) { memory.functions.free(piece, memory.functions.mem_user_data) }

  @Test func aPieceGivenBackIsTakenAgainForTheSameSize() throws {
    let piece = try #require(take(100))
    give(piece)
    #expect(take(128) == piece)
    let other = try #require(take(100))
    #expect(other != piece)
    give(other)
    give(piece)
    #expect(take(200) != piece)
  }

  @Test(arguments: [0, 1, 31, 32, 33, 511, 512, 513, 9_000, 16_394, 100_000]) func aPieceHasAllItsBytes(_ size: Int) throws {
    var pieces: [(piece: UnsafeMutableRawPointer, byte: UInt8)] = []
    for number in 0..<UInt8(50) {
      let piece = try #require(take(size))
      memset(piece, Int32(number), size)
      pieces.append((piece, number))
      // Every third goes back, so that the next ones are used again.
      if number % 3 == 0 { give(pieces.removeFirst().piece) }
    }
    for (piece, byte) in pieces {
      #expect(UnsafeRawBufferPointer(start: piece, count: size).allSatisfy { $0 == byte })
      #expect(Int(bitPattern: piece) % 16 == 0)
      give(piece)
    }
  }

  @Test func aPieceThatGrowsKeepsItsBytesAndAClearedOneIsZero() throws {
    let functions = memory.functions
    let first = try #require(take(40))
    memset(first, 7, 40)
    let grown = try #require(functions.realloc(first, 2_000, functions.mem_user_data))
    #expect(UnsafeRawBufferPointer(start: grown, count: 40).allSatisfy { $0 == 7 })
    let used = try #require(take(64))
    memset(used, 9, 64)
    give(used)
    let cleared = try #require(functions.calloc(8, 8, functions.mem_user_data))
    #expect(cleared == used)
    #expect(UnsafeRawBufferPointer(start: cleared, count: 64).allSatisfy { $0 == 0 })
    #expect(functions.calloc(Int.max, 2, functions.mem_user_data) == nil)
    give(grown)
    give(cleared)
    give(nil)
  }

  /// A session ends with its last handler, on whatever thread, while the loop goes on.
  @Test func twoThreadsNeverHoldTheSamePiece() throws {
    give(take(48))
    let functions = memory.functions
    nonisolated(unsafe) let shared = functions
    let other = Thread { #expect(Self.holdsItsOwn(shared, mark: 1)) }
    other.start()
    #expect(Self.holdsItsOwn(functions, mark: 2))
    while !other.isFinished { usleep(100) }
  }

  /// Takes and gives many pieces; false if somebody else wrote into one.
  private static func holdsItsOwn(_ functions: nghttp2_mem, mark: UInt8) -> Bool {
    var held: [UnsafeMutableRawPointer] = []
    for _ in 0..<100_000 {
      guard let piece = functions.malloc(48, functions.mem_user_data) else { return false }
      memset(piece, Int32(mark), 48)
      held.append(piece)
      guard held.count == 20 else { continue }
      for piece in held {
        guard UnsafeRawBufferPointer(start: piece, count: 48).allSatisfy({ $0 == mark }) else { return false }
        functions.free(piece, functions.mem_user_data)
      }
      held = []
    }
    for piece in held { functions.free(piece, functions.mem_user_data) }
    return true
  }
}

// Streams in the order in which they may be opened.

import Testing

@testable import LoyaltyRPC

@Suite struct StreamOrderTests {
  @Test func streamsOpenInRisingOrder() {
    var order = StreamOrder()
    #expect([1, 3, 5, 7].map { order.note($0) } == [.opens, .opens, .opens, .opens])
    #expect(order.highest == 7)
  }

  @Test func aStreamThatWasLeftOutStaysClosed() {
    var order = StreamOrder()
    #expect(order.note(5) == .opens)
    #expect([1, 3].map { order.note($0) } == [.outOfOrder, .outOfOrder])
    #expect(order.note(11) == .opens)
    #expect([7, 9].map { order.note($0) } == [.outOfOrder, .outOfOrder])
  }

  @Test func headersOfAClosedStreamMayHaveCrossedItsReset() {
    var order = StreamOrder()
    _ = order.note(1)
    #expect(order.note(1) == .closed)
    order.hasReset = true
    #expect(order.note(1) == .late)
  }

  @Test func aPeerThatLeavesGapsEverywhereCostsNoMemory() {
    var order = StreamOrder()
    for stream in stride(from: Int32(5), to: 100_000, by: 8) { #expect(order.note(stream) == .opens) }
    #expect(order.note(3) == .outOfOrder)
    #expect(order.note(99_987) == .closed)
  }
}

// Drives a channel's state by bytes: for seeded tests and for libFuzzer alike.

@testable import LoyaltyRPC

enum ChannelFuzz {
  /// Bytes that look random and are the same for the same seed (splitmix64).
  static func bytes(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return UInt8(truncatingIfNeeded: z ^ (z >> 31))
    }
  }

  /// Two bytes are an event. Whatever they are: a connection that is picked is one that was connected and is not closed, every
  /// pause ends, and who waits is not forgotten.
  static func run(_ balancing: LoadBalancing, _ bytes: [UInt8], problem: (String) -> Void) {
    var channel = ChannelState(
      balancing, isFixed: false, backoff: ConnectionBackoff(firstSeconds: 1, longestSeconds: 8), random: { 0.5 })
    var now: Int64 = 0
    var asked: [Int] = []
    var ready: Set<Int> = []
    var isResolving = false
    func take(_ actions: [ChannelAction]) {
      for action in actions {
        switch action {
        case .resolve:
          if isResolving { problem("two resolutions at once") }
          isResolving = true
        case .connect(let id, _): asked.append(id)
        case .close(let id):
          asked.removeAll { $0 == id }
          ready.remove(id)
        }
      }
    }
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      let argument = Int(bytes[index + 1])
      let chosen = asked.isEmpty ? argument : asked[argument % asked.count]
      switch bytes[index] % 9 {
      case 0:
        take(channel.exitIdle(now))
      case 1 where isResolving:
        isResolving = false
        take(channel.resolved((0..<argument % 4).map { .ip("10.0.0.\($0)", port: 1) }, now))
      case 2 where isResolving:
        isResolving = false
        take(channel.resolutionFailed(.other("down"), now))
      case 3:
        if asked.contains(chosen) {
          asked.removeAll { $0 == chosen }
          ready.insert(chosen)
        }
        take(channel.connected(chosen, now))
      case 4:
        asked.removeAll { $0 == chosen }
        if !ready.contains(chosen) { take(channel.failed(chosen, .refused, now)) }
      case 5:
        if let gone = ready.sorted().first {
          ready.remove(gone)
          take(channel.disconnected(gone, now))
        }
      case 6: take(channel.disconnected(1_000 + argument, now))
      case 7: now += Int64(argument) * 100_000_000
      default: break
      }
      while let wake = channel.nextWake, wake <= now {
        take(channel.timePassed(now))
        if channel.nextWake == wake {
          problem("a time that has come does not pass")
          return
        }
      }
      switch channel.pick() {
      case .use(let id): if !ready.contains(id) { problem("\(id) was picked and is not ready") }
      case .fail: if channel.nextWake == nil, asked.isEmpty, !isResolving { problem("it has given up") }
      case .wait:
        if channel.connectivity == .connecting, channel.nextWake == nil, asked.isEmpty, !isResolving {
          problem("it connects to nothing")
        }
      case .shutdown: problem("it is closed")
      }
    }
  }
}

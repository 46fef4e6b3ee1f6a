// Whether a silent server is still there (gRFC A8, "Client-side Keepalive"). A value without a clock.

/// When to send a PING and when to give up.
struct ClientKeepalive {
  enum Step: Equatable {
    case nothing
    case ping
    /// No answer within so many seconds.
    case dead(seconds: Double)
  }

  private let interval: UInt64
  private let timeout: UInt64
  private let isSentWithoutCalls: Bool
  private var receivedBytes = 0
  private var heardAt: UInt64
  private var pingedAt: UInt64?
  /// When to look again.
  private(set) var nextLook: UInt64

  init(_ settings: RPCClient.Configuration.Keepalive, now: UInt64) {
    interval = UInt64(max(1, AttemptPlan.nanoseconds(settings.interval)))
    timeout = UInt64(max(1, AttemptPlan.nanoseconds(settings.timeout)))
    isSentWithoutCalls = settings.isSentWithoutCalls
    heardAt = now
    nextLook = now + interval
  }

  /// - Parameter receivedBytes: in all so far: it stands still while the server is silent.
  mutating func look(now: UInt64, receivedBytes: Int, hasCalls: Bool) -> Step {
    if receivedBytes != self.receivedBytes {
      self.receivedBytes = receivedBytes
      heardAt = now
      pingedAt = nil
    }
    if let pingedAt {
      if now >= pingedAt + timeout { return .dead(seconds: Double(timeout) / 1e9) }
      nextLook = pingedAt + timeout
      return .nothing
    }
    guard hasCalls || isSentWithoutCalls else {
      nextLook = now + interval
      return .nothing
    }
    guard now >= heardAt + interval else {
      nextLook = heardAt + interval
      return .nothing
    }
    pingedAt = now
    nextLook = now + timeout
    return .ping
  }
}

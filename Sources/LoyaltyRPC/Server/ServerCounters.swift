// What a server has done so far and does now, in numbers: channelz's figures, for metrics and tests.

import Synchronization

/// Sums over all connections. Connections count for themselves and add what is new now and then, so that a call costs no
/// atomic.
final class ServerCounters: Sendable {
  private let numbers = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)
  private let turnedAway = Atomic<Int>(0)
  private let failedHandshakes = Atomic<Int>(0)
  private let calls = Mutex(CallCounts())

  struct CallCounts {
    var started = 0
    var succeeded = 0
    var failed = 0
    var received = 0
    var sent = 0
  }

  /// 1, 2, 3, …
  func nextNumber() -> Int { numbers.wrappingAdd(1, ordering: .relaxed).newValue }

  func noteConnection(isTaken: Bool) {
    if isTaken {
      accepted.wrappingAdd(1, ordering: .relaxed)
    } else {
      turnedAway.wrappingAdd(1, ordering: .relaxed)
    }
  }

  func noteFailedHandshake() { failedHandshakes.wrappingAdd(1, ordering: .relaxed) }

  func add(_ more: CallCounts) {
    calls.withLock { counts in
      counts.started += more.started
      counts.succeeded += more.succeeded
      counts.failed += more.failed
      counts.received += more.received
      counts.sent += more.sent
    }
  }

  fileprivate func fill(_ figures: inout RPCServer.Figures) {
    figures.connectionsAccepted = accepted.load(ordering: .relaxed)
    figures.connectionsTurnedAway = turnedAway.load(ordering: .relaxed)
    figures.handshakesFailed = failedHandshakes.load(ordering: .relaxed)
    let counts = calls.withLock { $0 }
    figures.callsStarted = counts.started
    figures.callsSucceeded = counts.succeeded
    figures.callsFailed = counts.failed
    figures.bytesReceived = counts.received
    figures.bytesSent = counts.sent
  }
}

extension RPCServer {
  /// What channelz shows of a server. Those of calls and bytes are behind by a look at the connections
  /// (`ConnectionPolicy`, a few seconds).
  public struct Figures: Sendable, Hashable {
    /// Open now, or gone with a handler that still runs.
    public var connectionsOpen = 0
    public var connectionsAccepted = 0
    /// Closed as they came, because as many were open as may be.
    public var connectionsTurnedAway = 0
    public var handshakesFailed = 0
    public var callsStarted = 0
    public var callsSucceeded = 0
    public var callsFailed = 0
    /// From sockets, so with TLS's own.
    public var bytesReceived = 0
    /// HTTP/2 before TLS.
    public var bytesSent = 0
    /// Held for calls beyond each connection's allowance (`Configuration.maxHeldBytes`).
    public var bytesHeld = 0
  }

  public var figures: Figures {
    var figures = Figures()
    counters.fill(&figures)
    figures.connectionsOpen = connectionCount
    figures.bytesHeld = budget.usedBytes
    return figures
  }
}

extension ServerConnection {
  /// Adds what is new to the server's sums.
  func publishCounts() {
    let now = ServerCounters.CallCounts(
      started: callCount, succeeded: succeededCalls, failed: failedCalls, received: receivedBytes, sent: sentBytes)
    let before = publishedCounts
    publishedCounts = now
    shared.counters.add(
      ServerCounters.CallCounts(
        started: now.started &- before.started, succeeded: now.succeeded &- before.succeeded,
        failed: now.failed &- before.failed, received: now.received &- before.received, sent: now.sent &- before.sent))
  }
}

// Which events a call may have in which order, apart from any socket: what the peer may still send, what this side may.

/// The states of both directions of one call on the server.
///
/// A peer's mistake is an `RPCError` to answer with; an event after the end is a legal drop (`false`), since both sides
/// may end a call at the same time.
struct ServerCallState: Equatable {
  enum Request: Equatable { case open, ended }
  enum Response: Equatable { case nothingSent, headersSent, ended }

  let kind: MethodKind
  private(set) var request = Request.open
  private(set) var response = Response.nothingSent
  private(set) var messagesReceived = 0

  init(kind: MethodKind) {
    self.kind = kind
  }

  /// Whole messages have come.
  mutating func receiveMessages(_ count: Int) throws(RPCError) {
    messagesReceived += count
    if kind.takesOneRequest, messagesReceived > 1 {
      throw RPCError(.unimplemented, "more than one request message in a call that takes one")
    }
  }

  /// The client has ended its side.
  /// - Parameter isBetweenMessages: no message is cut off.
  mutating func receiveEnd(isBetweenMessages: Bool) throws(RPCError) {
    request = .ended
    guard isBetweenMessages else {
      throw RPCError(.internal, "the request ended within a message")
    }
    if kind.takesOneRequest, messagesReceived == 0 {
      throw RPCError(.unimplemented, "no request message in a call that takes one")
    }
  }

  /// True if headers have to go before the message; nil if the call has ended and the message is dropped.
  mutating func sendMessage() -> Bool? {
    switch response {
    case .nothingSent:
      response = .headersSent
      return true
    case .headersSent: return false
    case .ended: return nil
    }
  }

  /// Initial metadata before any message: false if it is too late.
  mutating func sendHeaders() -> Bool {
    guard response == .nothingSent else { return false }
    response = .headersSent
    return true
  }

  /// True if the status goes alone (trailers-only), false after headers; nil if the call has ended already.
  mutating func sendStatus() -> Bool? {
    defer { response = .ended }
    switch response {
    case .nothingSent: return true
    case .headersSent: return false
    case .ended: return nil
    }
  }
}

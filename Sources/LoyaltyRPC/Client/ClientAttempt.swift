// One stream that carries a call. A call has one, or more if it is retried or hedged.

import NIOCore

/// Used on the transport's event loop only.
final class ClientAttempt {
  let call: ClientCall
  /// 0 for the first.
  let number: Int

  var connection: ClientConnection?
  var slot = -1
  var streamID: Int32 = 0
  /// Bytes of the request that have gone out, of those that are kept.
  var sent = 0
  var isDeferred = false
  var head = ResponseHead()
  var hasHeaders = false
  var encoding = MessageEncoding.identity
  var deframer: MessageDeframer
  var window = StreamWindow()
  var message: [UInt8]?
  var messageCount = 0

  init(_ call: ClientCall, number: Int) {
    self.call = call
    self.number = number
    deframer = MessageDeframer(limit: call.limits.maxReceivedMessageBytes)
  }

  /// Moves bytes of the request to `target`.
  func takeRequest(into target: UnsafeMutableRawPointer, capacity: Int) -> OutgoingMessages.Take {
    guard let outgoing = call.outgoing else {
      return sent < call.request.count ? .bytes(move(call.request, to: target, capacity)) : .finished
    }
    if sent < call.kept.count { return .bytes(move(call.kept, to: target, capacity)) }
    if call.requestHasEnded { return .finished }
    let take = outgoing.take(into: target, capacity: capacity)
    switch take {
    case .bytes(let count): call.keep(UnsafeRawBufferPointer(start: target, count: count), by: self)
    case .finished: call.requestHasEnded = true
    case .wait: break
    }
    return take
  }

  private func move(_ bytes: [UInt8], to target: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
    let count = min(capacity, bytes.count - sent)
    bytes.withUnsafeBytes { raw in
      if let base = raw.baseAddress { target.copyMemory(from: base + sent, byteCount: count) }
    }
    sent += count
    return count
  }

  /// All of a request that is one message has gone out.
  var hasSentRequest: Bool { call.outgoing == nil && sent == call.request.count }

  /// The stream is over.
  /// - Parameter isUnprocessed: the server has not looked at the call.
  func end(_ error: RPCError?, trailers: Metadata = Metadata(), isUnprocessed: Bool = false) {
    connection = nil
    call.attemptEnded(self, error, trailers, isUnprocessed: isUnprocessed)
  }
}

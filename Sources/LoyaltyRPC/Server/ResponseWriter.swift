// What a streaming handler writes to.

import ProtobufRuntime

/// Sends response messages. It may be kept and passed on; after the handler's end every `send` throws.
public struct ResponseWriter<Response: Message>: Sendable {
  private let call: ServerContext
  private let messages: OutgoingMessages

  init(_ call: ServerContext, _ messages: OutgoingMessages) {
    self.call = call
    self.messages = messages
  }

  /// Sends one message. Waits while the client is behind by more than `CallLimits.sendBufferBytes`.
  ///
  /// Compiled with the handler, for its very messages, and runs where its caller runs: through generic code and with two
  /// changes of executor a small message would cost twice as much.
  /// - Parameter compressed: in a call whose replies are compressed (`ServerContext.compressReplies`), whether this message
  ///   is; nil for those that are long enough.
  /// - Throws: CANCELLED if the client is gone, RESOURCE_EXHAUSTED for a message above the limit, or if the server holds
  ///   as much as it may.
  @inlinable
  nonisolated(nonsending) public func send(_ response: Response, compressed: Bool? = nil) async throws(RPCError) {
    guard sendsPlainly else { return try await sendFramed(response, compressed) }
    let waits = try response.withSerializedBytes { (body) throws(RPCError) in try queue(body) }
    if waits { try await waitForRoom() }
  }

  /// Messages go as they are, behind their prefix.
  @usableFromInline var sendsPlainly: Bool { call.web == nil && !call.mayCompress }

  @usableFromInline
  func queue(_ body: UnsafeRawBufferPointer) throws(RPCError) -> Bool {
    try call.connection.limits.checkSent(body.count)
    return try messages.queue(message: body, owner: call)
  }

  @usableFromInline
  nonisolated(nonsending) func waitForRoom() async throws(RPCError) { try await messages.waitForRoom() }

  @usableFromInline
  nonisolated(nonsending) func sendFramed(_ response: Response, _ compressed: Bool?) async throws(RPCError) {
    try await messages.send(try call.frame(response, compressed: compressed), owner: call)
  }
}

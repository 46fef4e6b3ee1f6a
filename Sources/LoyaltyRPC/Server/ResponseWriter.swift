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
  /// - Parameter compressed: in a call whose replies are compressed (`ServerContext.compressReplies`), whether this message
  ///   is; nil for those that are long enough.
  /// - Throws: CANCELLED if the client is gone, RESOURCE_EXHAUSTED for a message above the limit, or if the server holds
  ///   as much as it may.
  public func send(_ response: Response, compressed: Bool? = nil) async throws(RPCError) {
    try await messages.send(try call.frame(response, compressed: compressed), owner: call)
  }
}

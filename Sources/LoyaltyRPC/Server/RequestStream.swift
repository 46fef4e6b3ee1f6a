// What a streaming handler reads.

import ProtobufRuntime

/// The messages a client sends, in order. One task reads at a time. A message is taken off the client's window when it
/// is read, so a handler that does not read makes the client wait.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
  public typealias Element = Request
  public typealias Failure = RPCError

  private let messages: IncomingMessages
  private let call: ServerContext

  init(_ messages: IncomingMessages, _ call: ServerContext) {
    self.messages = messages
    self.call = call
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(messages: messages, call: call)
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let messages: IncomingMessages
    fileprivate let call: ServerContext

    public mutating func next() async throws -> Request? {
      try await next(isolation: nil)
    }

    /// - Throws: CANCELLED if the client is gone, INTERNAL for bytes that are no such message.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Request? {
      guard let bytes = try await messages.next(owner: call) else { return nil }
      if let web = call.web {
        return try bytes.withUnsafeBytesTyped { (raw) throws(RPCError) in
          try web.codec.decode(Request.self, raw, call.connection.shared.json)
        }
      }
      do {
        return try Request(serializedBytes: bytes)
      } catch {
        throw RPCError(.internal, "a request message is no \(Request.fullName): \(error)")
      }
    }
  }
}

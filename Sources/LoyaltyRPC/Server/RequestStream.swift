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
    let messages: IncomingMessages
    @usableFromInline let call: ServerContext

    @inlinable
    public mutating func next() async throws -> Request? {
      try await next(isolation: nil)
    }

    /// - Throws: CANCELLED if the client is gone, INTERNAL for bytes that are no such message.
    @inlinable
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Request? {
      // What is there is taken without the ways of a function that may wait.
      if let there = try nextIfThere() { return try there.map(decode) }
      return try await waitForNext().map(decode)
    }

    @usableFromInline
    func nextIfThere() throws(RPCError) -> [UInt8]?? { try messages.nextIfThere(owner: call) }

    @usableFromInline
    nonisolated(nonsending) func waitForNext() async throws(RPCError) -> [UInt8]? {
      try await messages.next(owner: call)
    }

    /// Compiled with the handler, for its very messages.
    @inlinable
    func decode(_ bytes: [UInt8]) throws(RPCError) -> Request {
      guard !call.isWeb else { return try decodeWeb(bytes) }
      do {
        return try Request(serializedBytes: bytes)
      } catch {
        throw RPCError(.internal, "a request message is no \(Request.fullName): \(error)")
      }
    }

    @usableFromInline
    func decodeWeb(_ bytes: [UInt8]) throws(RPCError) -> Request {
      guard let web = call.web else { return Request() }
      return try bytes.withUnsafeBytesTyped { (raw) throws(RPCError) in
        try web.codec.decode(Request.self, raw, call.connection.shared.json)
      }
    }
  }
}

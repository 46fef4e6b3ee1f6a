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

    /// Runs where its caller runs, whatever `actor` is: with it as the isolation a message that is there would cost two looks at the
    /// executor, each under a lock of the runtime's.
    /// - Throws: CANCELLED if the client is gone, INTERNAL for bytes that are no such message.
    @inlinable
    nonisolated(nonsending) public mutating func next(
      isolation actor: (any Actor)?
    ) async throws(RPCError) -> Request? {
      // What is there is taken without the ways of a function that may wait.
      switch try nextIfThere() {
      case .message(let message): return try decode(message)
      case .end: return nil
      case .wait: return try await waitForNext().map(decode)
      }
    }

    @usableFromInline
    func nextIfThere() throws(RPCError) -> NextMessage { try messages.nextIfThere(owner: call) }

    @usableFromInline
    nonisolated(nonsending) func waitForNext() async throws(RPCError) -> ReceivedMessage? {
      try await messages.next(owner: call)
    }

    /// Compiled with the handler, for its very messages.
    @inlinable
    func decode(_ message: ReceivedMessage) throws(RPCError) -> Request {
      guard !call.isWeb else { return try decodeWeb(message) }
      do {
        return try message.withBytes { (bytes) throws(WireError) in try Request(serializedBytes: bytes) }
      } catch {
        throw RPCError(.internal, "a request message is no \(Request.fullName): \(error)")
      }
    }

    @usableFromInline
    func decodeWeb(_ message: ReceivedMessage) throws(RPCError) -> Request {
      guard let web = call.web else { return Request() }
      return try message.withBytes { (bytes) throws(RPCError) in
        try web.codec.decode(Request.self, bytes, call.connection.shared.json)
      }
    }
  }
}

// One stream of a server's connection: a struct in the connection's table.

import NIOCore

/// What the event loop knows of a call.
struct ServerStream {
  /// HTTP/2 stream identifier; 0 while the place in the table is free.
  var id: Int32 = 0
  var head = RequestHead()
  var state = ServerCallState(kind: .unary)
  var deframer = MessageDeframer(limit: 0)
  var window = StreamWindow()

  /// The whole message of a call that takes one as it came, if it came in pieces or compressed.
  var request = ReceivedMessage()
  var requestIsCompressed = false
  /// Where the messages of a call that takes a stream go.
  var requests: IncomingMessages?

  /// Bytes of this stream that count against the connection's buffer limit.
  var bufferedBytes = 0
  /// Those of them that are the head's: they count until the stream is over.
  var headBytes = 0

  /// The handler runs, or its reply is held.
  var call: ServerContext?

  /// The encoded reply of a call that gives one.
  var reply = ReplyBytes()
  /// Messages of a call that gives a stream.
  var responses: OutgoingMessages?
  var trailers = Trailers.pending
  var initialMetadata = Metadata()
  /// How the messages of the response are compressed.
  var replyEncoding = MessageEncoding.identity

  /// nghttp2 was told that there is nothing to send for now.
  var isDeferred = false
  var isHeld = false
  /// The body is all of the response: no trailers follow it.
  var endsWithBody = false
  /// The peer has ended its side.
  var requestHasEnded = false
  var hasReportedEnd = false

  /// Its header block is complete.
  var hasHead = false
  /// Since when it waits for its peer, as last looked at.
  var wait: Wait?

  /// A stream that waits for its peer.
  struct Wait {
    enum Reason: Equatable {
      case headers
      case request
      /// The call is answered, and the client goes on with its request.
      case restOfRequest
      /// The reply waits for room; `left` bytes of it.
      case room(left: Int)
    }
    let reason: Reason
    let since: NIODeadline
  }

  enum Trailers {
    /// The status is not known yet.
    case pending
    case ok(Metadata)
    case failed(RPCError)
  }

  /// The place is free again, as new. After a plain call most of it is nil or empty already: assigning that again would cost a
  /// release, or two, for each.
  mutating func clear() {
    id = 0
    head.clear()
    state = ServerCallState(kind: .unary)
    deframer.clear()
    window = StreamWindow()
    if request.count > 0 { request = ReceivedMessage() }
    requestIsCompressed = false
    if requests != nil { requests = nil }
    bufferedBytes = 0
    headBytes = 0
    call = nil
    if !reply.isEmpty { reply.discard() }
    if responses != nil { responses = nil }
    trailers = .pending
    if !initialMetadata.isEmpty { initialMetadata = Metadata() }
    replyEncoding = .identity
    isDeferred = false
    isHeld = false
    endsWithBody = false
    requestHasEnded = false
    hasReportedEnd = false
    hasHead = false
    wait = nil
  }
}

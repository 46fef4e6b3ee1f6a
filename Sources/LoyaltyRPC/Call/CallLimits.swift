// Every bound that keeps one peer from taking more than its share, in one place with its reason.

/// What a peer may use. Each limit has a default that suits small typed calls between services.
public struct CallLimits: Sendable, Hashable {
  /// Longest message accepted, in bytes after decompression. 4 MiB: what the other gRPC stacks accept by default, so a
  /// message that passes here passes there.
  public var maxReceivedMessageBytes = 4 << 20

  /// Longest message sent, in bytes before compression. 64 MiB: a reply that large is a mistake in a handler, and the
  /// frame's length field and the memory of both sides should not be where it is found.
  public var maxSentMessageBytes = 64 << 20

  /// Header list of a request or a response, in bytes as RFC 9113 §6.5.2 counts (name + value + 32 each). 16 KiB: ten
  /// times what calls with tokens and trace context use; announced in SETTINGS and enforced.
  public var maxHeaderListBytes = 16 << 10

  /// Number of header fields. 128: many tiny indexed fields cost a byte each on the wire and a string each in memory.
  public var maxHeaderCount = 128

  /// Calls at once on a connection. 128: RFC 9113 §6.5.2 advises at least 100; with the other limits it bounds a
  /// connection's memory. Handlers count until they end, not until their stream is reset.
  public var maxConcurrentStreams = 128

  /// Bytes a peer may send on one stream before they are consumed. 256 KiB: 2 Gbit/s at 1 ms round trip.
  public var streamWindowBytes = 256 << 10

  /// Bytes a peer may send on a connection before they are consumed. 1 MiB: four streams at full window.
  public var connectionWindowBytes = 1 << 20

  /// Received bytes that a connection holds for calls that have not taken them. 16 MiB: four messages of the longest
  /// kind; the call that goes beyond is answered RESOURCE_EXHAUSTED.
  public var maxBufferedBytes = 16 << 20

  /// Bytes that a streaming sender may have queued before its `send` waits. 64 KiB: four full frames.
  public var sendBufferBytes = 64 << 10

  /// Bytes of replies that a connection holds until the peer has room for them. 64 MiB: one reply of the longest kind, or
  /// half a megabyte for each call of a full table; the reply that goes beyond is answered RESOURCE_EXHAUSTED instead.
  public var maxQueuedReplyBytes = 64 << 20

  /// Frames that carry nothing of a call, together, that a peer may send in `controlFrameWindow`: resets, SETTINGS,
  /// PRIORITY, empty DATA, PINGs beyond one for each DATA frame it got, those that make this side reset a stream, and TLS's KeyUpdate.
  /// (Frames of unknown types are skipped by nghttp2 at no more cost than their bytes.) 2,000: gRPC peers probe and cancel, floods (CVE-2019-9512, -9515, -9518, CVE-2023-44487, CVE-2025-8671)
  /// send ten times as many.
  public var maxControlFrames = 2_000

  /// The window of `maxControlFrames`, in seconds.
  public var controlFrameWindow = 10

  /// Seconds from accept (or connect) to the peer's first HTTP/2 frame, so through the TLS handshake and the preface. 10:
  /// a slow handshake takes two.
  public var handshakeSeconds = 10

  /// Seconds in which the headers of a call, and the message of one that takes one, have to come. 60: 4 MiB at
  /// 70 kB/s. Afterwards the call is answered DEADLINE_EXCEEDED; headers that are cut off end the connection.
  public var requestSeconds = 60

  /// Seconds that a peer may go without taking anything of what is ready for it. 60: no network that works is as slow.
  /// Afterwards the reply is dropped and its stream reset; a connection whose socket takes nothing is closed. A handler
  /// that still sends a stream is not bound by it: its peer may pause, and holds little.
  public var stallSeconds = 60

  /// Seconds without a call after which a server closes a connection in good order. 900: longer than the pauses of a
  /// client in use, and a client that is lost behind a gateway does not hold its place for ever.
  public var idleSeconds = 900

  /// How often the three limits above are looked at, in seconds: a quarter of the shortest, so that looking costs a
  /// connection nothing between and a limit is overrun by half at most.
  var watchSeconds: Int { min(3_600, max(1, min(requestSeconds, stallSeconds, idleSeconds) / 4)) }

  public init() {}

  public static let defaults = CallLimits()

  /// Those that each header field is held against.
  struct OfHeaders: Sendable {
    let maxBytes: Int
    let maxCount: Int
    /// Bytes of names and values of one block that are looked at: four times the limit, so that a list which is too long by
    /// mistake is answered. What stands behind is decoded, for the table's sake, and nothing else: nghttp2 checks each character
    /// of each field that is looked at, and a byte on the wire can name a field of four thousand.
    let maxReadBytes: Int

    static let defaults = CallLimits.defaults.ofHeaders
  }

  var ofHeaders: OfHeaders {
    OfHeaders(
      maxBytes: maxHeaderListBytes, maxCount: maxHeaderCount,
      maxReadBytes: maxHeaderListBytes.multipliedReportingOverflow(by: 4).overflow ? Int.max : maxHeaderListBytes * 4)
  }
}

extension CallLimits {
  func checkSent(_ count: Int) throws(RPCError) {
    guard count <= maxSentMessageBytes else {
      throw RPCError(
        .resourceExhausted, "message of \(count) bytes is longer than the limit of \(maxSentMessageBytes) for sending")
    }
  }
}

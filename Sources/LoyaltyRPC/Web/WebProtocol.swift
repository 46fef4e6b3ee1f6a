// What browsers and scripts speak beside gRPC, behind one small interface. gRPC is the native form of a call, written by
// the connection itself; each other protocol says here how its bytes differ, and nothing else knows.

import ProtobufRuntime

/// How a protocol that is not plain gRPC puts a call's answer into an HTTP response.
///
/// Every message reaches it framed as in gRPC (flag, length, bytes). All functions are pure.
protocol WebProtocol: Sendable {
  /// How the bytes of a request's body become messages.
  var bodyForm: WebBody.Form { get }

  /// Whether methods of this kind can be called.
  func carries(_ kind: MethodKind) -> Bool

  /// The header fields that open a response with messages, `:status` and `content-type` among them.
  /// - Parameters:
  ///   - trailers: those of a call that gives one response; empty for streams, whose trailers are not known yet.
  ///   - isCompressed: the one response is compressed with gzip.
  func head(_ form: WebForm, initial: Metadata, trailers: Metadata, isCompressed: Bool) -> HeaderBlock

  /// A framed message as it goes into the body.
  func body(of frame: [UInt8]) -> [UInt8]

  /// What goes into the body after the last message.
  func ending(_ error: RPCError?, trailers: Metadata, json: JSONMapping) -> [UInt8]

  /// The whole response of a call that fails before its first message.
  func refusal(_ error: RPCError, _ form: WebForm, initial: Metadata, json: JSONMapping) -> (HeaderBlock, [UInt8])
}

/// How one call is spoken: fixed once its headers are read, so it may be looked at from any thread.
///
/// A class, since nearly every call has none: asking for it copies one pointer.
final class WebForm: Sendable {
  let proto: any WebProtocol
  let codec: WebCodec
  /// The caller reads gzip.
  let takesGzip: Bool
  /// The request came as a GET.
  let isGet: Bool

  init(proto: any WebProtocol, codec: WebCodec, takesGzip: Bool, isGet: Bool) {
    self.proto = proto
    self.codec = codec
    self.takesGzip = takesGzip
    self.isGet = isGet
  }

  /// Messages shorter than this are not compressed, in bytes. 1 KiB: one packet either way.
  static let minCompressedBytes = 1_024

  /// Encodes a response behind gRPC's prefix.
  /// - Throws: INTERNAL for a message without a JSON form, RESOURCE_EXHAUSTED above the limit.
  func frame<R: Message>(_ response: R, _ json: JSONMapping, _ limits: CallLimits) throws(RPCError) -> [UInt8] {
    var payload = try codec.encode(response, json)
    try limits.checkSent(payload.count)
    let isCompressed = takesGzip && payload.count >= Self.minCompressedBytes
    if isCompressed { payload = try Compression.compress(payload, .gzip) }
    return MessageFrame.make(payload, flags: isCompressed ? 1 : 0)
  }
}

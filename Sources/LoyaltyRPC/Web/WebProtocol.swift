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
struct WebForm: Sendable {
  let proto: any WebProtocol
  let codec: WebCodec
  /// The caller reads gzip.
  let takesGzip: Bool
  /// The request came as a GET.
  let isGet: Bool

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

/// The two encodings of a message.
enum WebCodec: Sendable {
  case binary
  case json

  func decode<Q: Message>(
    _ type: Q.Type, _ bytes: UnsafeRawBufferPointer, _ json: JSONMapping
  ) throws(RPCError) -> Q {
    do {
      switch self {
      case .binary: return try Q(serializedBytes: bytes)
      case .json: return try Q(jsonUTF8: Array(bytes), options: json.decoding)
      }
    } catch {
      throw RPCError(.invalidArgument, "the request is no \(Q.fullName): \(error)")
    }
  }

  func encode<R: Message>(_ message: R, _ json: JSONMapping) throws(RPCError) -> [UInt8] {
    switch self {
    case .binary: return message.serializedBytes()
    case .json:
      do {
        return try message.jsonUTF8(options: json.encoding)
      } catch {
        throw RPCError(.internal, "the response has no JSON form: \(error)")
      }
    }
  }
}

/// How a server reads and writes JSON.
final class JSONMapping: Sendable {
  let decoding: JSONDecodingOptions
  let encoding: JSONEncodingOptions

  /// - Parameter types: what an `Any` may hold beside the well-known types and `google.rpc`'s details.
  init(types: [any Message.Type]) {
    var registry = TypeRegistry.wellKnown
    let details: [any Message.Type] = [
      BadRequest.self, DebugInfo.self, ErrorInfo.self, Help.self, LocalizedMessage.self, PreconditionFailure.self,
      QuotaFailure.self, RequestInfo.self, ResourceInfo.self, RetryInfo.self,
    ]
    for type in details + types { registry.register(type) }
    var decoding = JSONDecodingOptions()
    decoding.registry = registry
    // As in the binary form: a client that is newer than this server sends fields that are not known here.
    decoding.ignoresUnknownFields = true
    self.decoding = decoding
    var encoding = JSONEncodingOptions()
    encoding.registry = registry
    self.encoding = encoding
  }
}

extension MessageFrame {
  /// Bytes behind a prefix of their own.
  static func make(_ payload: [UInt8], flags: UInt8) -> [UInt8] {
    let prefix = MessageDeframer.prefixLength
    return [UInt8](unsafeUninitializedCapacity: prefix + payload.count) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      writePrefix(payload.count, compressed: false, to: raw)
      raw[0] = flags
      UnsafeMutableRawBufferPointer(rebasing: raw[prefix...]).copyBytes(from: payload)
      count = prefix + payload.count
    }
  }
}

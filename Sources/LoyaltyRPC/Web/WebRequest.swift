// What the headers of a request say that is not plain gRPC: from bytes, one field at a time, then all together.

import ProtobufRuntime

/// The web side of one stream; there is none for a plain gRPC call. Used on the connection's event loop only.
final class WebRequest {
  fileprivate(set) var contentType: WebContentType?
  /// Path without query, and query, of a URL that has one.
  fileprivate var path: [UInt8] = []
  fileprivate var query: [UInt8]?

  fileprivate(set) var origin: String?
  fileprivate(set) var wantedMethod: String?
  fileprivate(set) var wantedHeaders: String?

  fileprivate var contentEncoding: String?
  fileprivate var acceptsGzip = false
  fileprivate var connectContentEncoding: String?
  fileprivate var connectAcceptsGzip = false
  fileprivate var connectVersion: String?
  fileprivate var connectTimeout: Int64?
  fileprivate var failure: RPCError?

  /// Known once the headers are settled and name a protocol that is served.
  private(set) var form: WebForm?
  var body = WebBody(.framed, limit: 0)
  /// The origin that the response may be shown to.
  var allowedOrigin: String?
  var discardedBytes = 0
  /// The one response is compressed.
  var replyIsCompressed = false

  /// The longest name of a method or list of header names that is kept, in bytes.
  private static let maxKept = 4 << 10

  /// Takes a header field.
  /// - Returns: false if it is none of the protocols' own: then it is metadata.
  fileprivate func receive(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
    if name.equals("origin") {
      origin = value.prefix(Self.maxKept).text
    } else if name.equals("access-control-request-method") {
      wantedMethod = value.prefix(Self.maxKept).text
    } else if name.equals("access-control-request-headers") {
      wantedHeaders = value.prefix(Self.maxKept).text
    } else if name.equals("content-encoding") {
      contentEncoding = value.prefix(32).text
    } else if name.equals("accept-encoding") {
      acceptsGzip = Self.namesGzip(value)
    } else if name.equals("connect-content-encoding") {
      connectContentEncoding = value.prefix(32).text
    } else if name.equals("connect-accept-encoding") {
      connectAcceptsGzip = Self.namesGzip(value)
    } else if name.equals("connect-protocol-version") {
      connectVersion = value.prefix(32).text
    } else if name.equals("connect-timeout-ms") {
      connectTimeout = Self.milliseconds(value)
      if connectTimeout == nil {
        fail(
          RPCError(
            .invalidArgument, "connect-timeout-ms \"\(value.prefix(32).text)\" is no number of at most 10 digits"))
      }
    } else {
      return name.equals("x-grpc-web") || name.equals("x-user-agent") || name.equals("accept")
    }
    return true
  }

  fileprivate func fail(_ error: RPCError) {
    if failure == nil { failure = error }
  }

  private static func namesGzip(_ value: UnsafeRawBufferPointer) -> Bool {
    for item in value.split(separator: 0x2c) {
      let item = UnsafeRawBufferPointer(rebasing: item).trimmingSpaces
      if item.equals("gzip") { return true }
      // With a weight, which is of no interest unless it is nothing.
      if item.hasPrefix("gzip;"), !item.hasSuffix("=0") { return true }
    }
    return false
  }

  /// At most ten digits, in nanoseconds, at most `GRPCTimeout.longest`.
  static func milliseconds(_ value: UnsafeRawBufferPointer) -> Int64? {
    guard !value.isEmpty, value.count <= 10 else { return nil }
    var number: Int64 = 0
    for byte in value {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int64(byte - 0x30)
    }
    return min(number * 1_000_000, GRPCTimeout.longest)
  }

  fileprivate func settle(_ type: WebContentType, isGet: Bool, codec: WebCodec, limit: Int) {
    let proto = type.proto
    let takesGzip =
      switch type {
      case .connectBinary, .connectJSON: acceptsGzip
      case .connectStreamBinary, .connectStreamJSON: connectAcceptsGzip
      // Browsers cannot unpack single messages (PROTOCOL-WEB.md, "Compression").
      case .grpcWeb, .grpcWebJSON, .grpcWebText: false
      }
    form = WebForm(proto: proto, codec: codec, takesGzip: takesGzip, isGet: isGet)
    body = WebBody(proto.bodyForm, limit: limit)
  }
}

extension RequestHead {
  /// A content type that is not gRPC's.
  mutating func receiveWebContentType(_ value: UnsafeRawBufferPointer) {
    makeWeb().contentType = WebContentType(value)
  }

  /// A path that is no method's: with a query it may still be one.
  mutating func receiveWebPath(_ value: UnsafeRawBufferPointer) {
    guard let mark = value.firstIndex(of: 0x3f) else { return }
    let web = makeWeb()
    web.path = Array(value[..<mark])
    web.query = Array(value[(mark + 1)...])
  }

  /// A field that may be a web protocol's own.
  /// - Returns: false if it is metadata.
  mutating func receiveWeb(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return false }
    // a, c, o, x: what all of the names begin with.
    guard first == 0x61 || first == 0x63 || first == 0x6f || first == 0x78 else { return false }
    if name.equals("content-length") { return false }
    return makeWeb().receive(name: name, value: value)
  }

  private mutating func makeWeb() -> WebRequest {
    if let web { return web }
    let made = WebRequest()
    web = made
    return made
  }

  /// All fields are here: which protocol is it, and what follows from its fields.
  mutating func settleWeb(_ web: WebRequest, _ methods: MethodPaths, _ limits: CallLimits) {
    let type: WebContentType
    switch httpMethod {
    case .post:
      guard let given = web.contentType else { return }
      type = given
      web.settle(given, isGet: false, codec: given.codec, limit: limits.maxReceivedMessageBytes)
    case .get:
      guard let text = web.query else { return }
      setMethod(web.path.withUnsafeBytes { methods.find($0) })
      type = .connectJSON
      do {
        let query = try text.withUnsafeBytesTyped { (raw) throws(RPCError) in try ConnectQuery(raw) }
        web.settle(type, isGet: true, codec: query.codec ?? .json, limit: limits.maxReceivedMessageBytes)
        try settleQuery(query, web)
      } catch {
        web.settle(type, isGet: true, codec: .json, limit: limits.maxReceivedMessageBytes)
        web.fail(error)
      }
    case .options, .other: return
    }
    switch type {
    case .grpcWeb, .grpcWebJSON, .grpcWebText: break
    case .connectBinary, .connectJSON:
      if httpMethod == .post { settleEncoding(web.contentEncoding) }
      settleConnect(web)
    case .connectStreamBinary, .connectStreamJSON:
      settleEncoding(web.connectContentEncoding)
      settleConnect(web)
    }
    if let failure = web.failure { fail(failure) }
  }

  private mutating func settleQuery(_ query: ConnectQuery, _ web: WebRequest) throws(RPCError) {
    if let unknown = query.unknownCodec {
      throw RPCError(.invalidArgument, "query parameter encoding=\(unknown): use json or proto")
    }
    if let version = query.version, version != "v1" {
      throw RPCError(.invalidArgument, "query parameter connect=\(version): this server speaks v1")
    }
    guard query.codec != nil, let message = query.message else {
      throw RPCError(
        .invalidArgument, "a GET needs the query parameters encoding (json or proto) and message (percent-encoded)")
    }
    settleEncoding(query.compression)
    var none = MessageDeframer(limit: 0)
    _ = try message.withUnsafeBytesTyped { (raw) throws(RPCError) in try web.body.receive(raw, &none) }
  }

  private mutating func settleConnect(_ web: WebRequest) {
    if let version = web.connectVersion, version != "1" {
      fail(RPCError(.invalidArgument, "connect-protocol-version is \"\(version)\": this server speaks 1"))
    }
    setTimeout(web.connectTimeout)
  }

  private mutating func settleEncoding(_ name: String?) {
    guard let name else { return }
    let known = Array(name.utf8).withUnsafeBytes { MessageEncoding(headerValue: $0) }
    setEncoding(known, named: name)
  }
}

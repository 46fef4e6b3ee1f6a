// The headers that open a call, read from bytes as they come. A value without a socket: the server feeds it, tests too.

/// What the headers of one request said.
///
/// Nothing is kept as text but an unknown path, an unknown encoding and the caller's own metadata: a plain call through
/// here allocates nothing.
struct RequestHead {
  /// Index into the server's method table, -1 if the path is not there.
  private(set) var method: Int = -1
  private(set) var unknownPath: String?
  private(set) var metadata = Metadata()

  /// From `grpc-timeout`, in nanoseconds.
  private(set) var timeout: Int64?

  /// What the client compresses its messages with.
  private(set) var encoding: MessageEncoding = .identity
  private(set) var unknownEncoding: String?

  /// What the client can read beside plain messages.
  private(set) var accepts = AcceptedEncodings()

  enum HTTPMethod { case post, get, options, other }

  private(set) var httpMethod = HTTPMethod.other
  /// What the fields said that are not plain gRPC's; nil for plain gRPC.
  var web: WebRequest?
  private var contentType: ContentType = .missing
  private var sawPath = false
  private var failure: RPCError?

  /// Size as RFC 9113 §6.5.2 counts it, and number of fields.
  private var listBytes = 0
  private var listCount = 0

  /// The call goes on; false before the verdict and after the call was refused.
  private(set) var isAccepted = false

  private enum ContentType { case missing, grpc, other }

  /// What becomes of the call once its headers are complete.
  enum Verdict: Equatable {
    case accepted(method: Int)
    /// Answered with a gRPC status.
    case failed(RPCError)
    /// The peer does not speak gRPC: answered with a plain HTTP status.
    case notGRPC(httpStatus: Int)
  }

  /// Takes one header field. Pseudo-headers come first, as nghttp2 has checked.
  mutating func receive(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, methods: MethodPaths, limits: CallLimits.OfHeaders
  ) {
    listBytes += name.count + value.count + 32
    listCount += 1
    guard listBytes <= limits.maxBytes else {
      fail(.resourceExhausted, "request headers are longer than the limit of \(limits.maxBytes) bytes")
      return
    }
    guard listCount <= limits.maxCount else {
      fail(.resourceExhausted, "more request header fields than the limit of \(limits.maxCount)")
      return
    }
    guard let first = name.first else { return }
    if first == 0x3a {  // ':'
      receivePseudo(name: name, value: value, methods: methods)
    } else if name.equals("content-type") {
      contentType = Self.isGRPC(value) ? .grpc : .other
      if contentType == .other { receiveWebContentType(value) }
    } else if name.equals("te") || name.equals("user-agent") {
      return
    } else if name.hasPrefix("grpc-") {
      receiveProtocol(name: name, value: value)
    } else if contentType == .grpc || !receiveWeb(name: name, value: value) {
      receiveMetadata(name: name, value: value)
    }
  }

  /// Bytes of it that are kept for as long as the call lasts: a few bytes of HPACK may stand for all of them.
  @inline(__always)
  var keptBytes: Int { metadata.isEmpty && web == nil ? 0 : listBytes }

  /// The method of a plain gRPC call that is in order, -1 for any other: `verdict` says what that is. Inlined, so that a head is
  /// not copied, with a retain for each reference in it, to be looked at.
  @inline(__always)
  var plainMethod: Int {
    contentType == .grpc && httpMethod == .post && failure == nil && sawPath && unknownEncoding == nil ? method : -1
  }

  func verdict() -> Verdict {
    if contentType != .grpc || httpMethod != .post {
      guard contentType != .grpc, web?.form != nil else {
        return .notGRPC(httpStatus: httpMethod == .post ? 415 : 405)
      }
    }
    if let failure { return .failed(failure) }
    guard sawPath, method >= 0 else {
      return .failed(RPCError(.unimplemented, "method \(unknownPath ?? "(no path)") is not implemented here"))
    }
    if let unknownEncoding {
      return .failed(
        RPCError(
          .unimplemented,
          "messages compressed with \"\(unknownEncoding)\" cannot be read: use one of \(MessageEncoding.accepted)"))
    }
    return .accepted(method: method)
  }

  mutating func accept() { isAccepted = true }

  mutating func refuse() { isAccepted = false }

  /// As before the first field. What is nil or empty already, as after a plain call, is not let go of again: each of
  /// these would cost a retain and a release.
  mutating func clear() {
    guard metadata.isEmpty, web == nil, unknownPath == nil, unknownEncoding == nil, failure == nil else {
      self = RequestHead()
      return
    }
    method = -1
    timeout = nil
    encoding = .identity
    accepts = AcceptedEncodings()
    httpMethod = .other
    contentType = .missing
    sawPath = false
    listBytes = 0
    listCount = 0
    isAccepted = false
  }

  private mutating func receivePseudo(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, methods: MethodPaths
  ) {
    if name.equals(":path") {
      sawPath = true
      method = methods.find(value)
      if method < 0 {
        unknownPath = value.prefix(256).text
        receiveWebPath(value)
      }
    } else if name.equals(":method") {
      httpMethod =
        value.equals("POST") ? .post : value.equals("GET") ? .get : value.equals("OPTIONS") ? .options : .other
    }
  }

  private mutating func receiveProtocol(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    if name.equals("grpc-timeout") {
      timeout = GRPCTimeout.parse(value)
      if timeout == nil { fail(.internal, "grpc-timeout \"\(value.prefix(32).text)\" is malformed") }
    } else if name.equals("grpc-encoding") {
      if let known = MessageEncoding(headerValue: value) {
        encoding = known
      } else {
        unknownEncoding = value.prefix(32).text
      }
    } else if name.equals("grpc-accept-encoding") {
      for item in value.split(separator: 0x2c) {
        let item = UnsafeRawBufferPointer(rebasing: item).trimmingSpaces
        if let encoding = MessageEncoding(headerValue: item) { accepts.insert(encoding) }
      }
    } else if name.equals("grpc-trace-bin") || name.equals("grpc-tags-bin") {
      receiveMetadata(name: name, value: value)
    }
  }

  private mutating func receiveMetadata(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    if name.equals("host") || name.equals("content-length") { return }
    guard name.hasSuffix("-bin") else {
      metadata.addReceived(name: name.text, value: .text(value.text))
      return
    }
    let text = name.text
    // One field may hold several values (grpc/doc/PROTOCOL-HTTP2.md, "Custom-Metadata").
    for item in value.split(separator: 0x2c, omittingEmptySubsequences: false) {
      guard let bytes = MetadataBase64.decode(UnsafeRawBufferPointer(rebasing: item).trimmingSpaces) else {
        fail(.internal, "metadata \"\(text)\" is not Base64")
        return
      }
      metadata.addReceived(name: text, value: .binary(bytes))
    }
  }

  private mutating func fail(_ code: StatusCode, _ message: String) { fail(RPCError(code, message)) }

  // MARK: - For web protocols

  mutating func fail(_ error: RPCError) {
    if failure == nil { failure = error }
  }

  mutating func setMethod(_ index: Int) { method = index }

  mutating func setTimeout(_ nanoseconds: Int64?) { timeout = nanoseconds }

  mutating func setEncoding(_ encoding: MessageEncoding?, named name: String) {
    if let encoding { self.encoding = encoding } else { unknownEncoding = name }
  }

  /// `application/grpc`, alone or with `+proto` or parameters. Other codecs (`+json`) are not served.
  static func isGRPC(_ value: UnsafeRawBufferPointer) -> Bool {
    guard value.hasPrefix("application/grpc") else { return false }
    let rest = UnsafeRawBufferPointer(rebasing: value[16...])
    guard let next = rest.first else { return true }
    if next == 0x3b { return true }
    guard rest.hasPrefix("+proto") else { return false }
    return rest.count == 6 || rest[6] == 0x3b
  }
}

extension UnsafeRawBufferPointer {
  var trimmingSpaces: UnsafeRawBufferPointer {
    var start = 0
    var end = count
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
    while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[start..<end])
  }
}

extension Slice where Base == UnsafeRawBufferPointer {
  var text: String { String(decoding: self, as: UTF8.self) }
}

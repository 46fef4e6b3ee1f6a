// One header block of a response, read from bytes as they come: initial headers, trailers, or both in one.

/// What a header block of a response said.
struct ResponseHead {
  private(set) var httpStatus: Int?
  private(set) var isGRPC = false
  private(set) var status: StatusCode?
  private(set) var message = ""
  private(set) var details: [UInt8]?
  private(set) var encoding: MessageEncoding = .identity
  private(set) var unknownEncoding: String?
  private(set) var pushback = RetryPushback.none
  private(set) var metadata = Metadata()
  private var listBytes = 0
  private var listCount = 0
  private(set) var failure: RPCError?

  static func tooLong(_ limits: CallLimits) -> RPCError {
    RPCError(
      .resourceExhausted,
      "response headers are longer than \(limits.maxHeaderListBytes) bytes or more than \(limits.maxHeaderCount)")
  }

  mutating func receive(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, limits: CallLimits) {
    listBytes += name.count + value.count + 32
    listCount += 1
    guard listBytes <= limits.maxHeaderListBytes, listCount <= limits.maxHeaderCount else {
      if failure == nil { failure = Self.tooLong(limits) }
      return
    }
    if name.equals(":status") {
      httpStatus = Int(value.text)
    } else if name.equals("content-type") {
      isGRPC = RequestHead.isGRPC(value)
    } else if name.equals("grpc-status") {
      status = StatusCode(headerValue: value) ?? .unknown
    } else if name.equals("grpc-message") {
      message = PercentEncoding.decode(value)
    } else if name.equals("grpc-status-details-bin") {
      details = MetadataBase64.decode(value)
    } else if name.equals("grpc-retry-pushback-ms") {
      pushback = RetryPushback(value.text)
    } else if name.equals("grpc-encoding") {
      if let known = MessageEncoding(headerValue: value) { encoding = known } else { unknownEncoding = value.text }
    } else if name.hasSuffix("-bin") {
      for item in value.split(separator: 0x2c, omittingEmptySubsequences: false) {
        guard let bytes = MetadataBase64.decode(UnsafeRawBufferPointer(rebasing: item).trimmingSpaces) else { continue }
        metadata.addReceived(name: name.text, value: .binary(bytes))
      }
    } else if !name.hasPrefix(":"), !name.hasPrefix("grpc-") {
      metadata.addReceived(name: name.text, value: .text(value.text))
    }
  }

  /// Why the response cannot be one of gRPC, nil if it can. For a block that opens a response.
  var refusal: RPCError? {
    if let failure { return failure }
    if status != nil { return nil }
    guard httpStatus == 200 else {
      let code = httpStatus ?? 0
      return RPCError(StatusCode(httpStatus: code), "the server answered with HTTP status \(code) and no grpc-status")
    }
    guard isGRPC else { return RPCError(.unknown, "the server's answer is not of content type application/grpc") }
    if let unknownEncoding {
      return RPCError(
        .internal, "the server compresses its messages with \"\(unknownEncoding)\", which was not offered")
    }
    return nil
  }

  /// The outcome that trailers tell; nil for OK.
  func outcome() -> RPCError? {
    if let failure { return failure }
    guard let status else { return RPCError(.unknown, "the server ended the call without grpc-status") }
    guard status != .ok else { return nil }
    return RPCError(status, message, details: details.flatMap(StatusDetails.decode) ?? [], metadata: metadata)
  }
}

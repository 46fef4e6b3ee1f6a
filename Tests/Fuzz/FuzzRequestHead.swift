// Header fields of a request, in any order and with any values, and a body of whatever web protocol they name.

import ProtobufRuntime

@testable import LoyaltyRPC

enum RequestHeadFuzz {
  private static let names = [
    ":path", ":method", ":scheme", ":authority", "content-type", "te", "user-agent", "grpc-timeout", "grpc-encoding",
    "grpc-accept-encoding", "grpc-trace-bin", "x-text", "x-bytes-bin", "origin", "accept", "accept-encoding",
    "content-encoding", "content-length", "connect-timeout-ms", "connect-protocol-version", "connect-content-encoding",
    "connect-accept-encoding", "access-control-request-method", "access-control-request-headers", "x-grpc-web",
  ].map { Array($0.utf8) }

  /// Values that mean something, so that they need not be guessed.
  private static let values = [
    "/fuzz.Service/Call", "/fuzz.Service/Other", "/fuzz.Service/Call?encoding=json&message=%7B%7D",
    "/fuzz.Service/Call?connect=v1&encoding=proto&base64=1&message=AAE&compression=gzip", "POST", "GET", "OPTIONS",
    "application/grpc", "application/grpc+proto", "application/grpc-web", "application/grpc-web-text",
    "application/json",
    "application/proto", "application/connect+json", "application/connect+proto", "gzip", "identity, deflate", "1",
    "1000m", "https://desk.example.com",
  ].map { Array($0.utf8) }

  private static let paths = MethodPaths([Array("/fuzz.Service/Call".utf8), Array("/fuzz.Service/Other".utf8)])

  /// Two bytes, and a value of its own if the second says so, are a field; the byte 255 ends them, the rest is the body.
  static func run(_ bytes: [UInt8]) {
    var limits = CallLimits()
    limits.maxReceivedMessageBytes = 1_000
    limits.maxHeaderCount = 32
    limits.maxHeaderListBytes = 2_000
    var head = RequestHead()
    var size = 0
    var count = 0
    var index = 0
    while index + 1 < bytes.count, bytes[index] != 255 {
      let name = names[Int(bytes[index]) % names.count]
      let choice = Int(bytes[index + 1])
      index += 2
      var value = values[choice % values.count]
      if choice >= 128 {
        let length = min(choice - 128, bytes.count - index)
        value = Array(bytes[index..<index + length])
        index += length
      }
      size += name.count + value.count + 32
      count += 1
      name.withUnsafeBytes { name in
        value.withUnsafeBytes { head.receive(name: name, value: $0, methods: paths, limits: limits.ofHeaders) }
      }
    }
    if let web = head.web { head.settleWeb(web, paths, limits) }
    check(head, limits, isOverLimit: size > limits.maxHeaderListBytes || count > limits.maxHeaderCount)
    if let web = head.web, web.form != nil { read(web, Array(bytes[min(index + 1, bytes.count)...]), limits) }
    head.clear()
    guard "\(head)" == "\(RequestHead())" else { fatalError("something of a head is left when it is cleared") }
  }

  private static func check(_ head: RequestHead, _ limits: CallLimits, isOverLimit: Bool) {
    switch head.verdict() {
    case .accepted(let method):
      if isOverLimit { fatalError("headers beyond the limit are accepted") }
      if method != 0, method != 1 { fatalError("method \(method) does not exist") }
      if head.web?.form == nil, head.httpMethod != .post { fatalError("a plain call that is no POST is accepted") }
    case .failed(let error): if error.code == .ok { fatalError("a failure is OK") }
    case .notGRPC(let status): if status != 405, status != 415 { fatalError("HTTP status \(status)") }
    }
    if let timeout = head.timeout, !(0...GRPCTimeout.longest).contains(timeout) {
      fatalError("a time-out of \(timeout) ns")
    }
    var held = 0
    for entry in head.metadata.entries {
      switch entry.value {
      case .text(let text):
        if entry.name.hasSuffix("-bin") { fatalError("\(entry.name) has text") }
        held += text.utf8.count
      case .binary(let value):
        if !entry.name.hasSuffix("-bin") { fatalError("\(entry.name) has bytes") }
        held += value.count
      }
    }
    // A byte that is no UTF-8 becomes three.
    if held > 3 * limits.maxHeaderListBytes { fatalError("\(held) bytes of metadata are kept") }
  }

  private static func read(_ web: WebRequest, _ body: [UInt8], _ limits: CallLimits) {
    var deframer = MessageDeframer(limit: limits.maxReceivedMessageBytes)
    let runs = try? body.withUnsafeBytesTyped { (raw) throws(RPCError) in try web.body.receive(raw, &deframer) }
    for message in (runs ?? []).flatMap(\.messages) where message.count > limits.maxReceivedMessageBytes {
      fatalError("a message of \(message.count) bytes")
    }
    if web.body.takeWhole().count > limits.maxReceivedMessageBytes {
      fatalError("a body of more than the limit is kept")
    }
  }
}

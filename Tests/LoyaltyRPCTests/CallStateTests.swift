// The states of a call and what request and response headers say, as values without a socket.

import Testing

@testable import LoyaltyRPC

@Suite struct CallStateTests {
  private func receive(
    _ fields: [(String, String)], limits: CallLimits = .defaults
  ) -> RequestHead {
    let methods = MethodTable(EchoService().methods.map { ServedMethod($0, index: 0, needsCertificate: false) })
    var head = RequestHead()
    for (name, value) in fields {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes { value in
          head.receive(name: name, value: value, methods: methods.paths, limits: limits.ofHeaders)
        }
      }
    }
    return head
  }

  private let plain = [
    (":method", "POST"), (":scheme", "https"), (":path", "/test.v1.Echo/Join"), (":authority", "localhost"),
    ("te", "trailers"), ("content-type", "application/grpc"),
  ]

  @Test func aWellFormedRequestIsAccepted() {
    let head = receive(plain + [("grpc-timeout", "2S"), ("x-a", "1"), ("x-b-bin", "AAE,AgM=")])
    #expect(head.verdict() == .accepted(method: 2))
    #expect(head.timeout == 2_000_000_000)
    #expect(head.metadata["x-a"] == "1")
    #expect(head.metadata.values("x-b-bin") == [.binary([0, 1]), .binary([2, 3])])
  }

  @Test(arguments: [
    ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;charset=utf-8", true),
    ("application/grpc+json", false), ("application/grpcx", false), ("application/json", false), ("", false),
  ]) func onlyProtobufOverGRPCIsServed(_ contentType: String, _ isServed: Bool) {
    let head = receive(plain.dropLast() + [("content-type", contentType)])
    #expect(head.verdict() == (isServed ? .accepted(method: 2) : .notGRPC(httpStatus: 415)))
  }

  @Test func otherMethodsThanPostAreNotGRPC() {
    #expect(receive([(":method", "GET")] + plain.dropFirst()).verdict() == .notGRPC(httpStatus: 405))
  }

  @Test(arguments: ["/test.v1.Echo/Nothing", "/test.v1.Echo/join", "/", "", "/test.v1.Echo/Join/"])
  func aPathThatIsNotServedIsUnimplemented(_ path: String) {
    let head = receive(plain.filter { $0.0 != ":path" } + [(":path", path)])
    #expect(head.verdict() == .failed(RPCError(.unimplemented, "method \(path) is not implemented here")))
  }

  @Test func malformedProtocolHeadersFailTheCall() {
    #expect(receive(plain + [("grpc-timeout", "soon")]).verdict() != .accepted(method: 2))
    #expect(receive(plain + [("x-bin", "!")]).verdict() != .accepted(method: 2))
    guard case .failed(let error) = receive(plain + [("grpc-encoding", "snappy")]).verdict() else {
      Issue.record("an unknown encoding was accepted")
      return
    }
    #expect(error.code == .unimplemented)
  }

  @Test func longAndManyHeadersFailTheCallAndAreNotKept() {
    let long = receive(plain + [("x-long", String(repeating: "a", count: 20_000))])
    #expect(long.metadata.isEmpty)
    guard case .failed(let error) = long.verdict() else {
      Issue.record("20,000 bytes of headers were accepted")
      return
    }
    #expect(error.code == .resourceExhausted)
    let many = receive(plain + (0..<1_000).map { ("x\($0)", "") })
    #expect(many.metadata.entries.count <= CallLimits.defaults.maxHeaderCount)
    guard case .failed(let error) = many.verdict() else {
      Issue.record("1,000 header fields were accepted")
      return
    }
    #expect(error.code == .resourceExhausted)
  }

  @Test func aCallThatTakesOneMessageTakesNoneAndTwoAmiss() throws {
    var state = ServerCallState(kind: .unary)
    try state.receiveMessages(1)
    #expect(throws: RPCError.self) { try state.receiveMessages(1) }
    var empty = ServerCallState(kind: .serverStreaming)
    #expect(throws: RPCError.self) { try empty.receiveEnd(isBetweenMessages: true) }
    var cut = ServerCallState(kind: .clientStreaming)
    #expect(throws: RPCError.self) { try cut.receiveEnd(isBetweenMessages: false) }
    var none = ServerCallState(kind: .clientStreaming)
    try none.receiveEnd(isBetweenMessages: true)
  }

  @Test func aResponseIsHeadersThenMessagesThenOneStatus() {
    var state = ServerCallState(kind: .serverStreaming)
    // Whether headers go before it; nil once the call has ended.
    let messages = [state.sendMessage(), state.sendMessage()]
    let statuses = [state.sendStatus(), state.sendStatus()]
    let late = state.sendMessage()
    #expect(messages == [true, false])
    #expect(statuses == [false, nil])
    #expect(late == nil)
    var refused = ServerCallState(kind: .unary)
    let isAlone = refused.sendStatus()
    let sendsHeaders = refused.sendHeaders()
    #expect(isAlone == true)
    #expect(!sendsHeaders)
  }

  private func response(_ fields: [(String, String)]) -> ResponseHead {
    var head = ResponseHead()
    for (name, value) in fields {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes { value in head.receive(name: name, value: value, limits: .defaults) }
      }
    }
    return head
  }

  @Test func anHTTPErrorIsAStatusOfItsKind() {
    for (status, code) in [
      ("401", StatusCode.unauthenticated), ("404", .unimplemented), ("503", .unavailable), ("418", .unknown),
    ] {
      #expect(response([(":status", status), ("content-type", "text/html")]).refusal?.code == code)
    }
    #expect(response([(":status", "200"), ("content-type", "text/html")]).refusal?.code == .unknown)
    #expect(response([(":status", "200"), ("content-type", "application/grpc")]).refusal == nil)
    #expect(
      response([(":status", "200"), ("grpc-status", "5"), ("grpc-message", "no%20such")]).outcome()
        == RPCError(.notFound, "no such"))
    #expect(response([("grpc-status", "99")]).outcome()?.code == .unknown)
    #expect(response([]).outcome()?.code == .unknown)
    #expect(response([("grpc-status", "0")]).outcome() == nil)
  }

  @Test(arguments: [
    ("a:1", "a", 1), ("[::1]:8443", "::1", 8443), ("dns:///host:80", "host", 80), ("dns:host:80", "host", 80),
  ]) func aTargetIsHostAndPort(_ text: String, _ host: String, _ port: Int) throws {
    let target = try ClientTarget(text)
    #expect(target.host == host)
    #expect(target.port == port)
  }

  @Test(arguments: ["", "host", "host:", ":1", "host:0", "host:65536", "::1:1", "host:x"]) func otherTextIsNoTarget(
    _ text: String
  ) {
    #expect(throws: RPCClientError.badTarget(text)) { try ClientTarget(text) }
  }

  @Test func metadataRefusesWhatMayNotBeSent() {
    var metadata = Metadata()
    #expect(throws: MetadataError.reservedName("grpc-status")) { try metadata.add("x", for: "grpc-status") }
    #expect(throws: MetadataError.invalidName("Upper")) { try metadata.add("x", for: "Upper") }
    #expect(throws: MetadataError.textUnderBinaryName("a-bin")) { try metadata.add("x", for: "a-bin") }
    #expect(throws: MetadataError.bytesUnderTextName("a")) { try metadata.add([1], for: "a") }
    #expect(throws: MetadataError.valueNotPrintableASCII(name: "a", byte: 10)) { try metadata.add("x\ny", for: "a") }
    #expect(metadata.isEmpty)
  }
}

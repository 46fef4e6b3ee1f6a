// What requests of the web protocols say and how their bodies become messages, as values without a socket.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite struct WebProtocolTests {
  private let methods: MethodTable = {
    let quiet = MethodDescriptor(
      service: EchoService.serviceName, method: "Look", kind: .unary, isIdempotent: true, hasNoSideEffects: true)
    let echo = EchoService()
    return MethodTable(
      (echo.methods + [.unary(quiet, echo.say)]).map { ServedMethod($0, index: 0, needsCertificate: false) })
  }()

  private func receive(_ fields: [(String, String)]) throws -> (head: RequestHead, web: WebRequest) {
    var head = RequestHead()
    for (name, value) in fields {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes { value in
          head.receive(name: name, value: value, methods: methods.paths, limits: .defaults)
        }
      }
    }
    let web = try #require(head.web)
    head.settleWeb(web, methods.paths, .defaults)
    return (head, web)
  }

  private func post(_ path: String, _ fields: [(String, String)]) throws -> (head: RequestHead, web: WebRequest) {
    try receive([(":method", "POST"), (":path", path), (":scheme", "https")] + fields)
  }

  @Test(arguments: [
    "application/json", "application/json; charset=utf-8", "Application/JSON", "application/proto",
    "application/connect+json", "application/connect+proto", "application/grpc-web", "application/grpc-web+proto",
    "application/grpc-web+json", "application/grpc-web-text", "application/grpc-web-text+proto",
  ]) func eachContentTypeIsServed(_ type: String) throws {
    let (head, web) = try post("/test.v1.Echo/Say", [("content-type", type)])
    #expect(head.verdict() == .accepted(method: 0))
    #expect(web.form != nil)
  }

  @Test(arguments: ["text/plain", "application/jsonp", "application/connect", "application/grpc-web+thrift", ""])
  func otherContentTypesAreNot(_ type: String) throws {
    let (head, _) = try post("/test.v1.Echo/Say", [("content-type", type)])
    #expect(head.verdict() == .notGRPC(httpStatus: 415))
  }

  @Test func fieldsOfTheProtocolsAreNoMetadata() throws {
    let (head, web) = try post(
      "/test.v1.Echo/Say",
      [
        ("content-type", "application/json"), ("connect-protocol-version", "1"), ("connect-timeout-ms", "1500"),
        ("accept-encoding", "br, gzip;q=0.5"), ("content-encoding", "gzip"), ("origin", "https://desk.example.com"),
        ("accept", "*/*"), ("accept-language", "zh-CN"), ("x-user-agent", "grpc-web-javascript/0.1"), ("x-mine", "1"),
        ("content-length", "12"),
      ])
    #expect(head.metadata.entries.map(\.name) == ["accept-language", "x-mine"])
    #expect(head.timeout == 1_500_000_000)
    #expect(head.encoding == .gzip)
    #expect(web.form?.takesGzip == true)
    #expect(web.origin == "https://desk.example.com")
  }

  @Test(arguments: [
    [("connect-protocol-version", "2")], [("connect-timeout-ms", "soon")], [("connect-timeout-ms", "12345678901")],
    [("content-encoding", "br")], [("x-bin", "!")],
  ]) func malformedFieldsFailTheCall(_ fields: [(String, String)]) throws {
    let (head, _) = try post("/test.v1.Echo/Say", [("content-type", "application/json")] + fields)
    guard case .failed = head.verdict() else {
      Issue.record("\(fields) was accepted")
      return
    }
  }

  @Test func plainGRPCKeepsNothingOfTheWeb() throws {
    var head = RequestHead()
    for (name, value) in [
      (":method", "POST"), (":path", "/test.v1.Echo/Say"), ("content-type", "application/grpc"),
      ("accept-encoding", "gzip"),
    ] {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes {
          head.receive(name: name, value: $0, methods: methods.paths, limits: .defaults)
        }
      }
    }
    #expect(head.web == nil)
    #expect(head.verdict() == .accepted(method: 0))
  }

  // MARK: - GET

  private func get(_ query: String) throws -> (head: RequestHead, web: WebRequest) {
    try receive([(":method", "GET"), (":path", "/test.v1.Echo/Look?" + query)])
  }

  @Test(arguments: [
    ("encoding=json&message=%22a%20b%22", #""a b""#), ("message=%22a+b%22&encoding=json&connect=v1", #""a b""#),
    ("encoding=json&base64=1&message=ImEgYiI", #""a b""#), ("encoding=json&base64=1&message=ImEgYiI%3D", #""a b""#),
    ("encoding=proto&message=", ""),
  ]) func aQueryIsARequest(_ query: String, _ message: String) throws {
    var (head, web) = try get(query)
    #expect(head.verdict() == .accepted(method: 4))
    #expect(String(decoding: web.body.takeWhole(), as: UTF8.self) == message)
    head.accept()
  }

  @Test(arguments: [
    "", "encoding=json", "message=x", "encoding=xml&message=x", "encoding=json&message=%2", "encoding=json&message=%zz",
    "encoding=json&base64=1&message=*", "encoding=json&message=x&connect=v2", "&&&==&",
  ]) func aMalformedQueryIsAnInvalidArgument(_ query: String) throws {
    let (head, _) = try get(query)
    guard case .failed(let error) = head.verdict() else {
      Issue.record("\(query) was accepted")
      return
    }
    #expect(error.code == .invalidArgument)
  }

  @Test func aPostWithAQueryIsNoMethod() throws {
    let (head, _) = try post("/test.v1.Echo/Say?x=1", [("content-type", "application/json")])
    guard case .failed(let error) = head.verdict() else {
      Issue.record("a path with a query was taken for a method")
      return
    }
    #expect(error.code == .unimplemented)
  }

  // MARK: - Bodies

  @Test func base64CutAnywhereGivesTheSameBytes() throws {
    let message = Array("the same bytes, whatever the cuts".utf8)
    let framed = MessageFrame.make(message, flags: 0)
    let text = Base64.encode(framed[..<4]) + Base64.encode(framed[4..<11]) + Base64.encode(framed[11...])
    for step in 1...text.count {
      var body = WebBody(.framedBase64, limit: 1 << 20)
      var deframer = MessageDeframer(limit: 1 << 20)
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: text.count, by: step) {
        let piece = Array(text[start..<min(start + step, text.count)])
        let runs = try piece.withUnsafeBytesTyped { (raw) throws(RPCError) in try body.receive(raw, &deframer) }
        found += runs.flatMap { $0.messages.map(\.bytes) }
      }
      #expect(found == [message])
      #expect(body.isBetweenGroups)
    }
  }

  @Test func aWholeBodyIsBounded() {
    var body = WebBody(.whole, limit: 10)
    var deframer = MessageDeframer(limit: 10)
    #expect(throws: RPCError.self) {
      for _ in 0..<3 {
        _ = try [UInt8](repeating: 0, count: 4).withUnsafeBytesTyped { (raw) throws(RPCError) in
          try body.receive(raw, &deframer)
        }
      }
    }
  }

  // MARK: - Origins and errors

  @Test(arguments: [
    "https://desk.example.com", "https://desk.example.com:8443", "http://localhost:5173", "https://[::1]:1",
  ])
  func anOriginIsSchemeHostAndPort(_ origin: String) {
    #expect(CORSPolicy.problem(with: origin) == nil)
  }

  @Test(arguments: [
    "*", "", "desk.example.com", "https://", "https://Desk.example.com", "https://a/", "ftp://a", "null",
  ])
  func whatIsNoOriginIsSaid(_ origin: String) {
    #expect(CORSPolicy.problem(with: origin)?.isEmpty == false)
  }

  @Test func everyCodeHasTheStatusOfTheSpecification() {
    // https://connectrpc.com/docs/protocol, "Error Codes"
    let table: [(StatusCode, String, Int)] = [
      (.cancelled, "canceled", 499), (.unknown, "unknown", 500), (.invalidArgument, "invalid_argument", 400),
      (.deadlineExceeded, "deadline_exceeded", 504), (.notFound, "not_found", 404),
      (.alreadyExists, "already_exists", 409), (.permissionDenied, "permission_denied", 403),
      (.resourceExhausted, "resource_exhausted", 429), (.failedPrecondition, "failed_precondition", 400),
      (.aborted, "aborted", 409), (.outOfRange, "out_of_range", 400), (.unimplemented, "unimplemented", 501),
      (.internal, "internal", 500), (.unavailable, "unavailable", 503), (.dataLoss, "data_loss", 500),
      (.unauthenticated, "unauthenticated", 401),
    ]
    #expect(table.count + 1 == StatusCode.allCases.count)
    for (code, name, status) in table {
      #expect(ConnectError.name(code) == name)
      #expect(ConnectError.httpStatus(code) == status)
    }
  }

  @Test func theEndOfAStreamHasItsMetadata() throws {
    var trailers = Metadata()
    try trailers.add("1", for: "x-a")
    try trailers.add("2", for: "x-a")
    try trailers.add([0, 1, 2], for: "x-b-bin")
    let end = ConnectError.endOfStream(nil, trailers: trailers, JSONMapping(types: []))
    #expect(String(decoding: end, as: UTF8.self) == #"{"metadata":{"x-a":["1","2"],"x-b-bin":["AAEC"]}}"#)
  }
}

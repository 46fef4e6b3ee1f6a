// Calls by Connect and gRPC-Web over a loopback socket. The client is curl.

import Foundation
import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(2))) struct WebCallTests {
  /// What curl got of a response.
  struct Answer {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Flags and bytes of each frame of the body; nil if it is cut off within one.
    var frames: [(flags: UInt8, text: String)]? {
      var found: [(flags: UInt8, text: String)] = []
      var rest = body[...]
      while !rest.isEmpty {
        guard rest.count >= 5 else { return nil }
        let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 5 + length, let flags = rest.first else { return nil }
        found.append((flags, String(decoding: rest.dropFirst(5).prefix(length), as: UTF8.self)))
        rest = rest.dropFirst(5 + length)
      }
      return found
    }
  }

  private func frame(_ text: String, flags: UInt8 = 0) -> [UInt8] { MessageFrame.make(Array(text.utf8), flags: flags) }

  /// Posts `body` with curl.
  private func post(
    _ server: RPCServer, _ path: String, _ type: String, _ body: [UInt8], _ options: String = ""
  ) async throws -> Answer {
    let certificates = try TestCertificates.shared.get()
    let file = "\(certificates.folder)/body-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(body).write(to: URL(filePath: file))
    let output = try await runAside(
      "curl -sS -i --max-time 60 --cacert \(certificates.folder)/authority.pem -H 'content-type: \(type)' "
        + "--data-binary @\(file) \(options) https://127.0.0.1:\(server.boundPort ?? 0)/\(path) | base64 -w0")
    return try answer(output)
  }

  private func answer(_ base64: String) throws -> Answer {
    let bytes = Array(try #require(Data(base64Encoded: base64)))
    let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
    var answer = Answer()
    answer.body = Array(bytes[end.upperBound...])
    for line in String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n") {
      if line.hasPrefix("HTTP/2 ") {
        answer.status = Int(line.dropFirst(7).prefix(3)) ?? 0
      } else if let colon = line.firstRange(of: ": ") {
        answer.headers[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
      }
    }
    return answer
  }

  @Test func aUnaryCallInJSONIsABodyEachWay() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""hello""#.utf8))
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "application/json")
      #expect(answer.text == #""hello""#)
    }
  }

  @Test func aHandlerThatSuspendsAnswersToo() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(
        server, "test.v1.Echo/Say", "application/json; charset=utf-8", Array(#""suspend""#.utf8))
      #expect(answer.text == #""suspend""#)
    }
  }

  @Test func metadataArrivesAsHeadersAndTrailersAsHeadersWithAPrefix() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(
        server, "test.v1.Echo/Say", "application/json", Array(#""metadata""#.utf8), "-H 'x-a: 1' -H 'x-b-bin: AAEC'")
      #expect(answer.headers["x-initial"] == "first")
      #expect(answer.headers["trailer-x-a"] == "1")
      #expect(answer.headers["trailer-x-b-bin"] == "AAEC")
    }
  }

  @Test func anErrorOfAHandlerHasItsStatusAndDetails() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""fail""#.utf8))
      #expect(answer.status == 400)
      #expect(
        answer.text
          == #"{"code":"failed_precondition","message":"not enough: 积分不足 100%","details":[{"type":"google.rpc.ErrorInfo","#
          + #""value":"CgdUT09fRkVXEgR0ZXN0GgkKBGhhdmUSATM","#
          + #""debug":{"reason":"TOO_FEW","domain":"test","metadata":{"have":"3"}}}]}"#)
      let other = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""throw""#.utf8))
      #expect(other.status == 500)
      #expect(other.text == #"{"code":"unknown","message":"the handler failed"}"#)
    }
  }

  @Test func aCallThatIsOutOfTimeIsAnsweredSo() async throws {
    try await withEcho { _, echo, server in
      let answer = try await post(
        server, "test.v1.Echo/Say", "application/json", Array(#""wait""#.utf8), "-H 'connect-timeout-ms: 300'")
      #expect(answer.status == 504)
      #expect(answer.text.contains("deadline_exceeded"))
      var cancelled = echo.cancelled.stream.makeAsyncIterator()
      let what = await cancelled.next()
      #expect(what == "wait")
    }
  }

  @Test func aHeldReplyWaitsForItsGateWhateverTheProtocol() async throws {
    try await withEcho { _, echo, server in
      let opener = Task {
        var started = echo.started.stream.makeAsyncIterator()
        for _ in 0..<3 {
          guard let text = await started.next(), let position = UInt64(text.dropFirst(5)) else { return }
          echo.gate.advance(to: position)
        }
      }
      let plain = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""hold 1""#.utf8))
      #expect(plain.text == #""hold 1""#)
      let message = ProtobufStringValue(value: "hold 2").serializedBytes()
      let web = try await post(server, "test.v1.Echo/Say", "application/grpc-web", MessageFrame.make(message, flags: 0))
      #expect(web.frames?.map(\.flags) == [0, 0x80])
      _ = opener
    }
  }

  @Test func aLongReplyInJSONArrivesWhole() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""big 3000000""#.utf8))
      #expect(answer.body.count == 3_000_002)
      let packed = try await post(
        server, "test.v1.Echo/Say", "application/json", Array(#""big 3000000""#.utf8), "--compressed")
      #expect(packed.headers["content-encoding"] == "gzip")
      #expect(packed.body.count == 3_000_002)
    }
  }

  @Test func aStreamInJSONIsFramesAndAnEnd() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Count", "application/connect+json", frame(#""3""#))
      #expect(answer.headers["content-type"] == "application/connect+json")
      let frames = try #require(answer.frames)
      #expect(frames.map(\.text) == [#""0""#, #""1""#, #""2""#, "{}"])
      #expect(frames.map(\.flags) == [0, 0, 0, 2])
    }
  }

  @Test func aStreamEndsWithItsErrorAfterTheMessages() async throws {
    try await withEcho { _, _, server in
      let connect = try await post(server, "test.v1.Echo/Count", "application/connect+json", frame(#""2 then fail""#))
      let end = try #require(connect.frames)
      #expect(connect.status == 200)
      #expect(end.map(\.flags) == [0, 0, 2])
      #expect(end.last?.text == #"{"error":{"code":"aborted","message":"after 2"}}"#)
      let message = ProtobufStringValue(value: "2 then fail").serializedBytes()
      let web = try await post(
        server, "test.v1.Echo/Count", "application/grpc-web", MessageFrame.make(message, flags: 0))
      let trailers = try #require(web.frames)
      #expect(trailers.map(\.flags) == [0, 0, 0x80])
      #expect(trailers.last?.text == "grpc-status: 10\r\ngrpc-message: after 2\r\n")
      let text = try await post(
        server, "test.v1.Echo/Count", "application/grpc-web-text",
        Base64.encode(MessageFrame.make(message, flags: 0)))
      var decoded = text
      var groups = Base64Groups()
      decoded.body = try #require(text.body.withUnsafeBytes { groups.decode($0) })
      #expect(decoded.frames?.map(\.text) == trailers.map(\.text))
    }
  }

  @Test func aStreamOfManyMessagesArrivesInOrder() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Count", "application/connect+json", frame(#""20000""#))
      let frames = try #require(answer.frames)
      #expect(frames.count == 20_001)
      let isInOrder = zip(frames, 0..<20_000).allSatisfy { $0.text == "\"\($1)\"" }
      #expect(isInOrder)
    }
  }

  @Test func aStreamOfRequestsAndOneOfBothSidesAreServed() async throws {
    try await withEcho { _, _, server in
      let requests = (0..<500).flatMap { frame("\"\($0),\"") }
      let joined = try await post(server, "test.v1.Echo/Join", "application/connect+json", requests)
      #expect(joined.frames?.first?.text == "\"" + (0..<500).map { "\($0)," }.joined() + "\"")
      let chat = try await post(
        server, "test.v1.Echo/Chat", "application/connect+json", frame(#""a""#) + frame(#""b""#))
      #expect(chat.frames?.map(\.text) == [#""re: a""#, #""re: b""#, "{}"])
    }
  }

  @Test func aMalformedMessageOfAStreamEndsItWithAnError() async throws {
    try await withEcho { _, _, server in
      let answer = try await post(
        server, "test.v1.Echo/Join", "application/connect+json", frame(#""a""#) + frame("nonsense"))
      let frames = try #require(answer.frames)
      #expect(frames.map(\.flags) == [2])
      #expect(frames.first?.text.contains("invalid_argument") == true)
    }
  }

  @Test func interceptorsSeeWebCallsLikeAnyOther() async throws {
    try await withEcho(clientCertificate: true) { _, _, server in
      let answer = try await post(server, "test.v1.Echo/Say", "application/json", Array(#""x""#.utf8))
      #expect(answer.status == 401)
    }
  }
}

// What a client without HTTP/2 is told.

import Testing

@testable import LoyaltyRPC

@Suite struct HTTP1Tests {
  private let request = Array("GET /loyalty.v1.LoyaltyService/GetTier HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8)

  @Test func theAnswerComesOnceTheHeadIsCompleteWhereverItIsCut() {
    for step in 1...request.count {
      var refusal = HTTP1Refusal()
      var answers: [Int] = []
      for start in stride(from: 0, to: request.count, by: step) {
        let piece = request[start..<min(start + step, request.count)]
        if piece.withUnsafeBytes({ refusal.receive($0) }) == .answer { answers.append(start + piece.count) }
      }
      #expect(answers == [request.count])
    }
  }

  @Test func aHeadWithoutEndIsReadUpToTheLimit() {
    var refusal = HTTP1Refusal()
    let piece = [UInt8](repeating: 0x61, count: 1_000)
    var read = 0
    while piece.withUnsafeBytes({ refusal.receive($0) }) == .wait { read += piece.count }
    #expect((HTTP1Refusal.maxRequestBytes - 1_000...HTTP1Refusal.maxRequestBytes).contains(read))
  }

  @Test func aBodyBehindTheHeadIsReadUpToTheLimitAndAnsweredOnce() {
    var refusal = HTTP1Refusal()
    let piece = [UInt8](repeating: 0x61, count: 1_000)
    let first = request.withUnsafeBytes { refusal.receive($0) }
    #expect(first == .answer)
    var pieces = 0
    while piece.withUnsafeBytes({ refusal.receive($0) }) == .wait { pieces += 1 }
    #expect(pieces == (HTTP1Refusal.maxRequestBytes - request.count) / 1_000)
  }

  @Test func theAnswerSaysWhatIsSpokenHere() {
    let text = String(decoding: HTTP1Refusal.answer, as: UTF8.self)
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
    #expect(parts.count == 2)
    #expect(text.hasPrefix("HTTP/1.1 505 "))
    #expect(parts[0].contains("content-length: \(parts[1].utf8.count)"))
    #expect(parts[1].contains("HTTP/2"))
  }
}

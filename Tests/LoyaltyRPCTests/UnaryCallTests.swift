// Unary calls over TLS and HTTP/2 on a loopback socket, own client against own server.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite struct UnaryCallTests {
  @Test func aCallIsAnswered() async throws {
    try await withEcho { client, _, _ in
      let answer = try await client.say("hello 你好")
      #expect(answer == "hello 你好")
    }
  }
}

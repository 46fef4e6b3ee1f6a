// The methods as every stack in the comparison implements them: decode, a little arithmetic, encode.

import BenchSchema
import LoyaltyRPC

struct UnaryService: BenchHandler {
  var immediateMethods: [ServerMethod] { [.unary(BenchMethods.accrue, accrue), .unary(BenchMethods.echo, echo)] }

  func accrue(_ request: AccrueRequest, context: ServerContext) throws -> AccrueResponse {
    Self.answer(request.memberID, request.amountMinor)
  }

  func list(_ request: ListRequest, responses: ResponseWriter<AccrueResponse>, context: ServerContext) async throws {
    for number in 0..<Int64(request.count) { try await responses.send(Self.answer("M-0000123456", number * 100)) }
  }

  func chat(
    _ requests: RequestStream<AccrueRequest>, responses: ResponseWriter<AccrueResponse>, context: ServerContext
  ) async throws {
    for try await request in requests { try await responses.send(Self.answer(request.memberID, request.amountMinor)) }
  }

  func echo(_ request: Blob, context: ServerContext) throws -> Blob { request }

  private static func answer(_ member: String, _ amountMinor: Int64) -> AccrueResponse {
    let points = amountMinor / 100
    return AccrueResponse(
      memberID: member, points: points, balance: 12_345 + points, tier: "GOLD",
      lines: [Line(rule: "base", points: points, multiplier: 1.5)])
  }
}

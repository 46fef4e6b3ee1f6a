// The unary method as every stack in the comparison implements it: decode, a little arithmetic, encode.

import BenchSchema
import LoyaltyRPC

struct UnaryService: BenchHandler {
  func accrue(_ request: AccrueRequest, context: ServerContext) async throws -> AccrueResponse {
    let points = request.amountMinor / 100
    return AccrueResponse(
      memberID: request.memberID, points: points, balance: 12_345 + points, tier: "GOLD",
      lines: [Line(rule: "base", points: points, multiplier: 1.5)])
  }
}

// A bulletin of redemptions: what is fixed when it is published. Its lines are read from history.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: BulletinInput, _ request: inout Request) throws(Refusal) -> Record {
    guard input.key.count >= HashKey.byteCount, input.fromMs < input.untilMs, input.untilMs <= request.now else {
      throw Refusal(.commandInvalid, ["fromMs": "\(input.fromMs)", "untilMs": "\(input.untilMs)"])
    }
    return request.draft.finish(
      input: .bulletin(input),
      outcome: .bulletinPublished(
        BulletinOutcome(
          fromMs: input.fromMs, untilMs: input.untilMs, redemptions: input.redemptions, points: input.points)))
  }
}

// loyalty.v1.PublicationService: bulletins of redemptions that add up to the ledger and name nobody.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

/// Answers `loyalty.v1.PublicationService`.
struct PublicationHandlers: PublicationServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func publishBulletin(
    _ request: PublishBulletinRequest, context: ServerContext
  ) async throws -> PublishBulletinResponse {
    let call = try situation(context)
    var fields = RequestFields()
    let (from, until) = fields.checkPeriod(from: request.from, until: request.until, now: call.now)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { throw error }
    if let refusal = call.caller.refusal(for: .publishBulletin) {
      throw RPCError(refusal, language: call.language(policy: policy))
    }
    var sum = BulletinSum()
    try await telling {
      try await programme.forEachRecord(from: from, until: until) { _, record in sum.add(record) }
    }
    var random = SystemRandomNumberGenerator()
    let input = BulletinInput(
      fromMs: from, untilMs: until, key: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) },
      redemptions: sum.redemptions, points: sum.points)
    let answer = publish(input, key: request.idempotencyKey, call)
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    return try answer.result.get()
  }

  private func publish(
    _ input: BulletinInput, key: String, _ call: CallSituation
  ) -> Answer<PublishBulletinResponse> {
    decide(.bulletin(input), key: key, .publishBulletin, call).flatMap { accepted in
      guard case .bulletinPublished(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        PublishBulletinResponse(
          bulletinID: PublicName.bulletin(accepted.sequence), redemptions: outcome.redemptions, points: outcome.points,
          publishedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs)))
    }
  }

  func getBulletin(
    _ request: GetBulletinRequest, responses: ResponseWriter<GetBulletinResponse>, context: ServerContext
  ) async throws {
    let call = try situation(context)
    var fields = RequestFields()
    let id = fields.sequence(request.bulletinID, "bulletin_id", PublicName.bulletinPrefix)
    if let error = fields.error { throw error }
    if let refusal = call.caller.refusal(for: .look) {
      throw RPCError(refusal, language: call.language(policy: policy))
    }
    var bulletin: BulletinInput?
    try await telling {
      if case .bulletin(let input)? = try programme.history.record(at: id)?.input { bulletin = input }
    }
    guard let bulletin else {
      throw RPCError(Refusal(.bulletinUnknown, ["bulletin": "\(id)"]), language: call.language(policy: policy))
    }
    try await responses.send(
      GetBulletinResponse(
        part: .header(
          BulletinHeader(
            bulletinID: PublicName.bulletin(id), programmeID: policy.document.programme?.id ?? "",
            from: ProtobufTimestamp(unixMilliseconds: bulletin.fromMs),
            until: ProtobufTimestamp(unixMilliseconds: bulletin.untilMs)))))
    var sum = BulletinSum()
    var names: Set<String> = []
    try await telling {
      try await programme.forEachRecord(from: bulletin.fromMs, until: bulletin.untilMs) { _, record in
        guard let spent = sum.add(record) else { return }
        // 64 bits: among ten million members two share a pseudonym with a probability of 3 in 1,000,000.
        let pseudonym = String(KeyedDigest.hmac(spent.member, key: bulletin.key).prefix(16))
        names.insert(pseudonym)
        try await responses.send(
          GetBulletinResponse(
            part: .line(
              BulletinLine(
                pseudonym: pseudonym, day: policy.calendar.name(ofDayAt: record.timeMs), itemID: spent.item,
                quantity: spent.quantity, points: spent.points, tierID: spent.tier))))
      }
    }
    try await responses.send(
      GetBulletinResponse(
        part: .trailer(
          BulletinTrailer(
            lines: sum.lines, redemptions: sum.redemptions, points: sum.points, members: Int64(names.count)))))
  }
}

/// Redemptions of a period, read off the ledger's account of redeemed points, so that they add up to it.
struct BulletinSum {
  private(set) var lines: Int64 = 0
  private(set) var redemptions: Int64 = 0
  private(set) var points: Int64 = 0

  struct Spent {
    var member: String
    /// Empty for points spent on something that is no item.
    var item: String
    var quantity: Int64
    var points: Int64
    var tier: String
  }

  /// What a record spent or gave back; nil for a record that did neither.
  @discardableResult
  mutating func add(_ record: Record) -> Spent? {
    var points: Int64 = 0
    for posting in record.postings where posting.unit == .award && posting.account == .redeemed {
      points += posting.amount
    }
    guard points != 0, let member = record.members.first else { return nil }
    var spent = Spent(member: member, item: "", quantity: points > 0 ? 1 : -1, points: points, tier: "")
    if let outcome = record.redemptionResult {
      spent.item = outcome.item
      spent.quantity = points > 0 ? outcome.quantity : -outcome.quantity
      spent.tier = outcome.tier
    }
    lines += 1
    redemptions += points > 0 ? 1 : -1
    self.points += points
    return spent
  }
}

extension Record {
  /// The redemption that a record is about; nil if it is about none.
  var redemptionResult: RedemptionOutcome? {
    switch outcome {
    case .redeemed(let outcome): return outcome
    case .catalogueChanged(let outcome):
      if case .step(let step)? = outcome.outcome { return step.result }
      return nil
    default: return nil
    }
  }
}

extension CivilCalendar {
  /// A day as ISO 8601 writes it.
  func name(ofDayAt ms: Int64) -> String {
    let day = day(of: ms)
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
  }
}

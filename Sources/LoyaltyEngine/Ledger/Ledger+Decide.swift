// Deciding: what every command has in common. Nothing here changes the ledger; a refused command leaves no trace.

import LoyaltyMessages
import ProtobufRuntime

extension Ledger {
  /// Decides a command under the policy that is in effect at its time.
  ///
  /// - Parameters:
  ///   - now: Unix milliseconds. A time before the last record's is taken as that: the ledger's time never goes back.
  ///   - caller: whose keys these are, and the partner that issues points.
  public func decide(_ command: Command, now: Int64, caller: Caller) -> Decision {
    guard let policy = policies.inEffect(at: max(now, timeMs)) else {
      return .answer(.refused(Refusal(sequence == 0 ? .ledgerNotOpen : .policyNotInEffect)))
    }
    return decide(command, policy: policy, now: now, caller: caller)
  }

  /// Decides a command under a policy.
  ///
  /// - Parameters:
  ///   - now: Unix milliseconds. A time before the last record's is taken as that: the ledger's time never goes back.
  ///   - caller: whose keys these are, and the partner that issues points.
  public func decide(_ command: Command, policy: CompiledPolicy, now: Int64, caller: Caller) -> Decision {
    let now = min(max(now, timeMs), CivilCalendar.lastMs)
    guard sequence < FingerprintTable.maxValue - 1 else {
      return .answer(.refused(Refusal(.ledgerFull, ["records": "\(sequence)"])))
    }
    if sequence == 0 {
      guard case .opening = command.input else { return .answer(.refused(Refusal(.ledgerNotOpen))) }
    }
    do throws(Refusal) {
      var request = Request(
        draft: RecordDraft(sequence: sequence + 1, at: now, by: caller, under: policy), policy: policy, now: now,
        caller: caller)
      if !command.idempotencyKey.isEmpty {
        let fingerprint = fingerprint(of: command.input)
        if let accepted = try repeated(command, fingerprint: fingerprint, now: now, caller: caller) {
          return .answer(.repeated(accepted))
        }
        request.draft.record.set(key: command.idempotencyKey)
        request.draft.record.requestFingerprint = fingerprint
      }
      if let due = try decideDue(command.input, &request) { return due }
      if !caller.subject.isEmpty, needsSecondPerson(command.input, policy.ledger) {
        return .change(try propose(command.input, &request))
      }
      return .change(try decide(command.input, &request))
    } catch {
      return .answer(.refused(error))
    }
  }

  /// The service's own work, which may find nothing to do; nil for every other command.
  private func decideDue(_ input: Record.Input, _ request: inout Request) throws(Refusal) -> Decision? {
    let record: Record?
    switch input {
    case .expiry(let input): record = decide(input, &request)
    case .holdTimeout(let input): record = decide(input, &request)
    case .proposalTimeout(let input): record = decide(input, &request)
    case .pendingPost(let input): record = decide(input, &request)
    case .tierReview(let input): record = decide(input, &request)
    case .ticketsDue(let input): record = decide(input, &request)
    case .timeZones(let input): record = try decide(input, &request)
    case .day(let input): record = try decide(input, &request)
    case .outboxDue(let input): record = decide(input, &request)
    case .offersDue(let input): record = decide(input, &request)
    case .claimsDue(let input): record = decide(input, &request)
    default: return nil
    }
    return record.map(Decision.change) ?? .answer(.nothingToDo)
  }

  /// Decides what somebody asks for.
  func decide(_ input: Record.Input, _ request: inout Request) throws(Refusal) -> Record {
    switch input {
    case .opening(let input): try decide(input, &request)
    case .accrual(let input): try decide(input, &request)
    case .redemption(let input): try decide(input, &request)
    case .feedback(let input): try decide(input, &request)
    case .holdReservation(let input): try decide(input, &request)
    case .holdConfirmation(let input): try decide(input, &request)
    case .holdRelease(let input): try decide(input, &request)
    case .policyPublication(let input): try decide(input, &request)
    case .policyWithdrawal(let input): try decide(input, &request)
    case .entitlementUse(let input): try decide(input, &request)
    case .catalogue(let input): try decide(input, &request)
    case .partnership(let input): try decide(input, &request)
    case .bulletin(let input): try decide(input, &request)
    case .enrolment(let input): try decide(input, &request)
    case .profile(let input): try decide(input, &request)
    case .numberLink(let input): try decide(input, &request)
    case .status(let input): try decide(input, &request)
    case .accrualReversal(let input): try decide(input, &request)
    case .paymentReversal(let input): try decide(input, &request)
    case .adjustment(let input): try decide(input, &request)
    case .extension(let input): try decide(input, &request)
    case .reinstatement(let input): try decide(input, &request)
    case .transfer(let input): try decide(input, &request)
    case .merge(let input): try decide(input, &request)
    case .import(let input): try decide(input, &request)
    case .approval(let input): try decide(input, &request)
    case .ticket(let input): try decide(input, &request)
    case .improvement(let input): try decide(input, &request)
    case .survey(let input): try decide(input, &request)
    case .campaign(let input): try decide(input, &request)
    case .outboxFetch(let input): try decide(input, &request)
    case .outboxReceipts(let input): try decide(input, &request)
    case .clock(let input): decide(input, &request)
    case .erasure(let input): try decide(input, &request)
    case .claim(let input): try decide(input, &request)
    // Due work is asked for by itself.
    case .expiry, .holdTimeout, .proposalTimeout, .pendingPost, .tierReview, .ticketsDue, .timeZones, .day, .outboxDue,
      .offersDue, .claimsDue:
      throw Refusal(.commandInvalid)
    }
  }

  /// What a decision works with.
  struct Request {
    var draft: RecordDraft
    let policy: CompiledPolicy
    let now: Int64
    let caller: Caller
    /// Debt that this record has paid so far, by member.
    var debtPaid: [UInt32: Int64] = [:]
  }

  // MARK: - Idempotency

  /// The first answer, if this request has been accepted under its key.
  private func repeated(
    _ command: Command, fingerprint: UInt64, now: Int64, caller: Caller
  ) throws(Refusal) -> Accepted? {
    let key = keyFingerprint(
      command.idempotencyKey, method: command.input.method, subject: caller.subject, partner: caller.partner)
    guard let entry = keys.find(key), entry.timeMs + limits.idempotencyWindowMs > now else { return nil }
    guard entry.request == fingerprint else {
      throw Refusal(
        .idempotencyKeyReused, ["idempotencyKey": command.idempotencyKey, "firstUsedMs": "\(entry.timeMs)"])
    }
    guard let kept = try? KeptOutcome(serializedBytes: entry.outcome), let outcome = kept.outcome else { return nil }
    return Accepted(
      sequence: entry.sequence, timeMs: entry.timeMs, policyVersion: kept.policyVersion, outcome: outcome)
  }

  /// A key, scoped to the caller and the method. All certificates of a partner share its keys.
  func keyFingerprint(_ key: String, method: UInt64, subject: String, partner: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine(method)
    hash.combine(partner)
    hash.combine(partner.isEmpty ? subject : "")
    hash.combine(key)
    return hash.finish()
  }

  /// A request as it came. Equal requests have equal bytes: inputs have no maps and no unknown fields.
  private func fingerprint(of input: Record.Input) -> UInt64 {
    switch input {
    case .opening(let input): fingerprint(of: input)
    case .accrual(let input): fingerprint(of: input)
    case .redemption(let input): fingerprint(of: input)
    case .feedback(let input): fingerprint(of: input)
    case .expiry(let input): fingerprint(of: input)
    case .holdReservation(let input): fingerprint(of: input)
    case .holdConfirmation(let input): fingerprint(of: input)
    case .holdRelease(let input): fingerprint(of: input)
    case .holdTimeout(let input): fingerprint(of: input)
    case .policyPublication(let input): fingerprint(of: input)
    case .policyWithdrawal(let input): fingerprint(of: input)
    case .tierReview(let input): fingerprint(of: input)
    case .entitlementUse(let input): fingerprint(of: input)
    case .catalogue(let input): fingerprint(of: input)
    case .partnership(let input): fingerprint(of: input)
    // The same period under the same key is the same bulletin, whatever key of pseudonyms would have been its.
    case .bulletin(let input): fingerprint(of: BulletinInput(fromMs: input.fromMs, untilMs: input.untilMs))
    case .enrolment(let input): fingerprint(of: input)
    case .profile(let input): fingerprint(of: input)
    case .numberLink(let input): fingerprint(of: input)
    case .status(let input): fingerprint(of: input)
    // What history tells is no part of what was asked.
    case .accrualReversal(let input): fingerprint(of: input.asked)
    case .paymentReversal(let input): fingerprint(of: input.asked)
    case .adjustment(let input): fingerprint(of: input)
    case .extension(let input): fingerprint(of: input)
    case .reinstatement(let input): fingerprint(of: input.asked)
    case .transfer(let input): fingerprint(of: input)
    case .merge(let input): fingerprint(of: input)
    case .import(let input): fingerprint(of: input)
    case .approval(let input): fingerprint(of: input)
    case .proposalTimeout(let input): fingerprint(of: input)
    case .pendingPost(let input): fingerprint(of: input)
    case .ticket(let input): fingerprint(of: input)
    case .ticketsDue(let input): fingerprint(of: input)
    case .improvement(let input): fingerprint(of: input)
    case .survey(let input): fingerprint(of: input)
    case .campaign(let input): fingerprint(of: input)
    case .timeZones(let input): fingerprint(of: input)
    case .day(let input): fingerprint(of: input)
    case .outboxFetch(let input): fingerprint(of: input)
    case .outboxReceipts(let input): fingerprint(of: input)
    case .outboxDue(let input): fingerprint(of: input)
    case .offersDue(let input): fingerprint(of: input)
    // What the clock showed is no part of what was said.
    case .clock(let input): fingerprint(of: ClockInput(toldMs: input.toldMs))
    case .erasure(let input): fingerprint(of: input)
    case .claim(let input): fingerprint(of: input)
    case .claimsDue(let input): fingerprint(of: input)
    }
  }

  private func fingerprint(of input: some Message) -> UInt64 {
    // By its value: a closure that captures the ledger copies it, a hundred references, for every request.
    let key = hashKey
    return input.withSerializedBytes { bytes in
      var hash = SipHash(key: key)
      hash.combine(RawSpan(_unsafeBytes: bytes))
      return hash.finish().high
    }
  }

  /// A business reference, scoped to the partner and the kind of activity.
  func referenceFingerprint(partner: String, activity: Activity, reference: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine(UInt64(UInt32(bitPattern: activity.rawValue)))
    hash.combine(partner)
    hash.combine(reference)
    return hash.finish()
  }

  // MARK: - Members

  /// The member that a request names by id, by the partner's number, or by both.
  ///
  /// - Returns: the member's position; nil for an id that is not enrolled. `isLinked` tells whether the number already
  ///   names the member. An id or number of a member who was merged names the one that is left.
  /// - Throws: `memberUnknown` for a number alone that names nobody, `memberMismatch`.
  func resolve(
    _ id: String, number: String, partner: String
  ) throws(Refusal) -> (member: UInt32?, isLinked: Bool) {
    // Not by `map(survivor)`: that copies the ledger into a closure.
    let byID = id.isEmpty ? nil : memberNames.find(id.utf8.span, key: hashKey).map { survivor(of: $0) }
    guard !number.isEmpty else {
      if id.isEmpty { throw Refusal(.memberUnknown) }
      return (byID, false)
    }
    let byNumber = numbers.find(Self.numberName(partner: partner, number: number).span, key: hashKey)
      .map { survivor(of: numberMembers[Int($0)]) }
    switch (byID, byNumber) {
    case (let byID?, let byNumber?):
      if byID == byNumber { return (byID, true) }
    case (nil, let byNumber?):
      if id.isEmpty { return (byNumber, true) }
    case (let byID, nil):
      if id.isEmpty { throw Refusal(.memberUnknown, ["partnerMemberNumber": number]) }
      return (byID, false)
    }
    throw Refusal(.memberMismatch, ["memberId": id, "partnerMemberNumber": number])
  }

  /// The member that a request names, who must be enrolled.
  func resolveEnrolled(_ id: String, number: String, partner: String) throws(Refusal) -> UInt32 {
    // To a partner, a member that it has not enrolled, credited or linked is as good as none.
    guard let member = try resolve(id, number: number, partner: partner).member, isVisible(member, to: partner) else {
      throw Refusal(.memberUnknown, ["memberId": id])
    }
    return member
  }

  /// The member whose points must be free to leave the account, and that account.
  /// - Throws: `memberUnknown`, `memberMismatch`, `memberFrozen`, `memberClosed`.
  func resolveSpending(
    _ id: String, number: String, partner: String
  ) throws(Refusal) -> (number: UInt32, state: Member) {
    let member = try resolveEnrolled(id, number: number, partner: partner)
    let state = members[Int(member)]
    try checkSpending(state, member)
    return (member, state)
  }

  /// - Throws: `memberFrozen`, `memberClosed`.
  func checkSpending(_ state: Member, _ member: UInt32) throws(Refusal) {
    if state.status == .active { return }
    throw Refusal(
      state.status == .frozen ? .memberFrozen : .memberClosed, ["memberId": memberNames.string(member)])
  }

  /// - Throws: `memberClosed`.
  func checkEarning(_ state: Member, _ member: UInt32) throws(Refusal) {
    if state.status == .closed { throw Refusal(.memberClosed, ["memberId": memberNames.string(member)]) }
  }

  /// The member that a merged one stands for; any other member itself.
  func survivor(of member: UInt32) -> UInt32 {
    var member = member
    for _ in 0..<Self.mergesInARow {
      guard let next = successor(of: member) else { break }
      member = next
    }
    return member
  }

  /// Merges never point back, so that following them ends; the bound is for a file that says otherwise.
  static let mergesInARow = 64

  /// The member that another was merged into; nil if it was not.
  func successor(of member: UInt32) -> UInt32? {
    guard members[Int(member)].status == .merged, let profile = profiles[members[Int(member)].profile],
      (1...members.count).contains(Int(profile.mergedInto))
    else { return nil }
    return profile.mergedInto - 1
  }

  /// A partner's number as `numbers` knows it.
  static func numberName(partner: String, number: String) -> [UInt8] {
    Array(partner.utf8) + [0] + Array(number.utf8)
  }

  // MARK: - Lots

  /// A member's lots at a moment: those that have lapsed, and the points of those that have not.
  func lapsed(of member: Member, now: Int64) -> (lots: [(lot: UInt64, points: Int64)], available: Int64) {
    var lapsed: [(lot: UInt64, points: Int64)] = []
    var available = member.balance
    var slot = member.lots.first
    while slot != LotTable.none, lots[slot].expiresMs <= now {
      lapsed.append((lots[slot].id, lots[slot].remaining))
      available -= lots[slot].remaining
      slot = lots[slot].next
    }
    return (lapsed, available)
  }
}

extension Record.Input {
  /// Keys are scoped to the method: a number that never changes. New inputs take that of their field.
  var method: UInt64 {
    switch self {
    case .opening: 1
    case .accrual: 2
    case .redemption: 3
    case .feedback: 4
    case .expiry: 5
    case .holdReservation: 100
    case .holdConfirmation: 101
    case .holdRelease: 102
    case .holdTimeout: 103
    case .policyPublication: 200
    case .policyWithdrawal: 201
    case .tierReview: 202
    case .entitlementUse: 203
    case .catalogue(let input): 300_000 + UInt64(input.method)
    case .partnership(let input): 301_000 + UInt64(input.method)
    case .bulletin: 302
    case .enrolment: 104
    case .profile: 105
    case .numberLink: 106
    case .status: 107
    case .accrualReversal: 108
    case .paymentReversal: 109
    case .adjustment: 110
    case .extension: 111
    case .reinstatement: 112
    case .transfer: 113
    case .merge: 114
    case .import: 115
    case .approval: 116
    case .proposalTimeout: 117
    case .pendingPost: 118
    case .ticket(let command): 4_100 + command.stepNumber
    case .ticketsDue: 401
    case .improvement: 402
    case .survey: 403
    case .campaign(let command): 4_200 + command.stepNumber
    case .timeZones: 405
    case .day: 406
    case .outboxFetch: 407
    case .outboxReceipts: 408
    case .outboxDue: 409
    case .offersDue: 410
    case .clock: 500
    case .erasure: 501
    case .claim(let command): command.method
    case .claimsDue: 412
    }
  }
}

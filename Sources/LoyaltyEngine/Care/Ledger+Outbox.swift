// Deciding about notices: who is told what on which channel, who sends it, and what became of it.

import LoyaltyMessages

extension Ledger {
  /// Notices that a sender takes at once: a record of some 20 kB.
  public static let noticesPerFetch = 500
  /// The longest time for which a sender keeps others off, milliseconds.
  public static let longestLeaseMs: Int64 = 3_600_000

  // MARK: - Saying something

  /// Writes a notice into the record for each of its channels, unless the member is not one it is for.
  /// - Parameters:
  ///   - position: of the member in the record.
  ///   - tier: the one that the record gives the member; nil: it has the one that it had.
  func notify(
    _ notice: NoticePolicy, _ member: UInt32, _ position: UInt32, _ values: [(name: String, value: String)],
    tier: String? = nil, _ request: inout Request
  ) {
    let policy = request.policy
    let excluded = exclusion(
      from: notice.audience, of: notice.id, member, now: request.now, policy: policy, tier: tier)
    if excluded != nil { return }
    let hours = Int64(notice.validHours == 0 ? 72 : notice.validHours)
    var queued = NoticeQueued(
      member: position, notice: notice.id,
      values: values.map { NoticeValue(name: $0.name, value: $0.value) }, untilMs: request.now + hours * 3_600_000)
    // Whoever has never been asked has not consented.
    if !notice.purpose.isEmpty, consent(notice.purpose, member: member) != true {
      queued.suppressed = .noConsent
    } else if outbox.notices.count + request.draft.record.notices.count >= OutboxRoom.capacity {
      queued.suppressed = .full
    }
    for channel in notice.channels {
      queued.channel = OutboxChannel(rawValue: channel.rawValue)
      queued.partner = ""
      if queued.channel == .partnerFeed {
        // What no partner has brought about goes into no partner's feed.
        if request.caller.partner.isEmpty { continue }
        queued.partner = request.caller.partner
      }
      request.draft.record.notices.append(queued)
    }
  }

  /// Says what an occasion says to a member.
  func notify(
    _ event: NoticeEvent, _ member: UInt32, _ position: UInt32, _ values: [(name: String, value: String)],
    tier: String? = nil, _ request: inout Request
  ) {
    for notice in request.policy.document.notices where notice.event == event {
      notify(notice, member, position, values, tier: tier, &request)
    }
  }

  /// Says to a member that its tier has changed, if it has.
  func notifyTier(_ tier: String, _ member: UInt32, _ position: UInt32, _ request: inout Request) {
    if request.policy.document.notices.isEmpty { return }
    let state = members[Int(member)]
    let before = Int(state.tier) < tierNames.names.count ? tierNames.names[Int(state.tier)] : ""
    guard before != tier, let old = request.policy.tierIndex(before), let new = request.policy.tierIndex(tier) else {
      return
    }
    notify(
      new > old ? .tierUp : .tierDown, member, position, [("tier", tier), ("before", before)], tier: tier, &request)
  }

  // MARK: - Sending

  func decide(_ input: OutboxFetchInput, _ request: inout Request) throws(Refusal) -> Record {
    let most = min(Int(input.maxNotices), Self.noticesPerFetch)
    guard (1...Self.longestLeaseMs).contains(input.leaseMs), most > 0 else { throw Refusal(.commandInvalid) }
    let queue = OutboxRoom.Queue(channel: input.channel, partner: request.caller.partner)
    if (input.channel == .partnerFeed) == request.caller.partner.isEmpty {
      // Each partner has a feed of its own, and no partner sends what is not its own.
      throw Refusal(.channelForbidden, ["channel": "\(input.channel.rawValue)"])
    }
    var outcome = OutboxFetchedOutcome(untilMs: request.now + input.leaseMs)
    for id in outbox.available(queue, now: request.now, most: most) {
      // A notice that is too late and has not left yet is sent to nobody.
      guard let notice = outbox.notices[id], notice.untilMs > request.now else { continue }
      if mayHave(notice, request.policy) { outcome.notices.append(id) } else { outcome.withdrawn.append(id) }
    }
    return request.draft.finish(input: .outboxFetch(input), outcome: .outboxFetched(outcome))
  }

  /// Whether a member may be sent a notice now: consent is asked for again at the last moment.
  private func mayHave(_ notice: NoticeState, _ policy: CompiledPolicy) -> Bool {
    switch members[Int(notice.member)].status {
    case .active, .frozen: break
    case .closed, .merged: return false
    }
    guard let words = policy.document.notices.first(where: { $0.id == notice.notice }) else { return false }
    return words.purpose.isEmpty || consent(words.purpose, member: notice.member) == true
  }

  func decide(_ input: OutboxReceiptsInput, _ request: inout Request) throws(Refusal) -> Record {
    guard (1...Self.noticesPerFetch).contains(input.receipts.count) else { throw Refusal(.commandInvalid) }
    let policy = request.policy.document.outbox ?? OutboxPolicy()
    let attempts = policy.attempts == 0 ? 5 : policy.attempts
    var outcome = OutboxReceiptsOutcome()
    var delivered: Set<UInt64> = []
    var gone: Set<UInt64> = []
    for receipt in input.receipts {
      guard let notice = outbox.notices[receipt.notice], notice.partner == request.caller.partner,
        !gone.contains(receipt.notice)
      else {
        outcome.effects.append(.unknown)
        continue
      }
      let isDelivered = notice.delivered || delivered.contains(receipt.notice)
      switch receipt.kind {
      case .delivered:
        outcome.effects.append(isDelivered ? .repeated : .delivered)
        delivered.insert(receipt.notice)
      case .seen:
        // Whoever has seen it has got it, whether that was reported or not.
        outcome.effects.append(.seen)
        gone.insert(receipt.notice)
      case .failed:
        if isDelivered {
          outcome.effects.append(.repeated)
        } else if notice.attempts >= attempts {
          outcome.effects.append(.givenUp)
          gone.insert(receipt.notice)
        } else {
          outcome.effects.append(.retry)
        }
      case .unspecified, .unrecognized: throw Refusal(.commandInvalid, ["receipt": "\(receipt.kind.rawValue)"])
      }
    }
    let days = policy.seenWithinDays == 0 ? 30 : policy.seenWithinDays
    outcome.seenUntilMs = request.now + Int64(days) * CivilCalendar.millisecondsPerDay
    outcome.retryAfterMs = Int64(policy.retryMinutes == 0 ? 5 : policy.retryMinutes) * 60_000
    return request.draft.finish(input: .outboxReceipts(input), outcome: .outboxReceipted(outcome))
  }

  /// Takes out what has come too late, and what nobody will report as seen any more; nil if nothing is due.
  func decide(_ input: OutboxDueInput, _ request: inout Request) -> Record? {
    let most = input.maxNotices == 0 ? limits.lotsPerExpiry : min(Int(input.maxNotices), limits.lotsPerExpiry)
    let due = outbox.leaving.due(now: request.now, most: most)
    if due.isEmpty { return nil }
    return request.draft.finish(
      input: .outboxDue(OutboxDueInput(maxNotices: UInt32(clamping: most))),
      outcome: .outboxCameDue(OutboxDueOutcome(notices: due, more: due.count == most)))
  }

  // MARK: - Changing

  mutating func applyNotices(_ record: Record, _ resolver: inout MemberResolver) {
    for (index, notice) in record.notices.enumerated() {
      guard let member = member(notice.member, record, &resolver) else { continue }
      switch notice.suppressed {
      case .noConsent: outbox.count(notice.notice, notice.channel) { $0.noConsent &+= 1 }
      case .full: outbox.count(notice.notice, notice.channel) { $0.dropped &+= 1 }
      case .unspecified, .unrecognized:
        outbox.count(notice.notice, notice.channel) { $0.queued &+= 1 }
        let queued = outbox.queue(
          NoticeState(
            id: sequence << OutboxRoom.noticeBits | UInt64(index), member: UInt32(member), notice: notice.notice,
            channel: notice.channel, partner: notice.partner, values: notice.values, untilMs: notice.untilMs,
            queuedMs: record.timeMs, availableMs: record.timeMs))
        if !queued { note(sequence, "queues a notice before one that is there") }
      }
    }
  }

  mutating func apply(_ outcome: OutboxFetchedOutcome) {
    for id in outcome.notices {
      guard let notice = outbox.notices[id],
        outbox.hold(id, untilMs: outcome.untilMs, attempts: notice.attempts &+ 1)
      else {
        note(sequence, "hands out notice \(id), which there is not")
        continue
      }
      outbox.count(notice.notice, notice.channel) { $0.fetched &+= 1 }
    }
    for id in outcome.withdrawn {
      guard let notice = outbox.forget(id) else {
        note(sequence, "withdraws notice \(id), which there is not")
        continue
      }
      outbox.count(notice.notice, notice.channel) { $0.noConsent &+= 1 }
    }
  }

  mutating func apply(_ input: OutboxReceiptsInput, _ outcome: OutboxReceiptsOutcome) {
    for (receipt, effect) in zip(input.receipts, outcome.effects) {
      guard let notice = outbox.notices[receipt.notice] else { continue }
      switch effect {
      case .delivered:
        _ = outbox.deliver(receipt.notice, seenUntilMs: outcome.seenUntilMs)
        outbox.count(notice.notice, notice.channel) { $0.delivered &+= 1 }
      case .seen:
        _ = outbox.forget(receipt.notice)
        outbox.count(notice.notice, notice.channel) { count in
          count.seen &+= 1
          if !notice.delivered { count.delivered &+= 1 }
        }
      case .givenUp:
        _ = outbox.forget(receipt.notice)
        outbox.count(notice.notice, notice.channel) { $0.failed &+= 1 }
      case .retry:
        // Twice as long after each try, a day at most.
        let wait = outcome.retryAfterMs &<< Int64(min(notice.attempts, 10) &- min(notice.attempts, 1))
        _ = outbox.hold(
          receipt.notice, untilMs: timeMs + min(max(wait, 0), CivilCalendar.millisecondsPerDay),
          attempts: notice.attempts)
      case .repeated, .unknown, .unspecified, .unrecognized: break
      }
    }
  }

  mutating func apply(_ outcome: OutboxDueOutcome) {
    for id in outcome.notices {
      guard let notice = outbox.forget(id) else {
        note(sequence, "takes out notice \(id), which there is not")
        continue
      }
      if !notice.delivered { outbox.count(notice.notice, notice.channel) { $0.late &+= 1 } }
    }
  }
}

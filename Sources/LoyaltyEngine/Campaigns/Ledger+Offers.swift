// Limited offers: a member takes one, a partner honours it once; quotas are never overrun, and what is not used in time
// goes back.

import LoyaltyMessages

extension Ledger {
  /// Offers that members have, in all: some 120 bytes each.
  static let grantLimit = 4_000_000

  func decide(_ input: OfferClaimInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    try checkEarning(members[Int(number)], number)
    let offer = try request.policy.offer(input.offer)
    if let reason = obstacle(to: offer, for: number, now: request.now, policy: request.policy) { throw reason }
    var input = input
    input.member = memberNames.string(number)
    let position = request.draft.addMember(input.member)
    let outcome = grant(offer, to: number, position, &request)
    return request.draft.finish(.offerClaim(input), .offer(outcome))
  }

  func decide(_ input: OfferUseInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let grant = campaigns.grants[input.grant], grant.untilMs > request.now else {
      throw Refusal(.offerNotHeld, ["grant": "\(input.grant)"])
    }
    let offer = try request.policy.offer(grant.offer)
    let partner = request.caller.partner
    if !offer.partners.isEmpty, !offer.partners.contains(partner) {
      throw Refusal(.offerElsewhere, ["offer": offer.id, "partner": partner])
    }
    let member = memberNames.string(grant.member)
    try checkSpending(members[Int(grant.member)], grant.member)
    _ = request.draft.addMember(member)
    request.draft.record.campaignChanges.append(
      CampaignChange(change: .offerEnd(OfferEnded(grant: input.grant, used: true))))
    return request.draft.finish(
      .offerUse(input),
      .offer(
        OfferOutcome(
          grant: input.grant, member: member, offer: offer.id, untilMs: grant.untilMs, discountBp: offer.discountBp,
          used: true)))
  }

  /// Puts unused offers back into their quotas; nil if none is due.
  func decide(_ input: OffersDueInput, _ request: inout Request) -> Record? {
    let most = input.maxGrants == 0 ? limits.lotsPerExpiry : min(Int(input.maxGrants), limits.lotsPerExpiry)
    let due = campaigns.lapsing.due(now: request.now, most: most)
    if due.isEmpty { return nil }
    for grant in due {
      request.draft.record.campaignChanges.append(
        CampaignChange(change: .offerEnd(OfferEnded(grant: grant, used: false))))
    }
    return request.draft.finish(
      input: .offersDue(OffersDueInput(maxGrants: UInt32(clamping: most))),
      outcome: .offersCameDue(OffersDueOutcome(grants: UInt32(clamping: due.count), more: due.count == most)))
  }

  /// Writes into the record that a member has an offer.
  func grant(
    _ offer: OfferPolicy, to member: UInt32, _ position: UInt32, _ request: inout Request
  ) -> OfferOutcome {
    let calendar = request.policy.calendar
    let days = Int64(offer.validDays == 0 ? 30 : offer.validDays)
    let until = calendar.start(of: calendar.day(of: request.now)) + (days + 1) * CivilCalendar.millisecondsPerDay
    let before = request.draft.granted()
    request.draft.record.campaignChanges.append(
      CampaignChange(change: .offerGrant(OfferGranted(member: position, offer: offer.id, untilMs: until))))
    return OfferOutcome(
      grant: request.draft.sequence << CampaignRoom.grantBits | UInt64(before), member: memberNames.string(member),
      offer: offer.id,
      untilMs: until, discountBp: offer.discountBp)
  }

  /// Why a member cannot take an offer now; nil if it can.
  func obstacle(
    to offer: OfferPolicy, for member: UInt32, now: Int64, policy: CompiledPolicy
  ) -> Refusal? {
    if offer.byGrantOnly { return Refusal(.offerByGrantOnly, ["offer": offer.id]) }
    let from = offer.from?.policyMilliseconds ?? 0
    let until = offer.until?.policyMilliseconds ?? Int64.max
    if now < from || now >= until {
      return Refusal(.campaignNotOpen, ["campaign": offer.id, "fromMs": "\(from)", "untilMs": "\(until)"])
    }
    if let refusal = exclusion(from: offer.audience, of: offer.id, member, now: now, policy: policy) { return refusal }
    return shortage(of: offer, for: member)
  }

  /// Why there is none left for a member; nil if there is one.
  func shortage(of offer: OfferPolicy, for member: UInt32) -> Refusal? {
    let taken = campaigns.offerCounts[.init(offer.id)] ?? 0
    if offer.quota > 0, taken >= offer.quota {
      return Refusal(.quotaUsedUp, ["campaign": offer.id, "quota": "\(offer.quota)"])
    }
    let mine = campaigns.offerCounts[.init(offer.id, of: member)] ?? 0
    let most = offer.perMember == 0 ? 1 : offer.perMember
    if mine >= most { return Refusal(.offerTaken, ["offer": offer.id, "most": "\(most)"]) }
    if campaigns.grants.count >= Self.grantLimit { return Refusal(.ledgerFull, ["offers": "\(Self.grantLimit)"]) }
    return nil
  }
}

extension CompiledPolicy {
  func offer(_ id: String) throws(Refusal) -> OfferPolicy {
    guard let offer = document.offers.first(where: { $0.id == id }) else {
      throw Refusal(.limitedOfferUnknown, ["offer": id])
    }
    return offer
  }
}

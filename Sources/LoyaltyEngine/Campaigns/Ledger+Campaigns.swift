// Campaign commands and changes, each to where it belongs.

import LoyaltyMessages

extension Ledger {
  func decide(_ command: CampaignCommand, _ request: inout Request) throws(Refusal) -> Record {
    switch command.step {
    case .referralCode(let input): try decide(input, &request)
    case .referral(let input): try decide(input, &request)
    case .share(let input): try decide(input, &request)
    case .shareReview(let input): try decide(input, &request)
    case .offerClaim(let input): try decide(input, &request)
    case .offerUse(let input): try decide(input, &request)
    case nil: throw Refusal(.commandInvalid)
    }
  }

  /// Makes a record's campaign changes.
  mutating func applyCampaigns(_ record: Record, _ resolver: inout MemberResolver) {
    var grants: UInt64 = 0
    for change in record.campaignChanges {
      switch change.change {
      case .code(let code):
        guard let member = member(code.member, record, &resolver) else { continue }
        if !campaigns.assign(code.code, to: UInt32(member)) { note(sequence, "gives a second code, or one twice") }
      case .referral(let referral): open(referral, record, &resolver)
      case .referralReward(let reward): pay(reward, record, &resolver)
      case .referralTakenBack(let change):
        guard let referrer = member(change.referrer, record, &resolver) else { continue }
        let count = campaigns.rewards(of: UInt32(referrer), year: change.year)
        if count > 0 {
          campaigns.referralCounts[UInt32(referrer)] =
            count == 1 ? nil : .init(number: change.year, count: count - 1)
        }
      case .share(let share):
        guard let member = member(share.member, record, &resolver) else { continue }
        campaigns.proofs.set(
          proofFingerprint(share.proof, or: share.proofPrint), to: sequence & FingerprintTable.maxValue)
        let opened = campaigns.open(
          ShareState(
            share: sequence, member: UInt32(member), campaign: share.campaign, proof: share.proof,
            openedMs: record.timeMs, partner: record.partner, words: share.words))
        if !opened { note(sequence, "takes in two shared posts") }
      case .shareDecision(let decision): end(decision)
      case .offerGrant(let grant):
        guard let member = member(grant.member, record, &resolver) else { continue }
        guard CivilCalendar.times.contains(grant.untilMs), grants < 1 << CampaignRoom.grantBits,
          campaigns.open(
            OfferGrantState(
              grant: sequence << CampaignRoom.grantBits | grants, member: UInt32(member), offer: grant.offer,
              untilMs: grant.untilMs,
              grantedMs: record.timeMs)), campaigns.count(grant.offer, of: UInt32(member), by: 1)
        else {
          note(sequence, "grants '\(grant.offer)' until \(grant.untilMs) ms: there is no such time, or one too many")
          continue
        }
        grants += 1
      case .offerEnd(let end):
        guard let grant = campaigns.end(grant: end.grant) else {
          note(sequence, "ends offer \(end.grant), which nobody has")
          continue
        }
        if !end.used, !campaigns.count(grant.offer, of: grant.member, by: -1) {
          note(sequence, "puts back '\(grant.offer)', which is not counted")
        }
      case nil: note(sequence, "has a campaign change that says nothing")
      }
    }
  }

  private mutating func open(_ change: ReferralOpened, _ record: Record, _ resolver: inout MemberResolver) {
    guard let friend = member(change.friend, record, &resolver),
      let referrer = member(change.referrer, record, &resolver)
    else { return }
    let (first, second) = (UInt32(friend), UInt32(referrer))
    guard campaigns.referrals[first] == nil, !campaigns.isReferred(second, by: first) else {
      return note(sequence, "refers a member twice or in a circle")
    }
    campaigns.referrals[first] = .init(referrer: second, untilMs: change.untilMs)
    members[friend].marks.insert(.referred)
  }

  private mutating func pay(_ change: ReferralRewarded, _ record: Record, _ resolver: inout MemberResolver) {
    guard let friend = member(change.friend, record, &resolver),
      let referrer = member(change.referrer, record, &resolver)
    else { return }
    guard let referral = campaigns.referrals[UInt32(friend)], survivor(of: referral.referrer) == UInt32(referrer),
      referral.untilMs > 0
    else { return note(sequence, "rewards a referral that does not wait") }
    campaigns.referrals[UInt32(friend)]?.untilMs = 0
    members[friend].marks.remove(.referred)
    guard change.referrerRewarded else { return }
    let owner = UInt32(referrer)
    let count = campaigns.rewards(of: owner, year: change.year)
    campaigns.referralCounts[owner] = .init(number: change.year, count: count &+ 1)
  }

  private mutating func end(_ decision: ShareDecided) {
    guard let share = campaigns.end(share: decision.share) else {
      return note(sequence, "decides shared post \(decision.share), which does not wait")
    }
    guard decision.approved else { return }
    for counter in [CampaignRoom.Counter(share.campaign), .init(share.campaign, of: survivor(of: share.member))] {
      let count = campaigns.rewards(counter, period: decision.month)
      campaigns.shareCounts[counter] = .init(number: decision.month, count: count &+ 1)
    }
  }
}

extension RecordDraft {
  /// Offers that the record grants so far: all, or of one kind.
  func granted(_ offer: String? = nil) -> Int {
    record.campaignChanges.count { change in
      guard case .offerGrant(let grant)? = change.change else { return false }
      return offer == nil || grant.offer == offer
    }
  }

  /// Hands over a finished record of a campaign.
  mutating func finish(_ step: CampaignCommand.Step, _ outcome: CampaignOutcome.Outcome) -> Record {
    finish(
      input: .campaign(CampaignCommand(step: step)), outcome: .campaignStepped(CampaignOutcome(outcome: outcome)))
  }
}

extension CampaignCommand {
  /// Keys are scoped to the step: the number of its field.
  var stepNumber: UInt64 {
    switch step {
    case .referralCode: 1
    case .referral: 2
    case .share: 3
    case .shareReview: 4
    case .offerClaim: 5
    case .offerUse: 6
    case nil: 0
    }
  }
}

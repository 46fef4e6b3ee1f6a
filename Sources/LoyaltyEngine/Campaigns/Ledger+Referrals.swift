// Members bring friends. Each has a code; a new member names the code, and when it purchases, both are rewarded once, in
// the same record as the purchase.

import LoyaltyMessages

extension Ledger {
  /// Characters of a code: 40 bits in Crockford's base 32, whose alphabet has no letters that are mistaken for digits.
  private static let codeLength = 8
  private static let codeAlphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// The member's code, made when first asked for. It is a keyed hash of the member's id: nobody can guess another's.
  func decide(_ input: ReferralCodeInput, _ request: inout Request) throws(Refusal) -> Record {
    let policy = request.policy
    guard policy.document.referral != nil else { throw Refusal(.campaignUnknown, ["campaign": "referral"]) }
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    let member = memberNames.string(number)
    let position = request.draft.addMember(member)
    var code = campaigns.codeOfMember[number]
    if code == nil {
      let made = freeCode(for: member)
      code = made
      request.draft.record.campaignChanges.append(
        CampaignChange(change: .code(CodeAssigned(member: position, code: made))))
    }
    return request.draft.finish(
      .referralCode(ReferralCodeInput(member: member, partnerNumber: input.partnerNumber)),
      .referralCode(ReferralCodeOutcome(member: member, code: code ?? "")))
  }

  private func freeCode(for member: String) -> String {
    var attempt: UInt64 = 0
    while true {
      var hash = SipHash(key: hashKey)
      hash.combine("referral")
      hash.combine(member)
      hash.combine(attempt)
      var bits = hash.finish().high
      var code = ""
      for _ in 0..<Self.codeLength {
        code.append(Self.codeAlphabet[Int(bits & 31)])
        bits >>= 5
      }
      if campaigns.codes[code] == nil { return code }
      attempt += 1
    }
  }

  func decide(_ input: ReferralInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let rules = request.policy.document.referral else {
      throw Refusal(.campaignUnknown, ["campaign": "referral"])
    }
    let friend = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    // The code of an account that was merged is its owner's still.
    guard let referrer = campaigns.codes[input.code].map(survivor) else {
      throw Refusal(.codeUnknown, ["code": input.code])
    }
    let state = members[Int(friend)]
    let name = memberNames.string(friend)
    if referrer == friend { throw Refusal(.referralOfOneself, ["memberId": name]) }
    if campaigns.referrals[friend] != nil { throw Refusal(.referredAlready, ["memberId": name]) }
    let days = Int64(rules.registerWithinDays == 0 ? 30 : rules.registerWithinDays)
    let latest = state.enrolledMs + days * CivilCalendar.millisecondsPerDay
    if state.marks.contains(.purchased) || request.now >= latest {
      throw Refusal(.referralTooLate, ["memberId": name, "enrolledMs": "\(state.enrolledMs)", "untilMs": "\(latest)"])
    }
    if campaigns.isReferred(referrer, by: friend) { throw Refusal(.referralCircle, ["memberId": name]) }
    let within = Int64(rules.purchaseWithinDays == 0 ? 90 : rules.purchaseWithinDays)
    let until = request.now + within * CivilCalendar.millisecondsPerDay
    let position = request.draft.addMember(name)
    request.draft.record.campaignChanges.append(
      CampaignChange(
        change: .referral(
          ReferralOpened(
            friend: position, referrer: request.draft.addMember(memberNames.string(referrer)), untilMs: until))))
    return request.draft.finish(
      .referral(ReferralInput(member: name, partnerNumber: input.partnerNumber, code: input.code)),
      .referral(ReferralOutcome(member: name, untilMs: until)))
  }

  /// What a purchase of a referred member brings both; nothing if it does not qualify.
  /// - Parameters:
  ///   - friend: the member's position in the ledger.
  ///   - position: the member's position in the record.
  /// - Returns: the friend's part, to be told with its purchase.
  func rewardReferral(
    _ input: AccrualInput, friend: UInt32, _ position: UInt32, _ request: inout Request
  ) throws(Refusal) -> (line: RuleLine, lots: [LotLine])? {
    guard let referral = campaigns.referrals[friend], referral.untilMs > request.now,
      let rules = request.policy.document.referral, rules.qualifies(input)
    else { return nil }
    let year = request.policy.calendar.day(of: request.now).year
    let owner = survivor(of: referral.referrer)
    if owner == friend { return nil }
    let most = rules.rewardsPerYear == 0 ? 12 : rules.rewardsPerYear
    let isRewarded = campaigns.rewards(of: owner, year: year) < most && rules.referrerPoints > 0
    let referrer = request.draft.addMember(memberNames.string(owner))
    // A referrer whose account takes no more is no reason to refuse the friend's purchase.
    let canTake = canTakeAward(rules.referrerPoints, owner)
    if isRewarded, canTake { _ = try award(rules.referrerPoints, to: owner, referrer, &request) }
    let lots = try award(rules.friendPoints, to: friend, position, &request).lots
    request.draft.record.campaignChanges.append(
      CampaignChange(
        change: .referralReward(
          ReferralRewarded(
            friend: position, referrer: referrer, referrerRewarded: isRewarded && canTake, year: year))))
    let line = RuleLine(rule: ReferralPolicy.ruleID, version: request.policy.version, points: rules.friendPoints)
    return (line, lots)
  }
}

extension ReferralPolicy {
  /// Names the friend's reward among the rules of an accrual.
  public static let ruleID = "campaign.referral"

  /// Whether an activity is the purchase that is waited for.
  func qualifies(_ input: AccrualInput) -> Bool {
    guard input.activity.isPurchase else { return false }
    return least.isEmpty || least.contains { $0.currency == input.currency && input.minorUnits >= $0.minorUnits }
  }
}

extension Activity {
  /// Something was bought: a trip, a ticket, a night. Shares, surveys and events are no purchases.
  var isPurchase: Bool { self == .purchase || self == .flight || self == .stay }
}

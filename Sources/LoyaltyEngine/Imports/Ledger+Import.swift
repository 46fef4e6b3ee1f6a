// Deciding an import: the start of a programme, members with what they had elsewhere. A batch is taken whole or not at
// all, and only if its totals are what its sender counted.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: ImportInput, _ request: inout Request) throws(Refusal) -> Record {
    try checkTotals(input)
    let lotCount = Int(clamping: input.lots)
    if !accounts.canIssue(input.points, .award) || !accounts.canIssue(input.qualifying, .qualifying) {
      throw Refusal(.pointsOverflow, ["points": "\(input.points)"])
    }
    if memberNames.count + input.members.count >= NameTable.maxCount || numbers.isFull || lots.isFull {
      throw Refusal(.ledgerFull, ["members": "\(memberCount)"])
    }
    var seen: Set<String> = []
    var seenNumbers: Set<[UInt8]> = []
    for (index, one) in input.members.enumerated() {
      guard !one.member.isEmpty, seen.insert(one.member).inserted,
        try resolve(one.member, number: "", partner: "").member == nil
      else { throw Refusal(.memberExists, ["memberId": one.member, "entry": "\(index)"]) }
      try check(one, index, request)
      for number in one.numbers {
        let name = Self.numberName(partner: number.partner, number: number.number)
        guard seenNumbers.insert(name).inserted, numbers.find(name.span, key: hashKey) == nil else {
          throw Refusal(.numberTaken, ["partnerMemberNumber": number.number, "entry": "\(index)"])
        }
      }
      let member = request.draft.addMember(one.member)
      request.draft.enrol(member)
      if one.enrolledMs > 0 {
        request.draft.record.enrolmentDates.append(EnrolmentDate(member: member, enrolledMs: one.enrolledMs))
      }
      for number in one.numbers { request.draft.link(member, partner: number.partner, number: number.number) }
      for (place, lot) in one.lots.enumerated() {
        // A record can make 256 lots of its own; a batch's are numbered on behind its sequence by whoever needs more.
        guard request.draft.lotsLeft > 0 else {
          throw Refusal(.importRefused, ["entry": "\(index)", "lot": "\(place)", "problem": "more than 256 lots"])
        }
        _ = request.draft.credit(
          lot.points, to: member, from: .imported, expiresMs: lot.expiresMs == 0 ? Int64.max : lot.expiresMs,
          earnedMs: lot.earnedMs)
      }
      if one.qualifying > 0 { request.draft.importQualifying(one.qualifying, to: member) }
      var standing = Standing.enrolled(at: request.now, policy: request.policy)
      if one.enrolledMs > 0, request.policy.tierReview.isByMembership {
        standing.enrolledMs = one.enrolledMs
        standing.periodEndsMs = request.policy.endOfTierYear(request.now, enrolledMs: one.enrolledMs)
      }
      let count = TierCount(points: one.qualifying, spend: one.spend, nights: one.nights, segments: one.segments)
      standing.count(count, policy: request.policy, now: request.now)
      let tier = request.policy.tierIndex(one.tier) ?? 0
      standing.tier = tier
      standing.tierUntilMs =
        tier == 0
        ? 0
        : one.tierUntilMs > request.now
          ? one.tierUntilMs
          : standing.usualEndMs(policy: request.policy, now: request.now)
      // What was brought along was not earned here: no reversal takes it.
      if tier > 0 { standing.footing = Standing.Footing(of: standing) }
      request.draft.set(standing, of: member, policy: request.policy)
    }
    return request.draft.finish(
      input: .import(input),
      outcome: .imported(
        ImportedOutcome(
          members: UInt32(clamping: input.members.count), lots: UInt64(lotCount), points: input.points,
          qualifying: input.qualifying, totalPoints: input.points - accounts[.award, .imported, partner: -1])))
  }

  /// Nights or segments that a member can bring: a million.
  private static let mostCounted: Int64 = 1_000_000

  private func checkTotals(_ input: ImportInput) throws(Refusal) {
    var lots: UInt64 = 0
    var points: Int128 = 0
    var qualifying: Int128 = 0
    for member in input.members {
      lots += UInt64(member.lots.count)
      points += member.lots.reduce(0) { $0 + Int128($1.points) }
      qualifying += Int128(member.qualifying)
    }
    guard !input.members.isEmpty, lots == input.lots, points == Int128(input.points),
      qualifying == Int128(input.qualifying)
    else {
      throw Refusal(
        .totalsDiffer,
        [
          "lots": "\(lots)", "declaredLots": "\(input.lots)", "points": "\(points)",
          "declaredPoints": "\(input.points)", "qualifyingPoints": "\(qualifying)",
          "declaredQualifyingPoints": "\(input.qualifying)",
        ])
    }
  }

  private func check(_ one: ImportedMember, _ index: Int, _ request: Request) throws(Refusal) {
    func refuse(_ problem: String) throws(Refusal) {
      throw Refusal(.importRefused, ["entry": "\(index)", "memberId": one.member, "problem": problem])
    }
    if !one.tier.isEmpty, request.policy.tierIndex(one.tier) == nil { try refuse("no tier \(one.tier)") }
    if one.enrolledMs < 0 || one.enrolledMs > request.now { try refuse("enrolled at no time that has been") }
    if one.qualifying < 0 { try refuse("negative qualifying points") }
    // As much as a policy can ask for, and so far from what does not fit that nothing later overflows.
    for (count, what) in [(one.spend, "spend"), (one.nights, "nights"), (one.segments, "segments")]
    where !(0...(what == "spend" ? PolicyLimits.points : Self.mostCounted)).contains(count) {
      try refuse("\(count) qualifying \(what)")
    }
    if !CivilCalendar.times.contains(one.tierUntilMs) { try refuse("a tier until no time there is") }
    for lot in one.lots {
      if lot.points < 1 || lot.points > PolicyLimits.points { try refuse("a lot of \(lot.points) points") }
      if lot.earnedMs < 1 || lot.earnedMs > request.now { try refuse("a lot earned at no time that has been") }
      if lot.expiresMs != 0, lot.expiresMs <= request.now || !CivilCalendar.times.contains(lot.expiresMs) {
        try refuse("a lot that has lapsed")
      }
    }
    for number in one.numbers where request.policy.partner(number.partner) == nil || number.number.isEmpty {
      try refuse("a number of no partner")
    }
  }
}

extension RecordDraft {
  fileprivate mutating func importQualifying(_ points: Int64, to member: UInt32) {
    record.postings.append(Posting(unit: .qualifying, account: .member, member: member, amount: points))
    record.postings.append(Posting(unit: .qualifying, account: .imported, amount: -points))
  }
}

// What else two accounts of one person have: what they have used of caps, quotas and entitlements counts together, and what
// their profiles say goes along. The account that is left keeps its own word where both have one; of consents the later.

import LoyaltyMessages

extension Ledger {
  /// Whoever had used up a cap under one id has used it up under both.
  func moveLimits(
    _ from: UInt32, _ into: UInt32, _ own: Standing, _ ends: UInt32, _ stays: UInt32, _ request: inout Request
  ) {
    let benefitsEnd = own.benefitsEndMs(policy: request.policy, now: request.now)
    for meter in meters.all(of: from) {
      request.draft.meter(meter.name, member: ends, amount: -meter.amount, period: meter.period)
      // Each member's year of entitlements may end on another day: what was used in one that runs counts in the other's.
      let isBenefit = meter.name.hasPrefix(Self.meter(ofBenefit: ""))
      if isBenefit, meter.period <= request.now { continue }
      let period = isBenefit ? benefitsEnd : meter.period
      // A meter of a later period starts anew; one of an earlier period is over.
      let later = meters.all(of: into).contains { $0.name == meter.name && $0.period > period }
      if !later { request.draft.meter(meter.name, member: stays, amount: meter.amount, period: period) }
    }
    let (old, new) = (memberNames.string(from), memberNames.string(into))
    for quota in memberQuotas(request.policy, now: request.now).sorted(by: {
      ($0.name, $0.endsMs) < ($1.name, $1.endsMs)
    }) {
      let (name, endsMs) = (quota.name, quota.endsMs)
      let used = catalogue.quotas.count(of: quotaKey(name, member: old), endsMs: endsMs)
      let has = catalogue.quotas.count(of: quotaKey(name, member: new), endsMs: endsMs)
      guard used > 0 else { continue }
      request.draft.record.quotaUses += [
        QuotaUse(name: name, memberPlace: ends + 1, periodEndsMs: endsMs, amount: -used),
        QuotaUse(
          name: name, memberPlace: stays + 1, periodEndsMs: endsMs, amount: min(used, QuotaTable.maxCount - has)),
      ]
    }
  }

  /// Quotas of members that the policy has, with the end of the period that runs.
  private func memberQuotas(_ policy: CompiledPolicy, now: Int64) -> Set<MemberQuotaPeriod> {
    var quotas: Set<MemberQuotaPeriod> = []
    for item in policy.document.catalogue {
      for quota in policy.item(item.id)?.quotas ?? [] {
        quotas.insert(.init(name: quota.name, endsMs: policy.calendar.end(of: quota.period, at: now)))
      }
    }
    for exchange in policy.document.exchanges {
      guard let cap = exchange.memberCap else { continue }
      quotas.insert(
        .init(name: Self.exchangeQuota(exchange, cap.period), endsMs: policy.calendar.end(of: cap.period, at: now)))
    }
    for offer in policy.document.voucherOffers {
      guard let quota = offer.memberQuota else { continue }
      quotas.insert(
        .init(name: Self.voucherQuota(offer.id, "member"), endsMs: policy.calendar.end(of: quota.period, at: now)))
    }
    return quotas
  }

  /// What the profile of the account that is left gains; nil for nothing.
  func profile(mergedFrom state: Member, into other: Member) -> ProfileUpdate? {
    guard let theirs = profiles[state.profile].map(profiles.update(of:)) else { return nil }
    let own = profiles[other.profile].map(profiles.update(of:)) ?? ProfileUpdate()
    var update = ProfileUpdate()
    if own.language == nil { update.language = theirs.language }
    if own.timeZone == nil { update.timeZone = theirs.timeZone }
    if own.birthday == nil { update.birthday = theirs.birthday }
    if own.household == nil { update.household = theirs.household }
    update.addSegments = theirs.addSegments.filter { !own.addSegments.contains($0) }
    update.attributes = theirs.attributes.filter { one in !own.attributes.contains { $0.name == one.name } }
    update.consents = theirs.consents.filter { one in
      !own.consents.contains { $0.purpose == one.purpose && $0.partner == one.partner && $0.atMs >= one.atMs }
    }
    return update == ProfileUpdate() ? nil : update
  }

  /// Surveys that a member has answered, of those that anybody has or can.
  func surveysAnswered(by id: String, _ policy: CompiledPolicy) -> [String] {
    Set(surveys.series.keys.map(\.survey)).union(policy.document.surveys.map(\.id))
      .filter { surveys.answered[surveyFingerprint($0, member: id)] != nil }.sorted()
  }

  mutating func mergeSurveys(_ outcome: MergedOutcome) {
    for survey in outcome.surveys {
      let place = surveyFingerprint(survey, member: outcome.into)
      guard surveys.answered[place] == nil,
        let first = surveys.answered[surveyFingerprint(survey, member: outcome.from)]
      else { continue }
      surveys.answered.set(place, to: first)
    }
  }
}

/// A quota of members and the period of it that runs.
private struct MemberQuotaPeriod: Hashable {
  var name: String
  var endsMs: Int64
}

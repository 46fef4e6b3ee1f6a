// Campaigns and care in the policy, checked.

import LoyaltyMessages
import ProtobufRuntime

extension PolicyLimits {
  /// Offers, and campaigns of sharing: each.
  public static let campaigns = 1_000
  /// Triggers: what one day may bring to one member has to fit into one record.
  public static let triggers = 100
  /// Notices: each occasion looks through all.
  public static let notices = 200
  /// Dates of a trigger: a feast a month for twenty years.
  public static let dates = 240
}

extension PolicyValidator {
  mutating func checkCampaigns() {
    checkCount(policy.offers.count, atMost: PolicyLimits.campaigns, "offers")
    checkUnique(policy.offers.map(\.id), "offers", field: "id")
    for (index, offer) in policy.offers.enumerated() { checkOffer(offer, "offers[\(index)]") }
    if let referral = policy.referral { checkReferral(referral) }
    checkCount(policy.sharing.count, atMost: PolicyLimits.campaigns, "sharing")
    checkUnique(policy.sharing.map(\.id), "sharing", field: "id")
    for (index, sharing) in policy.sharing.enumerated() {
      let path = "sharing[\(index)]"
      checkID(sharing.id, "\(path).id")
      checkTexts(sharing.name, "\(path).name")
      checkPrice(sharing.points, "\(path).points")
      checkAudience(sharing.audience, "\(path).audience")
      checkWindow(sharing.from, sharing.until, path, from: "from", until: "until")
    }
    checkCare()
  }

  private mutating func checkOffer(_ offer: OfferPolicy, _ path: String) {
    checkID(offer.id, "\(path).id")
    checkTexts(offer.title, "\(path).title")
    checkTexts(offer.details, "\(path).details")
    if offer.discountBp == 0 || offer.discountBp > UInt32(FixedPoint.one) {
      report("\(path).discount_bp", "is \(offer.discountBp): give a share over 10,000, from 1 to \(FixedPoint.one)")
    }
    checkAudience(offer.audience, "\(path).audience")
    checkWindow(offer.from, offer.until, path, from: "from", until: "until")
    if offer.validDays > PolicyLimits.windowDays {
      report("\(path).valid_days", "is \(offer.validDays): give at most \(PolicyLimits.windowDays)")
    }
    checkKnown(offer.partners, in: policy.partners.map(\.id), "\(path).partners", what: "partner")
  }

  private mutating func checkReferral(_ referral: ReferralPolicy) {
    checkTexts(referral.name, "referral.name")
    for (points, name) in [(referral.referrerPoints, "referrer_points"), (referral.friendPoints, "friend_points")]
    where points < 0 || points > PolicyLimits.points {
      report("referral.\(name)", "is \(points): give 0 (none) to \(PolicyLimits.points)")
    }
    for (days, name) in [
      (referral.registerWithinDays, "register_within_days"), (referral.purchaseWithinDays, "purchase_within_days"),
    ] where days > PolicyLimits.windowDays {
      report("referral.\(name)", "is \(days): give at most \(PolicyLimits.windowDays)")
    }
    checkUnique(referral.least.map(\.currency), "referral.least", field: "currency")
    for (index, least) in referral.least.enumerated() {
      if !CurrencyCode.isValid(least.currency) {
        report(
          "referral.least[\(index)].currency",
          "is '\(least.currency)': give an ISO 4217 code, three capital letters, as in CNY")
      }
      if least.minorUnits < 0 {
        report("referral.least[\(index)].minor_units", "is \(least.minorUnits): give 0 or more")
      }
    }
  }

  private mutating func checkAudience(_ audience: AudiencePolicy?, _ path: String) {
    guard let audience else { return }
    checkKnown(audience.tiers, in: policy.tiers.map(\.id), "\(path).tiers", what: "tier")
    for (index, segment) in audience.segments.enumerated() { checkID(segment, "\(path).segments[\(index)]") }
    for (index, segment) in audience.householdSegments.enumerated() {
      checkID(segment, "\(path).household_segments[\(index)]")
    }
  }

  private mutating func checkCare() {
    checkCount(policy.notices.count, atMost: PolicyLimits.notices, "notices")
    checkUnique(policy.notices.map(\.id), "notices", field: "id")
    for (index, notice) in policy.notices.enumerated() { checkNotice(notice, "notices[\(index)]") }
    checkCount(policy.triggers.count, atMost: PolicyLimits.triggers, "triggers")
    checkUnique(policy.triggers.map(\.id), "triggers", field: "id")
    for (index, trigger) in policy.triggers.enumerated() { checkTrigger(trigger, "triggers[\(index)]") }
    if let outbox = policy.outbox {
      if outbox.attempts > 100 { report("outbox.attempts", "is \(outbox.attempts): give at most 100") }
      if outbox.retryMinutes > 1_440 { report("outbox.retry_minutes", "is \(outbox.retryMinutes): give at most 1440") }
      if outbox.seenWithinDays > PolicyLimits.windowDays {
        report("outbox.seen_within_days", "is \(outbox.seenWithinDays): give at most \(PolicyLimits.windowDays)")
      }
    }
  }

  private mutating func checkNotice(_ notice: NoticePolicy, _ path: String) {
    checkID(notice.id, "\(path).id")
    if !notice.subject.isEmpty { checkTexts(notice.subject, "\(path).subject") }
    checkTexts(notice.text, "\(path).text")
    if case .unspecified = notice.event {
      report(
        "\(path).event",
        "is missing: trigger, tier_up, tier_down, points_expiring, feedback_answered or share_approved")
    }
    if notice.channels.isEmpty { report("\(path).channels", "is empty: sms, email, app or partner_feed") }
    if Set(notice.channels).count != notice.channels.count || notice.channels.contains(.unspecified) {
      report("\(path).channels", "names a channel twice, or none")
    }
    if !notice.purpose.isEmpty { checkID(notice.purpose, "\(path).purpose") }
    checkAudience(notice.audience, "\(path).audience")
    if notice.validHours > PolicyLimits.deadlineHours {
      report("\(path).valid_hours", "is \(notice.validHours): give at most \(PolicyLimits.deadlineHours)")
    }
    let isExpiry = notice.event == .pointsExpiring
    if isExpiry != (notice.daysBefore > 0) || notice.daysBefore > PolicyLimits.windowDays {
      report(
        "\(path).days_before",
        "is \(notice.daysBefore): points_expiring takes 1 to \(PolicyLimits.windowDays), other events none")
    }
  }

  private mutating func checkTrigger(_ trigger: TriggerPolicy, _ path: String) {
    checkID(trigger.id, "\(path).id")
    checkTexts(trigger.name, "\(path).name")
    checkAudience(trigger.audience, "\(path).audience")
    switch trigger.kind {
    case .unspecified, .unrecognized:
      report("\(path).kind", "is missing: birthday, anniversary, holiday or tenure")
    case .birthday, .anniversary, .holiday, .tenure: break
    }
    if (trigger.kind == .holiday) == trigger.dates.isEmpty {
      report("\(path).dates", "has \(trigger.dates.count) dates: a holiday has at least one, other triggers have none")
    }
    if (trigger.kind == .tenure) == (trigger.days == 0) || trigger.days > 36_500 {
      report("\(path).days", "is \(trigger.days): tenure takes 1 to 36500, other triggers none")
    }
    if trigger.kind != .anniversary, !trigger.years.isEmpty {
      report("\(path).years", "is there, but only an anniversary has years")
    }
    checkCount(trigger.dates.count, atMost: PolicyLimits.dates, "\(path).dates")
    for (index, date) in trigger.dates.enumerated() {
      // Leap years are years like 2024.
      let year = date.year == 0 ? 2024 : Int64(date.year)
      if !(1...12).contains(date.month) || date.day < 1
        || Int64(date.day) > CivilCalendar.daysInMonth(year: year, month: Int64(date.month))
        || date.year != 0 && !(1970...9999).contains(date.year)
      {
        report("\(path).dates[\(index)]", "is \(date.year)-\(date.month)-\(date.day), which is no day")
      }
    }
    if trigger.points < 0 || trigger.points > PolicyLimits.points {
      report("\(path).points", "is \(trigger.points): give 0 (none) to \(PolicyLimits.points)")
    }
    if !trigger.offer.isEmpty {
      checkKnown([trigger.offer], in: policy.offers.map(\.id), "\(path).offer", what: "offer")
    }
    if !trigger.notice.isEmpty {
      checkKnown(
        [trigger.notice], in: policy.notices.filter { $0.event == .trigger }.map(\.id), "\(path).notice",
        what: "notice with the event trigger")
    }
    if trigger.points == 0, trigger.offer.isEmpty, trigger.notice.isEmpty {
      report(path, "brings nothing: give at least one of points, offer and notice")
    }
  }
}

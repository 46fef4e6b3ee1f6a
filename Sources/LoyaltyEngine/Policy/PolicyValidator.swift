// Checks the meaning of a policy before it decides anything: a policy that passes can be compiled and never makes the
// engine refuse, overflow or trap for a reason that could have been seen here.

import LoyaltyMessages
import ProtobufRuntime

/// Finds every mistake in a policy document, not only the first.
public struct PolicyValidator {
  let policy: Policy
  private(set) var problems: [PolicyProblem] = []

  private init(_ policy: Policy) {
    self.policy = policy
  }

  /// Every mistake in the document, in its order; empty for a policy that can be used.
  public static func problems(in policy: Policy) -> [PolicyProblem] {
    var validator = PolicyValidator(policy)
    validator.checkHead()
    validator.checkCallers()
    validator.checkTiers()
    validator.checkEarningRules()
    validator.checkMemberLimits()
    validator.checkTierMeasures()
    validator.checkTeam()
    validator.checkExpiryAndWindows()
    validator.checkCatalogue()
    validator.checkPartnerships()
    validator.checkDeadlines()
    validator.checkLedger()
    validator.checkFeedback()
    validator.checkClaims()
    validator.checkCampaigns()
    return validator.problems
  }

  mutating func report(_ path: String, _ message: String) {
    problems.append(PolicyProblem(path: path, message: message))
  }

  // MARK: - The document's sections

  private mutating func checkHead() {
    if policy.version == 0 { report("version", "is missing: count versions up from 1") }
    if policy.effectiveFrom == nil {
      report("effective_from", "is missing: give the moment it begins to decide, as in 2026-01-01T00:00:00+08:00")
    }
    checkMoment(policy.effectiveFrom, "effective_from")
    guard let programme = policy.programme else {
      report("programme", "is missing: give the programme's id, name, utc_offset_minutes and default_language")
      return
    }
    checkID(programme.id, "programme.id")
    if programme.defaultLanguage.isEmpty {
      report("programme.default_language", "is missing: name the language that every text has, as in zh-CN")
    }
    checkTexts(programme.name, "programme.name")
    if !PolicyLimits.utcOffsetMinutes.contains(programme.utcOffsetMinutes) {
      report(
        "programme.utc_offset_minutes",
        "is \(programme.utcOffsetMinutes), which is no offset in use: give minutes from "
          + "\(PolicyLimits.utcOffsetMinutes.lowerBound) to \(PolicyLimits.utcOffsetMinutes.upperBound)")
    }
  }

  private mutating func checkCallers() {
    var seen: [String: String] = [:]
    checkCount(policy.partners.count, atMost: PolicyLimits.partners, "partners")
    if policy.partners.isEmpty { report("partners", "is empty: without a partner nobody can accrue") }
    checkUnique(policy.partners.map(\.id), "partners", field: "id")
    for (index, partner) in policy.partners.enumerated() {
      let path = "partners[\(index)]"
      checkID(partner.id, "\(path).id")
      checkTexts(partner.name, "\(path).name")
      if partner.certificateSubjects.isEmpty {
        report("\(path).certificate_subjects", "is empty: name the certificate that speaks for '\(partner.id)'")
      }
      checkCount(
        partner.certificateSubjects.count, atMost: PolicyLimits.certificateSubjects, "\(path).certificate_subjects")
      for (position, subject) in partner.certificateSubjects.enumerated() {
        checkSubject(subject, "\(path).certificate_subjects[\(position)]", &seen)
      }
      checkQuota(partner.quota, "\(path).quota")
    }
    checkCount(policy.operators.count, atMost: PolicyLimits.operators, "operators")
    for (index, person) in policy.operators.enumerated() {
      let path = "operators[\(index)]"
      checkSubject(person.certificateSubject, "\(path).certificate_subject", &seen)
      checkTexts(person.name, "\(path).name")
      if person.roles.isEmpty { report("\(path).roles", "is empty: name at least one role, as in operations") }
      for (position, role) in person.roles.enumerated() { checkID(role, "\(path).roles[\(position)]") }
    }
  }

  private mutating func checkTiers() {
    checkCount(policy.tiers.count, atMost: PolicyLimits.tiers, "tiers")
    if policy.tiers.isEmpty { report("tiers", "is empty: give at least the entry tier, with qualifying_points 0") }
    checkUnique(policy.tiers.map(\.id), "tiers", field: "id")
    for (index, tier) in policy.tiers.enumerated() {
      let path = "tiers[\(index)]"
      checkID(tier.id, "\(path).id")
      checkTexts(tier.name, "\(path).name")
      if index == 0, tier.qualifyingPoints != 0 {
        report("\(path).qualifying_points", "is \(tier.qualifyingPoints): the first tier is the entry tier and takes 0")
      }
      if index > 0, tier.qualifyingPoints <= policy.tiers[index - 1].qualifyingPoints {
        report(
          "\(path).qualifying_points",
          "is \(tier.qualifyingPoints), not above the \(policy.tiers[index - 1].qualifyingPoints) of the tier "
            + "'\(policy.tiers[index - 1].id)' before it: list tiers from the entry tier up")
      }
      if tier.multiplierBp < UInt32(FixedPoint.one) || tier.multiplierBp > PolicyLimits.multiplier {
        report(
          "\(path).multiplier_bp",
          "is \(tier.multiplierBp): give a multiplier over 10,000 from 10000 (once) to \(PolicyLimits.multiplier)")
      }
      checkCount(tier.benefits.count, atMost: PolicyLimits.benefits, "\(path).benefits")
      for (position, benefit) in tier.benefits.enumerated() {
        checkTexts(benefit.text, "\(path).benefits[\(position)].text")
      }
    }
  }

  private mutating func checkExpiryAndWindows() {
    if let expiry = policy.expiry {
      if expiry.months > PolicyLimits.expiryMonths {
        report("expiry.months", "is \(expiry.months): give 0 (never) to \(PolicyLimits.expiryMonths)")
      }
      for (index, activity) in expiry.extendedBy.enumerated() {
        let path = "expiry.extended_by[\(index)]"
        switch activity {
        case .purchase, .flight, .stay, .share, .survey, .referral, .event: break
        case .unspecified, .unrecognized: report(path, "is no activity: name one, as in stay")
        }
        if expiry.extendedBy.firstIndex(of: activity) != index { report(path, "is there twice") }
        if expiry.months == 0 { report(path, "extends points that never lapse: leave it out, or set expiry.months") }
      }
      if expiry.noticeDays > PolicyLimits.windowDays {
        report("expiry.notice_days", "is \(expiry.noticeDays): give at most \(PolicyLimits.windowDays)")
      }
    } else {
      report("expiry", "is missing: say how many months points live; months: 0 if they never lapse")
    }
    if let windows = policy.windows {
      if windows.accrueWithinDays < 1 || windows.accrueWithinDays > PolicyLimits.windowDays {
        report("windows.accrue_within_days", "is \(windows.accrueWithinDays): give 1 to \(PolicyLimits.windowDays)")
      }
      if windows.clockSkewMinutes > PolicyLimits.clockSkewMinutes {
        report(
          "windows.clock_skew_minutes", "is \(windows.clockSkewMinutes): give at most \(PolicyLimits.clockSkewMinutes)")
      }
    } else {
      report("windows", "is missing: say how late an activity may be accrued, accrue_within_days")
    }
  }

  private mutating func checkDeadlines() {
    var seen: Set<[String]> = []
    for (index, deadline) in policy.feedbackDeadlines.enumerated() {
      let path = "feedback_deadlines[\(index)]"
      switch deadline.kind {
      case .unspecified: report("\(path).kind", "is missing: complaint, question, suggestion or praise")
      case .unrecognized(let value):
        report("\(path).kind", "is \(value): complaint, question, suggestion or praise")
      default: break
      }
      if !deadline.tier.isEmpty {
        checkKnown([deadline.tier], in: policy.tiers.map(\.id), "\(path).tier", what: "tier")
      }
      if deadline.hours < 1 || deadline.hours > PolicyLimits.deadlineHours {
        report("\(path).hours", "is \(deadline.hours): give 1 to \(PolicyLimits.deadlineHours)")
      }
      if !seen.insert(["\(deadline.kind.rawValue)", deadline.tier]).inserted {
        report(path, "has the same kind and tier as an entry before it: leave one out")
      }
    }
    for (kind, name) in [
      (TicketKind.complaint, "complaint"), (.question, "question"), (.suggestion, "suggestion"), (.praise, "praise"),
    ]
    where !policy.feedbackDeadlines.contains(where: { $0.kind == kind && $0.tier.isEmpty }) {
      report("feedback_deadlines", "has no entry for kind \(name) without a tier: every ticket needs a due time")
    }
  }

  // MARK: - What values share, for sections in files of their own too

  mutating func checkID(_ id: String, _ path: String) {
    if id.isEmpty {
      report(path, "is missing")
    } else if id.utf8.count > PolicyLimits.idBytes || !id.utf8.allSatisfy(Self.isIDByte) {
      report(
        path, "is '\(id)': use lower-case letters, digits, '-' and '_', at most \(PolicyLimits.idBytes) of them")
    }
  }

  private static func isIDByte(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
  }

  mutating func checkSubject(_ subject: String, _ path: String, _ seen: inout [String: String]) {
    if subject.isEmpty {
      report(path, "is empty: give the common name of a client certificate")
    } else if subject.utf8.count > PolicyLimits.idBytes {
      report(path, "has \(subject.utf8.count) bytes: a common name has at most \(PolicyLimits.idBytes)")
    } else if let first = seen[subject] {
      report(path, "is '\(subject)', which \(first) has already: a certificate speaks for one caller")
    } else {
      seen[subject] = path
    }
  }

  mutating func checkTexts(_ texts: [String: String], _ path: String) {
    let language = policy.programme?.defaultLanguage ?? ""
    if texts.isEmpty || (!language.isEmpty && texts[language] == nil) {
      report(path, "has no text in '\(language)', the programme's default_language")
    }
    for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
      if text.isEmpty { report("\(path).\(key)", "is empty: write the text or leave the language out") }
      if text.utf8.count > PolicyLimits.textBytes {
        report("\(path).\(key)", "has \(text.utf8.count) bytes: at most \(PolicyLimits.textBytes)")
      }
    }
  }

  mutating func checkUnique(_ values: [String], _ path: String, field: String) {
    var first: [String: Int] = [:]
    for (index, value) in values.enumerated() {
      if let other = first[value] {
        report("\(path)[\(index)].\(field)", "is '\(value)', as \(path)[\(other)] has already")
      } else {
        first[value] = index
      }
    }
  }

  mutating func checkKnown(_ values: [String], in known: [String], _ path: String, what: String) {
    let isList = values.count != 1 || path.hasSuffix("s")
    for (index, value) in values.enumerated() where !known.contains(value) {
      let place = isList ? "\(path)[\(index)]" : path
      report(place, "is '\(value)', which is no \(what) of this policy: \(known.joined(separator: ", "))")
    }
  }

  mutating func checkCount(_ count: Int, atMost limit: Int, _ path: String) {
    if count > limit { report(path, "has \(count) entries: at most \(limit)") }
  }

  mutating func checkPrice(_ points: Int64, _ path: String) {
    if points < 1 || points > PolicyLimits.points {
      report(path, "is \(points): give 1 to \(PolicyLimits.points)")
    }
  }

  mutating func checkMoment(_ moment: ProtobufTimestamp?, _ path: String) {
    if let moment, moment.policyMilliseconds == nil {
      report(path, "is outside the years 1970 to 9999")
    }
  }

  mutating func checkWindow(
    _ from: ProtobufTimestamp?, _ until: ProtobufTimestamp?, _ path: String, from fromName: String,
    until untilName: String
  ) {
    checkMoment(from, "\(path).\(fromName)")
    checkMoment(until, "\(path).\(untilName)")
    if let start = from?.policyMilliseconds, let end = until?.policyMilliseconds, start >= end {
      report("\(path).\(untilName)", "is not after \(fromName): nothing would ever be within")
    }
  }
}

/// ISO 4217 alphabetic codes, by form.
public enum CurrencyCode {
  /// Three capital letters.
  public static func isValid(_ code: String) -> Bool {
    code.utf8.count == 3 && code.utf8.allSatisfy { (0x41...0x5a).contains($0) }
  }
}

extension ProtobufTimestamp {
  /// Unix milliseconds; nil outside of 1970 to 9999.
  var policyMilliseconds: Int64? {
    guard seconds >= 0, seconds <= CivilCalendar.lastMs / 1_000 else { return nil }
    return seconds * 1_000 + Int64(nanos) / 1_000_000
  }
}

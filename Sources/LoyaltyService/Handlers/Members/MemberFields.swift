// Profiles between the API and the journal, with their form checked.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

extension ProfileUpdate {
  /// What a request says of a profile; `path` is in front of the fields' names. What is empty is left out.
  init(_ profile: MemberProfile, _ fields: inout RequestFields, _ path: String, _ caller: Caller) {
    self.init()
    let most = FieldLimits.profileEntries
    if !profile.language.isEmpty {
      if !LanguageTag.isValid(profile.language) {
        fields.report("\(path)language", "must be a BCP 47 tag, as in zh-CN")
      }
      language = profile.language
    }
    if !profile.timeZone.isEmpty {
      fields.checkName(profile.timeZone, "\(path)time_zone")
      timeZone = profile.timeZone
    }
    if let birthday = profile.birthday {
      let month = Int64(birthday.month)
      if (1...12).contains(month),
        (1...CivilCalendar.daysInMonth(year: 2024, month: month)).contains(Int64(birthday.day))
      {
        self.birthday = UInt32(birthday.month * 100 + birthday.day)
      } else {
        fields.report("\(path)birthday", "must be a day of the year, as month 2 and day 29")
      }
    }
    if !profile.householdID.isEmpty {
      fields.checkName(profile.householdID, "\(path)household_id")
      household = profile.householdID
    }
    fields.checkNames(profile.segments, "\(path)segments", most: most)
    addSegments = profile.segments
    for (name, value) in profile.attributes.sorted(by: { $0.key < $1.key }) {
      fields.checkName(name, "\(path)attributes")
      fields.checkName(value, "\(path)attributes[\(name)]", isRequired: false)
      attributes.append(.init(name: name, value: value))
    }
    for (index, consent) in profile.consents.enumerated() {
      fields.checkName(consent.purpose, "\(path)consents[\(index)].purpose")
      fields.checkName(consent.partnerID, "\(path)consents[\(index)].partner_id", isRequired: false)
      if !caller.partner.isEmpty, consent.partnerID != caller.partner {
        fields.report("\(path)consents[\(index)].partner_id", "must be the calling partner")
      }
      consents.append(.init(purpose: consent.purpose, partner: consent.partnerID, granted: consent.granted))
    }
    if profile.attributes.count > most || profile.consents.count > most {
      fields.report(path.isEmpty ? "attributes" : "profile", "has more than \(most) attributes or consents")
    }
    guard !caller.partner.isEmpty else { return }
    if !profile.segments.isEmpty { fields.report("\(path)segments", "is for operators") }
    if !profile.attributes.isEmpty { fields.report("\(path)attributes", "is for operators") }
    if !profile.householdID.isEmpty { fields.report("\(path)household_id", "is for operators") }
  }
}

extension MemberProfile {
  init(_ update: ProfileUpdate) {
    self.init(
      language: update.language ?? "", timeZone: update.timeZone ?? "", householdID: update.household ?? "",
      segments: update.addSegments,
      attributes: Dictionary(update.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
      consents: update.consents.map {
        MemberConsent(
          purpose: $0.purpose, partnerID: $0.partner, granted: $0.granted,
          saidAt: ProtobufTimestamp(unixMilliseconds: $0.atMs))
      })
    if let birthday = update.birthday, birthday > 0 {
      self.birthday = MonthDay(month: Int32(birthday / 100), day: Int32(birthday % 100))
    }
  }
}

extension LoyaltyAPI.MemberStatus {
  init(_ status: LoyaltyMessages.MemberStatus) {
    self =
      switch status {
      case .unspecified: .active
      case .frozen: .frozen
      case .closed: .closed
      case .merged: .merged
      case .unrecognized: .unspecified
      }
  }
}

/// BCP 47 tags, by form (RFC 5646 §2.1): letters and digits in parts of 1 to 8, the first of letters.
enum LanguageTag {
  static func isValid(_ tag: String) -> Bool {
    let parts = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard tag.utf8.count <= FieldLimits.languageBytes, let first = parts.first, first.count >= 2 else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
    return first.allSatisfy(isLetter)
      && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) } }
  }
}

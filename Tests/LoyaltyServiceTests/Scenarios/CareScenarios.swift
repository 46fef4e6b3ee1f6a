// Care and notices, as the requirements ask for them: days in members' own time zones, and messages with their receipts.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var outbox: OutboxServiceClient { OutboxServiceClient(client) }
}

extension Scenario {
  /// Enrols a member with a profile, without an activity.
  fileprivate func enrol(
    _ member: String, zone: String = "", birthday: MonthDay? = nil, household: String = "", marketing: Bool? = nil,
    language: String = ""
  ) async throws {
    var profile = MemberProfile(language: language, timeZone: zone, birthday: birthday, householdID: household)
    if let marketing { profile.consents = [MemberConsent(purpose: "marketing", granted: marketing)] }
    _ = try await ops.members.enrolMember(
      EnrolMemberRequest(memberID: member, profile: profile, idempotencyKey: fresh()))
  }

  fileprivate func fetch(_ channel: NoticeChannel, _ caller: ScenarioCaller? = nil) async throws -> [OutgoingNotice] {
    try await (caller ?? ops).outbox.fetchNotices(
      FetchNoticesRequest(channel: channel, idempotencyKey: fresh())
    ).notices
  }

  fileprivate func report(
    _ kind: NoticeReceiptKind, _ notices: [OutgoingNotice]
  ) async throws -> ReportReceiptsResponse {
    try await ops.outbox.reportReceipts(
      ReportReceiptsRequest(
        receipts: notices.map { NoticeReceipt(noticeID: $0.noticeID, kind: kind) }, idempotencyKey: fresh()))
  }

  fileprivate func count(_ kind: String, _ channel: NoticeChannel) async throws -> NoticeCount? {
    try await ops.outbox.getOutboxReport(GetOutboxReportRequest()).counts
      .first { $0.kind == kind && $0.channel == channel }
  }
}

/// A moment of 2026 and later, as UTC.
private func utc(_ text: String) throws -> Int64 {
  let moment = try ProtobufTimestamp(jsonString: "\"\(text)\"")
  return moment.seconds * 1_000 + Int64(moment.nanos) / 1_000_000
}

@Suite struct CareScenarios {
  @Test("B1.8 B7.1: birthday wishes come when the day begins where the member lives, once, 29 February included")
  func birthdays() async throws {
    try await Scenario.run { stage in
      try await stage.enrol("M-shanghai", zone: "Asia/Shanghai", birthday: MonthDay(month: 6, day: 16))
      try await stage.enrol("M-new-york", zone: "America/New_York", birthday: MonthDay(month: 6, day: 16))
      try await stage.enrol("M-autumn", zone: "America/New_York", birthday: MonthDay(month: 11, day: 2))
      try await stage.enrol("M-leap", zone: "Asia/Shanghai", birthday: MonthDay(month: 2, day: 29))
      let error = await #expect(throws: RPCError.self) { try await stage.enrol("M-mars", zone: "Mars/Olympus") }
      let bad = try detail(BadRequest.self, of: try #require(error))?.fieldViolations.map(\.field)
      #expect(bad == ["profile.time_zone"])
      try stage.advance(milliseconds: 1)

      try stage.advance(to: try utc("2026-06-15T15:59:59.999Z"))
      #expect(try await stage.balance("M-shanghai") == 0)
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-shanghai") == 200)
      // In New York it is still the 15th. The server is down when the day begins there, four hours behind UTC.
      try stage.advance(to: try utc("2026-06-16T03:59:59.999Z"))
      #expect(try await stage.balance("M-new-york") == 0)
      try await stage.restart(at: try utc("2026-06-16T09:30:00Z"))
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-new-york") == 200)
      #expect(try await stage.balance("M-shanghai") == 200)
      let held = try await stage.ops.campaigns.listOffers(ListOffersRequest(memberID: "M-new-york")).held
      #expect(held.map(\.offerID) == ["birthday-upgrade"])

      // Another birthday in the same year brings nothing more.
      _ = try await stage.ops.members.updateMember(
        UpdateMemberRequest(
          memberID: "M-shanghai", birthday: MonthDay(month: 6, day: 20), idempotencyKey: stage.fresh()))
      try stage.advance(days: 10)
      #expect(try await stage.balance("M-shanghai") == 200)

      // On 1 November 2026 New York's clocks go back: the next day begins five hours behind UTC.
      try stage.advance(to: try utc("2026-11-02T04:59:59.999Z"))
      #expect(try await stage.balance("M-autumn") == 0)
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-autumn") == 200)

      // 2027 has no 29 February: the policy says the 28th. 2028 has one.
      try stage.advance(to: try utc("2027-02-27T15:59:59.999Z"))
      #expect(try await stage.balance("M-leap") == 0)
      try await stage.restart(at: try utc("2027-02-27T16:00:00Z"))
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-leap") == 200)
      try stage.advance(to: try utc("2028-02-28T15:59:59.999Z"))
      #expect(try await stage.balance("M-leap") == 200)
      try stage.advance(milliseconds: 1)
      #expect(try await stage.balance("M-leap") == 400)
    }
  }

  @Test("B1.8 B7.2 B7.3 B7.4: feasts, anniversaries, family day and a thousand days grant or notify, once each")
  func feasts() async throws {
    try await Scenario.run { stage in
      try await stage.enrol("M-1", zone: "Asia/Shanghai", household: "H-1", marketing: true)
      try await stage.enrol("M-2", zone: "Europe/Berlin", household: "H-1")
      try await stage.enrol("M-3")
      try stage.advance(milliseconds: 1)
      func held(_ member: String) async throws -> [String] {
        try await stage.ops.campaigns.listOffers(ListOffersRequest(memberID: member)).held.map(\.offerID)
      }
      // Spring Festival, 6 February 2027: a gift for everybody, in Berlin seven hours later.
      try stage.advance(to: try utc("2027-02-05T16:00:00Z"))
      #expect(try await held("M-1") == ["festival-gift"])
      #expect(try await held("M-3") == ["festival-gift"])
      #expect(try await held("M-2").isEmpty)
      try await stage.restart(at: try utc("2027-02-05T23:00:00Z"))
      try stage.advance(milliseconds: 1)
      #expect(try await held("M-2") == ["festival-gift"])
      #expect(try await held("M-1") == ["festival-gift"])
      // Family day is for households of two and more.
      try stage.advance(to: try utc("2027-05-15T08:00:00Z"))
      #expect(try await stage.balance("M-1") == 50)
      #expect(try await stage.balance("M-2") == 50)
      #expect(try await stage.balance("M-3") == 0)
      // A year after joining there are thanks, for whoever wants to hear them.
      try stage.advance(to: try utc("2027-06-14T15:59:59Z"))
      #expect(try await stage.fetch(.app).contains { $0.kind == "anniversary-thanks" } == false)
      try await stage.restart(at: try utc("2027-06-15T12:00:00Z"))
      try stage.advance(milliseconds: 1)
      let thanks = try await stage.fetch(.app).filter { $0.kind == "anniversary-thanks" }
      #expect(thanks.map(\.memberID) == ["M-1"] && thanks.first?.text == "感谢您又一年的陪伴。")
      #expect(try await stage.count("anniversary-thanks", .app)?.withoutConsent == 2)
      // The thousandth day: 11 March 2029.
      try stage.advance(to: try utc("2029-03-10T15:59:59Z"))
      #expect(try await held("M-1").contains("thousand-days-upgrade") == false)
      try stage.advance(to: try utc("2029-03-11T12:00:00Z"))
      for member in ["M-1", "M-2", "M-3"] {
        #expect(try await held(member).filter { $0 == "thousand-days-upgrade" }.count == 1)
      }
    }
  }

  @Test(
    "A1.4 A3.4.1 B2.8 B4.9 B6.8 B7.7: each channel has its outbox, consent is respected to the last moment, and delivery and exposure are counted"
  ) func channels() async throws {
    try await Scenario.run { stage in
      let birthday = MonthDay(month: 6, day: 16)
      try await stage.enrol("M-yes", birthday: birthday, marketing: true, language: "en")
      try await stage.enrol("M-no", birthday: birthday, marketing: false)
      try await stage.enrol("M-unasked", birthday: birthday)
      try await stage.enrol("M-later", birthday: birthday, marketing: true)
      try stage.advance(milliseconds: 1)
      try stage.advance(to: try utc("2026-06-15T16:00:00Z"))
      #expect(try await refusalReason { try await stage.fetch(.sms, stage.caller("ops-wang")) } == "ROLE_REQUIRED")
      #expect(try await refusalReason { try await stage.fetch(.sms, stage.air) } == "CHANNEL_FORBIDDEN")
      // Withdrawn before it is sent: nobody gets it.
      _ = try await stage.ops.members.updateMember(
        UpdateMemberRequest(
          memberID: "M-later", consents: [MemberConsent(purpose: "marketing", granted: false)],
          idempotencyKey: stage.fresh()))
      try await stage.restart()
      let texts = try await stage.fetch(.sms)
      #expect(texts.map(\.memberID) == ["M-yes"] && texts.first?.text == "Happy birthday! 200 points are yours.")
      #expect(try await stage.fetch(.sms).isEmpty, "under lease")
      #expect(try await stage.fetch(.app).map(\.memberID) == ["M-yes"], "each channel has its own")
      #expect(try await stage.report(.failed, texts).accepted == 1)
      try stage.advance(minutes: 6)
      let again = try await stage.fetch(.sms)
      #expect(again.map(\.noticeID) == texts.map(\.noticeID) && again.first?.attempt == 2)
      #expect(try await stage.report(.delivered, again).accepted == 1)
      #expect(try await stage.report(.delivered, again).repeatedReceipts == 1)
      try await stage.restart()
      #expect(try await stage.report(.seen, again).accepted == 1)
      #expect(try await stage.report(.seen, again).unknownNoticeIDs == again.map(\.noticeID))
      let count = try #require(try await stage.count("birthday-wish", .sms))
      #expect(count.queued == 2 && count.withoutConsent == 3 && count.fetched == 2)
      #expect(count.delivered == 1 && count.seen == 1 && count.failed == 0)

      // A partner's own feed has what came about through it, and no other partner sees it.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-yes", yuan: 100))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-yes", yuan: 30_000))
      #expect(try await stage.fetch(.partnerFeed, stage.hotel).isEmpty)
      let feed = try await stage.fetch(.partnerFeed, stage.air)
      #expect(feed.map(\.memberID) == ["M-yes"] && feed.first?.kind == "tier-up")
    }
  }

  @Test("B4.7: high tiers are told by SMS and e-mail, and what became of each message is known") func highTiers()
    async throws
  {
    try await Scenario.run { stage in
      for member in ["M-silver", "M-gold"] { _ = try await stage.air.loyalty.accrue(stage.flight(member, yuan: 100)) }
      let uploads = [stage.flight("M-silver", yuan: 10_000), stage.flight("M-gold", yuan: 30_000)]
      let upload = try await stage.air.activities.uploadActivities()
      for activity in uploads { try await upload.send(UploadActivitiesRequest(activity: activity)) }
      #expect(try await upload.finish().accepted == 2)
      try await stage.restart()
      #expect(try await Set(stage.fetch(.app).map(\.memberID)) == ["M-silver", "M-gold"])
      let texts = try await stage.fetch(.sms)
      let mails = try await stage.fetch(.email)
      #expect(texts.map(\.memberID) == ["M-gold"] && mails.map(\.memberID) == ["M-gold"])
      #expect(mails.first?.subject == "会员升级" && mails.first?.text == "恭喜升级为金卡，专属礼遇即刻生效。")
      _ = try await stage.report(.delivered, texts)
      _ = try await stage.report(.seen, mails)
      try await stage.restart()
      #expect(try await stage.count("tier-up-vip", .sms)?.delivered == 1)
      #expect(try await stage.count("tier-up-vip", .email)?.seen == 1)
      #expect(try await stage.count("tier-up-vip", .sms)?.seen == 0)
    }
  }
}

// Days in time zones, what they bring, and notices on their way.

import Foundation
import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct ZoneCalendarTests {
  /// The offsets of a zone as Foundation has them.
  static func rules(_ name: String) throws -> ZoneRules {
    let zone = try #require(TimeZone(identifier: name))
    var moment = Date(timeIntervalSince1970: 946_684_800)
    var rules = ZoneRules(name: name, offsetSeconds: Int32(zone.secondsFromGMT(for: moment)))
    let end = Date(timeIntervalSince1970: 1_893_456_000)
    while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < end {
      rules.changesAt.append(Int64(next.timeIntervalSince1970))
      rules.offsetsAfter.append(Int32(zone.secondsFromGMT(for: next)))
      moment = next
    }
    return rules
  }

  static func ms(_ text: String) throws -> Int64 {
    Int64(try Date.ISO8601FormatStyle().parse(text).timeIntervalSince1970) * 1_000
  }

  @Test(arguments: [
    "Asia/Shanghai", "America/New_York", "Africa/Cairo", "America/Sao_Paulo", "America/Asuncion", "America/Havana",
    "Asia/Beirut", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Tehran", "Europe/London",
  ]) func daysAreThoseOfFoundationAndBeginWithTheirFirstInstant(name: String) throws {
    let calendar = try #require(ZoneCalendar(Self.rules(name)))
    var foundation = Calendar(identifier: .gregorian)
    foundation.timeZone = try #require(TimeZone(identifier: name))
    let first = CivilCalendar.dayNumber(.init(year: 2001, month: 1, day: 1))
    for day in first..<(first + 27 * 365) {
      let start = calendar.start(ofDay: day)
      #expect(calendar.day(of: start) >= day && calendar.day(of: start - 1) < day, "\(name) \(day)")
      // Nothing in the two days before is in it.
      for hour in 1...48 { #expect(calendar.day(of: start - Int64(hour) * 3_600_000) < day) }
      let date = foundation.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(start) / 1_000))
      let expected = CivilCalendar.date(ofDay: calendar.day(of: start))
      #expect(date.year == Int(expected.year) && date.month == Int(expected.month) && date.day == Int(expected.day))
    }
  }

  @Test func midnightsThatAreSkippedOrComeTwiceHaveTheirFirstInstant() throws {
    // Cairo, 26 April 2024: from 00:00 straight to 01:00.
    let cairo = try #require(
      ZoneCalendar(
        ZoneRules(
          name: "c", offsetSeconds: 7_200, changesAt: [try Self.ms("2024-04-25T22:00:00Z") / 1_000],
          offsetsAfter: [10_800])))
    #expect(
      try cairo.start(ofDay: CivilCalendar.dayNumber(.init(year: 2024, month: 4, day: 26)))
        == Self.ms("2024-04-25T22:00:00Z"))
    // São Paulo, 18 February 2018: at 00:00 back to 23:00 of the 17th.
    let paulo = try #require(
      ZoneCalendar(
        ZoneRules(
          name: "p", offsetSeconds: -7_200, changesAt: [try Self.ms("2018-02-18T02:00:00Z") / 1_000],
          offsetsAfter: [-10_800])))
    #expect(
      try paulo.start(ofDay: CivilCalendar.dayNumber(.init(year: 2018, month: 2, day: 18)))
        == Self.ms("2018-02-18T03:00:00Z"))
    // Apia had no 30 December 2011.
    let apia = try #require(
      ZoneCalendar(
        ZoneRules(
          name: "a", offsetSeconds: -36_000, changesAt: [try Self.ms("2011-12-30T10:00:00Z") / 1_000],
          offsetsAfter: [50_400])))
    for day in [30, 31] as [Int64] {
      #expect(
        try apia.start(ofDay: CivilCalendar.dayNumber(.init(year: 2011, month: 12, day: day)))
          == Self.ms("2011-12-30T10:00:00Z"))
    }
  }

  @Test func rulesThatContradictThemselvesAreNone() {
    #expect(ZoneCalendar(ZoneRules(name: "z", changesAt: [2, 1], offsetsAfter: [0, 0])) == nil)
    #expect(ZoneCalendar(ZoneRules(name: "z", changesAt: [1], offsetsAfter: [])) == nil)
    #expect(ZoneCalendar(ZoneRules(name: "z", offsetSeconds: 100_000)) == nil)
    #expect(ZoneCalendar(ZoneRules(name: "z", changesAt: [Int64.max], offsetsAfter: [0])) == nil)
  }
}

@Suite struct DayTests {
  static func policy(_ change: (inout Policy) -> Void = { _ in }) throws -> CompiledPolicy {
    try TestPolicy.compiled { policy in
      policy.expiry = ExpiryPolicy(months: 0)
      policy.offers = [
        OfferPolicy(
          id: "treat", title: TestPolicy.text("Treat"), details: TestPolicy.text("Less"), discountBp: 1_000,
          byGrantOnly: true)
      ]
      policy.notices = [
        NoticePolicy(
          id: "wish", event: .trigger, channels: [.sms, .app], purpose: "marketing",
          text: TestPolicy.text("Happy birthday, {points}"))
      ]
      policy.triggers = [
        TriggerPolicy(
          id: "birthday", name: TestPolicy.text("Birthday"), kind: .birthday, points: 200, offer: "treat",
          notice: "wish")
      ]
      change(&policy)
    }
  }

  static let hour: Int64 = 3_600_000

  /// A desk with the zones that the tests live in, and members without purchases.
  static func desk(_ members: [String], policy: CompiledPolicy? = nil, at now: Int64 = TestPolicy.start) throws -> Desk
  {
    var desk = try Desk(policy ?? Self.policy())
    desk.now = now
    let zones = TimeZonesInput(
      version: "test",
      zones: [
        ZoneRules(name: "East", offsetSeconds: 12 * 3_600), ZoneRules(name: "West", offsetSeconds: -10 * 3_600),
        ZoneRules(name: "Middle"),
      ])
    try desk.accept(.timeZones(zones), caller: .service)
    for member in members { try desk.accept(.enrolment(EnrolmentInput(member: member)), caller: Desk.ops) }
    _ = try desk.doDays()
    return desk
  }

  static func profile(
    _ member: String, zone: String? = nil, birthday: UInt32? = nil, consent: Bool? = nil
  ) -> Record.Input {
    var update = ProfileUpdate(timeZone: zone, birthday: birthday)
    if let consent { update.consents = [Consent(purpose: "marketing", granted: consent)] }
    return .profile(ProfileInput(member: member, profile: update))
  }

  static func day(_ year: Int64, _ month: Int64, _ day: Int64, offsetHours: Int64 = 8) -> Int64 {
    CivilCalendar(utcOffsetMinutes: Int32(offsetHours * 60)).start(of: .init(year: year, month: month, day: day))
  }

  @Test func aBirthdayBringsItsPointsOnceAtTheFirstInstantOfTheDayInTheMembersZone() throws {
    var desk = try Self.desk(["home", "east", "west"])
    try desk.accept(Self.profile("home", birthday: 320), caller: Desk.ops)
    try desk.accept(Self.profile("east", zone: "East", birthday: 320), caller: Desk.ops)
    try desk.accept(Self.profile("west", zone: "West", birthday: 320), caller: Desk.ops)
    for (member, offset) in [("east", 12), ("home", 8), ("west", -10)] as [(String, Int64)] {
      desk.now = Self.day(2026, 3, 20, offsetHours: offset) - 1
      _ = try desk.doDays()
      #expect(try desk.account(member).available == 0)
      desk.now += 1
      let records = try desk.doDays()
      #expect(try desk.account(member).available == 200)
      #expect(records.flatMap(\.triggersFired).map(\.trigger) == ["birthday"])
      for record in records { #expect(Ledger.checkConservation(record) == []) }
      desk.now += Self.hour
      #expect(try desk.doDays().flatMap(\.triggersFired).isEmpty)
    }
    #expect(try desk.ledger.offers(for: "home", policy: desk.policy, now: desk.now).held.count == 1)
    try desk.checkDurability()
  }

  @Test func whatASleepingServerMissedComesDayAfterDay() throws {
    var desk = try Self.desk(["a", "b"])
    try desk.accept(Self.profile("a", birthday: 320), caller: Desk.ops)
    try desk.accept(Self.profile("b", birthday: 401), caller: Desk.ops)
    desk.now = Self.day(2028, 3, 25)
    let fired = try desk.doDays().flatMap(\.triggersFired)
    #expect(fired.map { CivilCalendar.date(ofDay: $0.day).year } == [2026, 2026, 2027, 2027, 2028])
    #expect(try desk.account("a").available == 600 && desk.account("b").available == 400)
    #expect(desk.ledger.nextDayMs ?? 0 > desk.now)
    try desk.checkDurability()
  }

  @Test(arguments: [(LeapDay.feb28, 2, 28), (.mar1, 3, 1), (.unspecified, 2, 28)] as [(LeapDay, Int64, Int64)])
  func twentyNineFebruaryIsWhereThePolicyPutsItInOtherYears(leapDay: LeapDay, month: Int64, date: Int64) throws {
    var desk = try Self.desk(["a"], policy: Self.policy { $0.triggers[0].leapDay = leapDay })
    try desk.accept(Self.profile("a", birthday: 229), caller: Desk.ops)
    desk.now = Self.day(2028, 12, 31)
    let days = try desk.doDays().flatMap(\.triggersFired).map { CivilCalendar.date(ofDay: $0.day) }
    #expect(days == [.init(year: 2027, month: month, day: date), .init(year: 2028, month: 2, day: 29)])
  }

  @Test func whoeverCorrectsABirthdayGetsNoSecondOne() throws {
    var desk = try Self.desk(["a"])
    try desk.accept(Self.profile("a", birthday: 320), caller: Desk.ops)
    desk.now = Self.day(2026, 3, 20)
    _ = try desk.doDays()
    try desk.accept(Self.profile("a", birthday: 401), caller: Desk.ops)
    desk.now = Self.day(2027, 3, 31)
    #expect(try desk.doDays().flatMap(\.triggersFired).isEmpty)
    desk.now = Self.day(2027, 4, 1)
    #expect(try desk.doDays().flatMap(\.triggersFired).count == 1)
    try desk.checkDurability()
  }

  @Test func anniversariesFeastsAndDaysOfMembershipComeOnTheirDays() throws {
    let policy = try Self.policy { policy in
      policy.triggers = [
        TriggerPolicy(
          id: "years", name: TestPolicy.text("Years"), kind: .anniversary, years: [1, 3], points: 100),
        TriggerPolicy(
          id: "feast", name: TestPolicy.text("Feast"), kind: .holiday,
          dates: [DatePolicy(year: 2027, month: 2, day: 6), DatePolicy(month: 12, day: 25)], points: 10),
        TriggerPolicy(id: "ten", name: TestPolicy.text("Ten"), kind: .tenure, days: 10, points: 1),
      ]
    }
    // 02:00 in Shanghai on 10 March: 9 March in UTC.
    var desk = try Self.desk(["a"], policy: policy, at: Self.day(2026, 3, 10) + 2 * Self.hour)
    desk.now = Self.day(2029, 3, 10)
    let fired = try desk.doDays().flatMap(\.triggersFired).map { ($0.trigger, CivilCalendar.date(ofDay: $0.day)) }
    let expected: [(String, CivilCalendar.Day)] = [
      ("ten", .init(year: 2026, month: 3, day: 20)), ("feast", .init(year: 2026, month: 12, day: 25)),
      ("feast", .init(year: 2027, month: 2, day: 6)), ("years", .init(year: 2027, month: 3, day: 10)),
      ("feast", .init(year: 2027, month: 12, day: 25)), ("feast", .init(year: 2028, month: 12, day: 25)),
      ("years", .init(year: 2029, month: 3, day: 10)),
    ]
    #expect(fired.map(\.0) == expected.map(\.0) && fired.map(\.1) == expected.map(\.1))
    try desk.checkDurability()
  }

  @Test func aFeastForManyIsDoneInBoundedRecordsAndOnceEach() throws {
    let policy = try Self.policy { policy in
      policy.triggers = [
        TriggerPolicy(
          id: "feast", name: TestPolicy.text("Feast"), kind: .holiday, dates: [DatePolicy(month: 4, day: 1)],
          points: 10)
      ]
    }
    let members = (0..<300).map { "m\($0)" }
    var desk = try Self.desk(members, policy: policy)
    for member in members.prefix(40) { try desk.accept(Self.profile(member, zone: "East"), caller: Desk.ops) }
    desk.now = Self.day(2026, 4, 2)
    let records = try desk.doDays()
    #expect(records.allSatisfy { $0.triggersFired.count <= Ledger.membersGreeted })
    #expect(records.flatMap(\.triggersFired).count == 300)
    for member in members { #expect(try desk.account(member).available == 10) }
    try desk.checkDurability()
  }

  /// Members move between zones 22 hours apart at random; nobody gets a feast twice or misses one.
  @Test(arguments: 1...8 as ClosedRange<UInt64>) func movingNeitherDoublesNorLosesADay(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let policy = try Self.policy { policy in
      policy.triggers = [
        TriggerPolicy(
          id: "feast", name: TestPolicy.text("Feast"), kind: .holiday,
          dates: [DatePolicy(month: 3, day: 15), DatePolicy(month: 3, day: 16), DatePolicy(month: 3, day: 20)],
          points: 1)
      ]
    }
    let members = (0..<10).map { "m\($0)" }
    var desk = try Self.desk(members, policy: policy)
    while desk.now < Self.day(2026, 3, 24) {
      desk.now += Int64.random(in: 1...(9 * Self.hour), using: &random)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let zone = ["East", "West", "Middle", ""].randomElement(using: &random)
        try desk.accept(
          Self.profile(members.randomElement(using: &random) ?? "m0", zone: zone), caller: Desk.ops)
      }
      // Sometimes the server sleeps, sometimes it does a part only.
      if Bool.random(using: &random) { _ = try desk.doDays(UInt32.random(in: 1...4, using: &random), most: 2) }
    }
    _ = try desk.doDays()
    for member in members { #expect(try desk.account(member).available == 3, "seed \(seed): \(member)") }
    try desk.checkDurability()
  }

  @Test func pointsThatLapseSoonAreToldOnceSoManyDaysBefore() throws {
    let policy = try Self.policy { policy in
      policy.expiry = ExpiryPolicy(months: 3)
      policy.triggers = []
      policy.notices = [
        NoticePolicy(
          id: "soon", event: .pointsExpiring, channels: [.email], text: TestPolicy.text("{points} {date}"),
          daysBefore: 30)
      ]
    }
    var desk = try Desk(policy)
    try desk.accept(accrual("a", yuan: 70, reference: "1"))
    #expect(try desk.account("a").nextExpiryMs == Self.day(2026, 6, 11))
    _ = try desk.doDays()
    desk.now = Self.day(2026, 5, 11) - 1
    #expect(try desk.doDays().flatMap(\.notices).isEmpty)
    desk.now += 1
    let notices = try desk.doDays().flatMap(\.notices)
    #expect(notices.map(\.notice) == ["soon"])
    #expect(notices.first?.values.map(\.value) == ["70", "2026-06-10"])
    desk.now = Self.day(2026, 6, 12)
    #expect(try desk.doDays().flatMap(\.notices).isEmpty)
  }

  // MARK: - The outbox

  static func fetch(_ desk: inout Desk, _ channel: OutboxChannel = .sms, caller: Caller = Desk.ops) throws -> [UInt64] {
    let record = try desk.accept(
      .outboxFetch(OutboxFetchInput(channel: channel, maxNotices: 10, leaseMs: 60_000)), caller: caller)
    guard case .outboxFetched(let outcome)? = record.outcome else { throw Desk.Unexpected(what: "no notices") }
    return outcome.notices
  }

  static func report(_ desk: inout Desk, _ notice: UInt64, _ kind: ReceiptKind) throws -> ReceiptEffect? {
    let input = OutboxReceiptsInput(receipts: [OutboxReceipt(notice: notice, kind: kind)])
    guard case .outboxReceipted(let outcome)? = try desk.accept(.outboxReceipts(input), caller: Desk.ops).outcome else {
      throw Desk.Unexpected(what: "no receipts")
    }
    return outcome.effects.first
  }

  /// A desk where two birthdays have come: of one who consents to marketing, and of one who does not.
  static func wished() throws -> Desk {
    var desk = try desk(["yes", "no", "never"])
    try desk.accept(profile("yes", birthday: 320, consent: true), caller: Desk.ops)
    try desk.accept(profile("no", birthday: 320, consent: false), caller: Desk.ops)
    try desk.accept(profile("never", birthday: 320), caller: Desk.ops)
    desk.now = day(2026, 3, 20)
    _ = try desk.doDays()
    return desk
  }

  @Test func noticesGoToWhoConsentsAndTheOthersAreCounted() throws {
    var desk = try Self.wished()
    let sms = try Self.fetch(&desk)
    #expect(desk.ledger.notices(sms, policy: desk.policy, now: desk.now).map(\.member) == ["yes"])
    #expect(try Self.fetch(&desk, .email).isEmpty)
    let count = try #require(desk.ledger.noticeCounts.first { $0.channel == .sms })
    #expect(count.queued == 1 && count.noConsent == 2 && count.fetched == 1)
    #expect(try desk.account("never").available == 200, "the points are not a matter of consent")
    try desk.checkDurability()
  }

  @Test func whatIsNotReportedWithinItsLeaseIsThereAgainAndSeenCountsOnce() throws {
    var desk = try Self.wished()
    let first = try Self.fetch(&desk)
    #expect(first.count == 1)
    desk.now += 59_999
    #expect(try Self.fetch(&desk).isEmpty)
    desk.now += 1
    #expect(try Self.fetch(&desk) == first)
    #expect(try Self.report(&desk, first[0], .delivered) == .delivered)
    #expect(try Self.report(&desk, first[0], .delivered) == .repeated)
    #expect(try Self.report(&desk, first[0], .failed) == .repeated)
    try desk.checkDurability()
    #expect(try Self.report(&desk, first[0], .seen) == .seen)
    #expect(try Self.report(&desk, first[0], .seen) == .unknown)
    let count = try #require(desk.ledger.noticeCounts.first { $0.channel == .sms })
    #expect(count.delivered == 1 && count.seen == 1 && count.fetched == 2 && count.failed == 0)
    try desk.checkDurability()
  }

  @Test func aNoticeThatFailsIsTriedAgainLaterAndGivenUpAfterItsTries() throws {
    var desk = try Self.wished()
    var waits: [Int64] = []
    for attempt in 1...5 {
      var wait: Int64 = 0
      var found = try Self.fetch(&desk)
      while found.isEmpty {
        desk.now += 60_000
        wait += 1
        found = try Self.fetch(&desk)
      }
      waits.append(wait)
      #expect(try Self.report(&desk, found[0], .failed) == (attempt < 5 ? .retry : .givenUp))
    }
    #expect(waits == [0, 5, 10, 20, 40])
    desk.now += TestPolicy.day
    #expect(try Self.fetch(&desk).isEmpty)
    #expect(desk.ledger.noticeCounts.first { $0.channel == .sms }?.failed == 1)
    try desk.checkDurability()
  }

  @Test func aNoticeThatNobodySendsInTimeLeavesAsLate() throws {
    var desk = try Self.wished()
    desk.now = Self.day(2026, 3, 23)
    #expect(try Self.fetch(&desk).isEmpty)
    try desk.accept(.outboxDue(OutboxDueInput()), caller: .service)
    #expect(desk.ledger.noticeCounts.allSatisfy { $0.late == 1 && $0.delivered == 0 })
    #expect(desk.ledger.outbox.notices.count == 0)
    try desk.checkDurability()
  }

  @Test func aPartnersFeedHasWhatThePartnerBroughtAbout() throws {
    let policy = try Self.policy { policy in
      policy.notices = [
        NoticePolicy(id: "up", event: .tierUp, channels: [.partnerFeed, .app], text: TestPolicy.text("{tier}"))
      ]
      policy.triggers = []
    }
    var desk = try Desk(policy)
    try desk.accept(accrual("a", yuan: 1, reference: "0"))
    try desk.accept(accrual("a", yuan: 2_000, reference: "1"))
    #expect(try Self.fetch(&desk, .partnerFeed, caller: Desk.inn).isEmpty)
    let mine = try Self.fetch(&desk, .partnerFeed, caller: Desk.air)
    let told = try #require(desk.ledger.notices(mine, policy: desk.policy, now: desk.now).first)
    #expect(told.state.values.map(\.value) == ["silver", "entry"] && told.tier == 1)
    #expect(
      desk.refusal(
        .outboxFetch(OutboxFetchInput(channel: .sms, maxNotices: 1, leaseMs: 1)), caller: Desk.air)?.reason
        == .channelForbidden)
    try desk.checkDurability()
  }
}

extension Desk {
  /// Does what the days bring until nothing is left, or `most` records.
  mutating func doDays(_ members: UInt32 = 0, most: Int = .max) throws -> [Record] {
    var records: [Record] = []
    while records.count < most,
      case .change(let record) = decide(.day(DayInput(maxMembers: members)), key: "", caller: .service)
    {
      apply(record)
      records.append(record)
    }
    return records
  }
}

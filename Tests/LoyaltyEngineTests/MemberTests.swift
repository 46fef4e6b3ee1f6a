// Members beyond points: enrolment, profiles, numbers, status; and that all of it survives replay and snapshots.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

func enrolment(_ member: String, _ profile: ProfileUpdate? = nil, number: String = "") -> Record.Input {
  .enrolment(EnrolmentInput(member: member, partnerNumber: number, profile: profile))
}

func profile(_ member: String, _ update: ProfileUpdate) -> Record.Input {
  .profile(ProfileInput(member: member, profile: update))
}

func status(_ member: String, _ status: MemberStatus) -> Record.Input {
  .status(StatusInput(member: member, status: status, reason: "asked"))
}

@Suite struct MemberTests {
  @Test func whoEnrolsHasTheEntryTierAndTheFirstActivityIsStillTheFirst() throws {
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.earningRules.append(
          EarningRule(
            id: "welcome", version: 1, name: TestPolicy.text("Welcome"), when: EarningCondition(firstActivity: true),
            fixedPoints: 500))
      })
    let enrolled = try desk.accept(enrolment("m", number: "FF-1"))
    guard case .memberChanged(let outcome)? = enrolled.outcome else { throw Desk.Unexpected(what: "no member") }
    #expect(outcome.enrolled && outcome.tier == "entry")
    #expect(try desk.account("m").available == 0)
    #expect(desk.refusal(enrolment("m"))?.reason == .memberExists)
    #expect(desk.refusal(enrolment("n", number: "FF-1"))?.reason == .memberMismatch)
    try HoldTests.check(desk)
    let first = try desk.accept(accrual("", yuan: 10, reference: "a", number: "FF-1"))
    #expect(first.accrual?.lines.map(\.rule) == ["money", "welcome"] && first.accrual?.enrolled == false)
    #expect(try desk.accept(accrual("m", yuan: 10, reference: "b")).accrual?.lines.map(\.rule) == ["money"])
    try HoldTests.check(desk)
  }

  @Test func aProfileKeepsWhatItIsToldAndForgetsWhatItIsToldToForget() throws {
    var desk = try Desk()
    try desk.accept(
      enrolment(
        "m",
        ProfileUpdate(
          language: "zh-CN", timeZone: "Asia/Shanghai", birthday: 229, household: "H-1",
          addSegments: ["family", "beta"],
          attributes: [.init(name: "city", value: "Shanghai"), .init(name: "seat", value: "aisle")],
          consents: [.init(purpose: "email", granted: true), .init(purpose: "email", partner: "air", granted: false)])))
    try desk.accept(enrolment("n", ProfileUpdate(household: "H-1")))
    try HoldTests.check(desk)
    var view = try desk.ledger.member("m")
    #expect(view.profile.addSegments == ["beta", "family"] && view.profile.birthday == 229)
    #expect(view.householdMembers == ["m", "n"] && view.profile.consents.allSatisfy { $0.atMs == desk.now })
    #expect(desk.ledger.isIn("beta", member: 0) && !desk.ledger.isIn("beta", member: 1))
    #expect(desk.ledger.attribute("city", member: 0) == "Shanghai")
    #expect(desk.ledger.consent("email", member: 0) == true)
    #expect(desk.ledger.consent("email", partner: "air", member: 0) == false)
    #expect(desk.ledger.consent("email", partner: "inn", member: 0) == true)
    #expect(desk.ledger.consent("sms", member: 0) == nil)
    desk.now += 1_000
    try desk.accept(
      profile(
        "m",
        ProfileUpdate(
          birthday: 0, household: "", removeSegments: ["family", "never"], attributes: [.init(name: "seat", value: "")],
          consents: [.init(purpose: "email", granted: false)])))
    view = try desk.ledger.member("m")
    #expect(view.profile.birthday == nil && view.profile.household == nil && view.householdMembers.isEmpty)
    #expect(view.profile.addSegments == ["beta"] && view.profile.attributes.map(\.name) == ["city"])
    #expect(view.profile.language == "zh-CN" && view.profile.consents.map(\.granted) == [false, false])
    #expect(try desk.ledger.member("n").householdMembers == ["n"])
    try HoldTests.check(desk)
  }

  @Test func profilesHaveLimits() throws {
    var desk = try Desk()
    try desk.accept(enrolment("m", ProfileUpdate(addSegments: (0..<64).map { "s\($0)" })))
    #expect(desk.refusal(profile("m", ProfileUpdate(addSegments: ["one-more"])))?.reason == .profileFull)
    #expect(desk.refusal(profile("m", ProfileUpdate(addSegments: ["s1"]))) == nil)
    #expect(desk.refusal(profile("m", ProfileUpdate(birthday: 230)))?.reason == .commandInvalid)
    for number in 0..<desk.ledger.limits.householdMembers {
      try desk.accept(enrolment("h\(number)", ProfileUpdate(household: "H")))
    }
    #expect(desk.refusal(profile("m", ProfileUpdate(household: "H")))?.reason == .profileFull)
    #expect(desk.refusal(profile("h3", ProfileUpdate(household: "H"))) == nil)
  }

  @Test func aNumberNamesOneMemberForGood() throws {
    var desk = try Desk()
    try desk.accept(enrolment("m"))
    try desk.accept(enrolment("n"))
    try desk.accept(.numberLink(NumberLinkInput(member: "m", partnerNumber: "7")))
    try desk.accept(.numberLink(NumberLinkInput(member: "n", partnerNumber: "7", partner: "inn")), caller: Desk.ops)
    #expect(try desk.ledger.member("", number: "7", partner: "air").member == "m")
    #expect(try desk.ledger.member("", number: "7", partner: "inn").member == "n")
    let again = Record.Input.numberLink(NumberLinkInput(member: "n", partnerNumber: "7"))
    #expect(desk.refusal(again)?.reason == .numberTaken)
    let foreign = Record.Input.numberLink(NumberLinkInput(member: "n", partnerNumber: "8", partner: "inn"))
    #expect(desk.refusal(foreign)?.reason == .commandInvalid)
    try HoldTests.check(desk)
  }

  @Test func aFrozenAccountEarnsAndDoesNotSpendAndAClosedOneDoesNeither() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    try desk.accept(status("m", .frozen), caller: Desk.ops)
    for spending in [redemption("m", "mug"), reservation("m", 10)] {
      #expect(desk.refusal(spending)?.reason == .memberFrozen)
    }
    try desk.accept(accrual("m", yuan: 100, reference: "b"))
    #expect(try desk.account("m").available == 400)
    try HoldTests.check(desk)
    try desk.accept(status("m", .unspecified), caller: Desk.ops)
    try desk.accept(reservation("m", 10))
    #expect(desk.refusal(status("m", .closed), caller: Desk.ops)?.reason == .memberBusy)
    try desk.accept(.holdRelease(HoldReleaseInput(hold: desk.ledger.sequence)))
    let closed = try desk.accept(status("m", .closed), caller: Desk.ops)
    guard case .memberChanged(let outcome)? = closed.outcome else { throw Desk.Unexpected(what: "no member") }
    #expect(outcome.forfeited == 400 && outcome.status == .closed)
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "c"))?.reason == .memberClosed)
    #expect(desk.refusal(redemption("m", "mug"))?.reason == .memberClosed)
    #expect(desk.refusal(status("m", .merged), caller: Desk.ops)?.reason == .commandInvalid)
    try HoldTests.check(desk)
  }

  @Test func whoLeavesAHouseholdAndJoinsOneAgainIsInTheSamePlaceAfterARestart() throws {
    var desk = try Desk()
    func join(_ member: String, _ household: String) throws {
      try desk.accept(
        .profile(ProfileInput(member: member, profile: ProfileUpdate(household: household))), caller: Desk.ops)
    }
    for member in ["first", "second"] { try desk.accept(accrual(member, yuan: 100, reference: member)) }
    // The second has a profile before the first, and then one that says nothing.
    for (member, household) in [("second", ""), ("first", "")] { try join(member, household) }
    var restored = Ledger()
    for chunk in try snapshot(desk.ledger) { try restored.restore(chunk: chunk) }
    for member in ["first", "second"] {
      let made = desk.records.count
      try join(member, "house")
      for record in desk.records[made...] { restored.apply(record, sequence: restored.sequence + 1) }
    }
    #expect(try snapshot(restored) == snapshot(desk.ledger))
  }
}

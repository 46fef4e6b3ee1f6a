// Records and chunks that contradict the state: nothing traps, and the ledger says what was wrong first.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct DamageTests {
  static let records: [Record] = [
    Record(enrolments: [Enrolment(member: 9)]),
    Record(members: ["m"], enrolments: [Enrolment(member: 0)]),
    Record(members: ["x"], postings: [Posting(unit: .award, account: .member, amount: 5, lot: 1)]),
    Record(postings: [Posting(unit: .award, account: .member, member: 3, amount: 5, lot: 1)]),
    Record(members: ["m"], postings: [Posting(unit: .award, account: .member, amount: -5, lot: 77)]),
    Record(members: ["m"], postings: [Posting(unit: .award, account: .member, amount: -500, lot: 2 << 8)]),
    Record(members: ["m"], postings: [Posting(unit: .award, account: .member, amount: Int64.max, lot: 2 << 8)]),
    Record(members: ["m"], postings: [Posting(unit: .qualifying, account: .member, amount: -500)]),
    Record(members: ["m"], postings: [Posting(unit: .unrecognized(-9), account: .member, amount: 1)]),
    Record(postings: [Posting(unit: .award, account: .unrecognized(-9), amount: 1)]),
    Record(postings: [Posting(unit: .unrecognized(900), account: .redeemed, amount: 1)]),
    Record(
      postings: [
        Posting(unit: .award, account: .redeemed, amount: Int64.max),
        Posting(unit: .award, account: .redeemed, amount: 1),
      ]),
    Record(members: ["m"], numberLinks: [NumberLink(member: 0, partner: "air", number: "FF-7")]),
    Record(standings: [StandingChange(member: 4, tier: "gold")]),
    Record(members: ["m"], standings: [StandingChange(tier: "gold", periodEndsMs: Int64.min)]),
    Record(members: ["m"], standings: [StandingChange(tier: "gold", tierUntilMs: Int64.max, periodEndsMs: 1)]),
    Record(
      members: ["m"],
      postings: [Posting(unit: .award, account: .member, amount: 5, lot: 3 << 8, lotExpiresMs: Int64.min)]),
    Record(stockMoves: [StockMove(item: "mug", quantity: -1)]),
    Record(input: .opening(OpeningInput(programme: "other", hashKey: [1]))),
    Record(input: .feedback(FeedbackInput(member: "x")), outcome: .ticketOpened(FeedbackOutcome()), members: ["x"]),
  ]

  @Test(arguments: records) func aRecordThatContradictsTheStateIsNoted(record: Record) throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a", number: "FF-7"))
    #expect(desk.ledger.inconsistency == nil)
    var record = record
    record.timeMs = desk.now
    desk.ledger.apply(record, sequence: 3)
    #expect(desk.ledger.inconsistency?.hasPrefix("record 3 ") == true)
    _ = desk.ledger.checkInvariants()
  }

  @Test func aRecordOutOfOrderIsNoted() throws {
    var desk = try Desk()
    desk.ledger.apply(Record(timeMs: desk.now), sequence: 5)
    #expect(desk.ledger.inconsistency?.contains("missing") == true)
  }

  @Test func aRecordOfNoTimeThereIsIsNotedAndNothingOverflowsAfterIt() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a", number: "FF-7"))
    desk.ledger.apply(Record(timeMs: Int64.max), sequence: 3)
    #expect(desk.ledger.inconsistency?.hasPrefix("record 3 is of ") == true)
    #expect(try desk.account("m").available == 0)
    _ = desk.refusal(accrual("m", yuan: 1, reference: "b"))
  }

  @Test func aNumberThatMayNameAPersonIsNotInTheTextForLogs() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a", number: "FF-7"))
    let link = Record(
      timeMs: desk.now, members: ["m"], numberLinks: [NumberLink(member: 0, partner: "air", number: "FF-7")])
    desk.ledger.apply(link, sequence: 3)
    #expect(desk.ledger.inconsistency?.contains("FF-7") == false)
  }

  @Test func aSnapshotWithTimesThatThereAreNotIsRefused() throws {
    func header(_ time: Int64) -> [UInt8] {
      SnapshotChunk(
        part: .header(
          SnapshotHeader(format: 1, programme: "test", hashKey: [UInt8](1...16), sequence: 9, timeMs: time))
      ).serializedBytes()
    }
    func refuses(_ part: SnapshotChunk.Part) throws -> Bool {
      var ledger = Ledger()
      try ledger.restore(chunk: header(1_000))
      return (try? ledger.restore(chunk: SnapshotChunk(part: part).serializedBytes())) == nil
    }
    for time in [Int64.min, -1, Int64.max] {
      var ledger = Ledger()
      #expect(throws: RestoreError.self) { try ledger.restore(chunk: header(time)) }
      #expect(try refuses(.members(MemberPart(members: [MemberState(id: "m", periodEndsMs: time)]))))
      #expect(try refuses(.members(MemberPart(members: [MemberState(id: "m", tierUntilMs: time)]))))
      #expect(
        try refuses(
          .members(MemberPart(members: [MemberState(id: "m", lots: [LotState(lot: 1, remaining: 1, expiresMs: time)])]))
        ))
      #expect(try refuses(.keys(KeyPart(keys: [KeyState(high: 1, timeMs: time)]))))
    }
    #expect(try !refuses(.keys(KeyPart(keys: [KeyState(high: 1, timeMs: 1_000)]))))
  }

  @Test func chunksInTheWrongOrderOrOfAnotherFormatAreRefused() throws {
    var desk = try Desk()
    for number in 0..<50 { try desk.accept(accrual("m\(number)", yuan: 100, reference: "r\(number)")) }
    let chunks = try snapshot(desk.ledger)
    func refused(_ chunks: [[UInt8]]) -> Bool {
      var ledger = Ledger()
      do {
        for chunk in chunks { try ledger.restore(chunk: chunk) }
        return false
      } catch {
        return true
      }
    }
    #expect(!refused(chunks))
    #expect(refused(Array(chunks.dropFirst())))
    #expect(refused([chunks[0]] + chunks))
    #expect(refused(chunks + [chunks[1]]))
    #expect(refused([chunks[0], chunks[1], chunks[1]] + chunks.dropFirst(2)))
    #expect(refused([chunks[0]] + chunks.dropFirst(2)))
    #expect(refused([SnapshotChunk(part: .header(SnapshotHeader(format: 2))).serializedBytes()]))
    // A byte changed anywhere may be refused or not; it never traps.
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      var damaged = chunks
      let chunk = Int.random(in: 0..<damaged.count, using: &random)
      let byte = Int.random(in: 0..<damaged[chunk].count, using: &random)
      damaged[chunk][byte] = UInt8.random(in: 0...255, using: &random)
      _ = refused(damaged)
    }
  }
}

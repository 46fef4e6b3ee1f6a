// The tables under the ledger: hashes against published vectors, tables against the standard library's.

import Testing

@testable import LoyaltyEngine

@Suite struct StorageTests {
  /// Words of 00 01 02 …, under the key 00 … 0f, against the reference implementation's vectors for 128-bit output.
  @Test func hashesAgreeWithThePublishedVectors() throws {
    let key = try #require(HashKey((0..<16).map { UInt8($0) }))
    func hash(_ words: [UInt64]) -> [UInt8] {
      var hash = SipHash(key: key)
      for word in words { hash.combine(word) }
      let print = hash.finish()
      return [print.high, print.low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
      }
    }
    #expect(
      hash([]) == [
        0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93,
      ])
    #expect(
      hash([0x0706050403020100])
        == [0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61, 0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14, 0x97, 0xb4])
    #expect(
      hash([0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110])
        == [0x2d, 0xb4, 0x79, 0xae, 0x78, 0xbd, 0x50, 0xd8, 0x88, 0x2a, 0x8a, 0x17, 0x8a, 0x61, 0x32, 0xad])
    #expect(
      hash([
        0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918, 0x2726252423222120,
        0x2f2e2d2c2b2a2928, 0x3736353433323130,
      ])
        == [0x19, 0x38, 0xf2, 0xcf, 0x72, 0xd5, 0x4e, 0xe9, 0x7e, 0x94, 0x16, 0x6f, 0xa9, 0x1d, 0x2a, 0x36])
    #expect(key.bytes == (0..<16).map { UInt8($0) })
  }

  @Test func inputsThatRunTogetherHashApart() {
    func hash(_ parts: [String]) -> Fingerprint {
      var hash = SipHash(key: HashKey())
      for part in parts { hash.combine(part) }
      return hash.finish()
    }
    #expect(hash(["ab", "c"]) != hash(["a", "bc"]))
    #expect(hash(["a"]) != hash(["a\0"]))
    #expect(hash(["", "a"]) != hash(["a", ""]))
  }

  @Test func amountTableActsLikeADictionary() {
    var random = SeededGenerator(seed: 23)
    var table = AmountTable()
    var expected: [UInt64: AmountTable.Entry] = [:]
    // Each field within what an entry usually has, at its ends, and beyond.
    let amounts: [Int64] = [-5, 1, (1 << 55) - 1, -(1 << 55), 1 << 55, Int64.max, Int64.min]
    let periods: [Int64] = [0, 20_000, (1 << 24) - 1, 1 << 24, -1, Int64.max]
    for _ in 0..<50_000 {
      // As meters are numbered: few names above, many members below; some names more than an entry can say.
      let name = UInt64.random(in: 1...4, using: &random) + (Int.random(in: 0..<8, using: &random) == 0 ? 1 << 16 : 0)
      let key = name << 32 | UInt64.random(in: 0...2_000, using: &random)
      #expect(table[key] == expected[key])
      let amount = Bool.random(using: &random) ? 0 : amounts.randomElement(using: &random) ?? 0
      let period = periods.randomElement(using: &random) ?? 0
      table.set(key, amount: amount, period: period)
      expected[key] = amount == 0 ? nil : AmountTable.Entry(key: key, amount: amount, period: period)
      #expect(table[key] == expected[key])
    }
    #expect(table.count == expected.count)
    var found: [UInt64: AmountTable.Entry] = [:]
    table.forEach { found[$0.key] = $0 }
    #expect(found == expected)
  }

  /// Of every length, and alike but for one letter anywhere.
  @Test func policyNamesKeepTheirNumbersAsTheyGrow() {
    var names = PolicyNames()
    #expect(names["gold"] == nil)
    let given =
      [""]
      + (1...40).flatMap { length in
        (0..<length).map { String(repeating: "a", count: $0) + "b" + String(repeating: "a", count: length - $0 - 1) }
      }
    for (number, name) in given.enumerated() {
      #expect(names[name] == nil)
      #expect(names.insert(name) == number)
      #expect(names.insert(name) == number)
    }
    for (number, name) in given.enumerated() { #expect(names[name] == number) }
    #expect(names.names == given)
  }

  @Test func fingerprintTableActsLikeADictionary() {
    var random = SeededGenerator(seed: 7)
    var table = FingerprintTable()
    var expected: [Fingerprint: UInt64] = [:]
    // Few distinct homes, so that runs are long, wrap around, and are cut by removals.
    let prints = (0..<600 as Range<UInt64>).map { number -> Fingerprint in
      let shard: UInt64 = (number % 3) << 56
      let home: UInt64 = 0xffff_fff0 + number % 16
      return Fingerprint(high: shard | home, low: number << 40)
    }
    for step in 0..<20_000 {
      let print = prints[Int.random(in: 0..<prints.count, using: &random)]
      if Bool.random(using: &random) {
        table.set(print, to: UInt64(step + 1))
        expected[print] = UInt64(step + 1)
      } else {
        table.remove(print)
        expected[print] = nil
      }
    }
    #expect(table.count == expected.count)
    for print in prints where table[print] != expected[print] { Issue.record("\(print) differs") }
    var sorted: [Fingerprint] = []
    table.forEachSorted { sorted.append($0.fingerprint) }
    #expect(sorted == expected.keys.sorted { ($0.high, $0.low) < ($1.high, $1.low) })
  }

  @Test func nameTableGivesBackEveryNameUnderItsNumber() throws {
    var table = NameTable()
    let key = HashKey()
    let names = (0..<50_000).map { "member-\($0 * 7919)" } + ["", String(repeating: "x", count: 255), "会员"]
    for (number, name) in names.enumerated() {
      #expect(table.insert(name.utf8.span, key: key) == UInt32(number))
    }
    #expect(table.insert("member-0".utf8.span, key: key) == 0)
    #expect(table.insert(String(repeating: "x", count: 256).utf8.span, key: key) == nil)
    #expect(table.count == names.count)
    for (number, name) in names.enumerated() {
      if table.find(name.utf8.span, key: key) != UInt32(number) || table.string(UInt32(number)) != name {
        Issue.record("'\(name)' is not number \(number)")
      }
    }
    #expect(table.find("member-1".utf8.span, key: key) == nil)
  }

  @Test func lotTableKeepsItsListsThroughRandomOpeningAndSpending() {
    var random = SeededGenerator(seed: 3)
    var table = LotTable()
    var lists = [LotList](repeating: LotList(), count: 5)
    var expected = [[(id: UInt64, points: Int64, expires: Int64)]](repeating: [], count: 5)
    for id in 1...4_000 as ClosedRange<UInt64> {
      let member = Int.random(in: 0..<5, using: &random)
      if Int.random(in: 0..<5, using: &random) < 3 || expected[member].isEmpty {
        let expires = Bool.random(using: &random) ? Int64.max : Int64.random(in: 1...20, using: &random)
        table.open(
          Lot(id: id, remaining: 10, expiresMs: expires, earnedMs: Int64(id)), of: UInt32(member), in: &lists[member])
        let place = expected[member].firstIndex { $0.expires > expires } ?? expected[member].count
        expected[member].insert((id, 10, expires), at: place)
      } else {
        let index = Int.random(in: 0..<expected[member].count, using: &random)
        let left: Int64 = Bool.random(using: &random) ? 0 : 5
        guard let place = table.find(expected[member][index].id, in: lists[member]) else {
          Issue.record("lot \(expected[member][index].id) is lost")
          return
        }
        table.set(place, remaining: left, of: UInt32(member), in: &lists[member])
        if left == 0 { expected[member].remove(at: index) } else { expected[member][index].points = left }
      }
    }
    #expect(table.count == expected.map(\.count).reduce(0, +))
    for (list, expected) in zip(lists, expected) {
      var slot = list.first
      var ids: [UInt64] = []
      while slot != LotTable.none {
        ids.append(table[slot].id)
        slot = table[slot].next
      }
      #expect(ids == expected.map(\.id))
    }
    for now in [0, 7, 20, Int64.max] {
      var due: [UInt32] = []
      table.forEachDue(now: now) { member in
        due.append(member)
        return true
      }
      let firsts = expected.map { $0.first.flatMap { $0.expires == Int64.max ? nil : $0.expires } }
      #expect(due.map { firsts[Int($0)] } == firsts.compactMap(\.self).filter { $0 <= now }.sorted())
      #expect(Set(due).count == due.count)
    }
    let instants = Set(expected.joined().map(\.expires)).subtracting([Int64.max])
    #expect(table.earliestDue == instants.min())
    for from in 0...21 as ClosedRange<Int64> {
      #expect(table.hasDue(from: from, until: from + 2) == instants.contains { $0 >= from && $0 < from + 2 })
    }
  }

  @Test func keyWindowGivesBackOutcomesOfAnySize() {
    var window = KeyWindow()
    func entry(_ number: Int) -> KeyEntry {
      let length = number % 997 * (number % 100 == 0 ? 400 : 1)
      return KeyEntry(
        key: Fingerprint(high: UInt64(number) &* 0x9e37_79b9_7f4a_7c15, low: 1 << 50), request: 1,
        timeMs: Int64(number), sequence: UInt64(number),
        outcome: [UInt8](repeating: UInt8(number % 251), count: length))
    }
    for number in 1...20_000 {
      window.evict(maxCount: 5_000, before: 0)
      window.append(entry(number))
    }
    window.evict(maxCount: 5_000, before: 0)
    #expect(window.count == 5_000)
    for number in 1...20_000 where window.find(entry(number).key) != (number > 15_000 ? entry(number) : nil) {
      Issue.record("key \(number) differs")
    }
    window.evict(maxCount: 5_000, before: 19_001)
    #expect(window.count == 5_000 - KeyWindow.agedPerEviction)
    for _ in 0..<100 { window.evict(maxCount: 5_000, before: 19_001) }
    #expect(window.count == 1_000)
  }
}

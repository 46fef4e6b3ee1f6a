// The time zone reader against Foundation's own zones (which come with ICU, not from the same files), on slim and fat files.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import Testing

@testable import LoyaltyService

@Suite struct TimeZoneTests {
  static let now: Int64 = 1_781_488_800_000

  /// Zones with daylight saving in both hemispheres, with half hours, around Ramadan, with none, and west of the date line.
  static let names = [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata",
    "Africa/Casablanca", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Europe/Dublin", "Asia/Jerusalem",
    "UTC",
  ]

  @Test(arguments: names) func offsetsAreThoseOfFoundation(name: String) throws {
    guard case .rules(let rules) = TimeZoneDatabase.system.zone(name, now: Self.now) else {
      Issue.record("no rules of \(name)")
      return
    }
    let calendar = try #require(ZoneCalendar(rules))
    let zone = try #require(TimeZone(identifier: name))
    // Ten years, every five hours: beyond them databases of different years tell different futures.
    var seconds = TimeZoneDatabase.fromSeconds
    while seconds < 1_893_456_000 {
      let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
      let day = Int64((Double(seconds + offset) / 86_400).rounded(.down))
      guard calendar.day(of: seconds * 1_000) == day else {
        Issue.record("\(name) at \(seconds): day \(calendar.day(of: seconds * 1_000)), Foundation has \(day)")
        return
      }
      seconds += 18_000
    }
  }

  @Test func aSlimFileIsWorkedOutFromTheRuleAtItsEnd() throws {
    // Version 2, no transitions, one type of UTC+1, and the rule of Central Europe.
    func header(_ types: UInt8, _ characters: UInt8) -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, types, 0, 0, 0, characters]
    }
    let type: [UInt8] = [0, 0, 0x0e, 0x10, 0, 0] + Array("CET\0".utf8)
    let bytes = header(1, 4) + type + header(1, 4) + type + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
    let rules = try TimeZoneFile.rules(bytes, name: "X", from: 1_767_225_600, until: 1_798_761_600)
    // 29 March and 25 October 2026, 01:00 UTC.
    #expect(rules.changesAt == [1_774_746_000, 1_792_890_000] && rules.offsetsAfter == [7_200, 3_600])
    #expect(rules.offsetSeconds == 3_600)
    // Cut anywhere, it is refused and nothing else.
    for count in bytes.indices {
      #expect(throws: TimeZoneFileError.self) {
        try TimeZoneFile.rules(Array(bytes[..<count]), name: "X", from: 0, until: 1)
      }
    }
    for rule in [
      "CET", "CE-1", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0x",
    ] {
      #expect(throws: TimeZoneFileError.self) { try ZoneRule(rule) }
    }
    #expect(try ZoneRule("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1").standard == -10_800)
  }

  @Test func namesThatAreNoZonesAreUnknownWhateverFilesThereAre() {
    for name in [
      "", "../../etc/passwd", "/etc/passwd", "Asia/../Asia/Shanghai", "asia/shanghai", "Asia", "Mars/Olympus",
      "tzdata.zi",
    ] {
      if case .unknown = TimeZoneDatabase.system.zone(name, now: Self.now) { continue }
      Issue.record("'\(name)' is taken for a zone")
    }
    if case .unusable = TimeZoneDatabase(folder: "/nowhere").zone("Asia/Shanghai", now: Self.now) {
    } else {
      Issue.record("a missing database is not told from an unknown zone")
    }
  }
}

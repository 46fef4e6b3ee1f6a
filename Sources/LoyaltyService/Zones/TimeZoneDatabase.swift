// The machine's time zone database. The ledger has no such thing: what it needs of it is recorded, zone by zone as members
// begin to live in one, so that a replay has the days that members had, on whatever machine.

import Glibc
import LoyaltyEngine
import LoyaltyMessages

/// A folder of compiled time zones (tzdata).
public struct TimeZoneDatabase: Sendable {
  public static let system = TimeZoneDatabase(folder: "/usr/share/zoneinfo")

  /// No zone's file is longer: the longest have some 4 kB.
  static let longestFile = 64 << 10
  /// Rules begin here: no day before it is asked for.
  static let fromSeconds: Int64 = 1_577_836_800  // 2020-01-01

  let folder: String

  public init(folder: String) { self.folder = folder }

  /// Why a name is no zone, or its rules.
  enum Lookup {
    case rules(ZoneRules)
    case unknown
    /// There is a file, and it cannot be used; or there is no database at all.
    case unusable(String)
  }

  /// The rules of a zone for the decades around a moment.
  func zone(_ name: String, now: Int64) -> Lookup {
    guard Self.isName(name) else { return .unknown }
    switch Self.read("\(folder)/\(name)") {
    case .failure(let error):
      guard error.code == ENOENT || error.code == EISDIR || error.code == ENOTDIR else {
        return .unusable("\(folder)/\(name): \(error)")
      }
      return access(folder, R_OK) == 0
        ? .unknown : .unusable("this server has no time zone database in \(folder): install tzdata")
    case .success(let bytes):
      do throws(TimeZoneFileError) {
        return .rules(
          try TimeZoneFile.rules(bytes, name: name, from: Self.fromSeconds, until: Self.horizon(now: now)))
      } catch { return .unusable("\(folder)/\(name) \(error)") }
    }
  }

  /// Names the state of the rules: they are read again when it changes.
  func version(now: Int64) -> String {
    var version = "unknown"
    if case .success(let bytes) = Self.read("\(folder)/tzdata.zi", atMost: 64) {
      let line = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
      if line.hasPrefix("# version ") { version = String(line.dropFirst(10).prefix(16)) }
    }
    let year = CivilCalendar.date(ofDay: Self.horizon(now: now) / 86_400).year
    return "\(version) until \(year)"
  }

  /// Rules reach to the end of the decade after next, so that they change once in ten years.
  private static func horizon(now: Int64) -> Int64 {
    let year = CivilCalendar.date(ofDay: max(0, now) / CivilCalendar.millisecondsPerDay).year
    return CivilCalendar.dayNumber(.init(year: (year / 10 + 3) * 10, month: 1, day: 1)) * 86_400
  }

  /// Area/Location as IANA has them: nothing that could leave the folder.
  static func isName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count <= FieldLimits.idBytes && (1...3).contains(parts.count)
      && parts.allSatisfy { part in
        guard let first = part.first, (0x41...0x5a).contains(first) else { return false }
        return part.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
        }
      }
  }

  private struct FileError: Error, CustomStringConvertible {
    var code: Int32
    var description: String { String(cString: strerror(code)) }
  }

  private static func read(_ path: String, atMost most: Int = longestFile) -> Result<[UInt8], FileError> {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return .failure(FileError(code: errno)) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: most)
    var count = 0
    while count < most {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, most - count) }
      if got < 0 { return .failure(FileError(code: errno)) }
      if got == 0 { break }
      count += got
    }
    return .success(Array(bytes[..<count]))
  }
}

extension Programme {
  /// Sees to it that the ledger has the rules of a zone before a member lives in it.
  /// - Returns: what is wrong with the name; nil if nothing is.
  /// - Throws: `StoreError`.
  func learn(zone name: String) throws -> String? {
    if store.read({ ledger in ledger.knows(zone: name) }).value { return nil }
    let now = clock()
    switch zones.zone(name, now: now) {
    case .unknown: return "is no time zone of the IANA database, as Asia/Shanghai is one"
    case .unusable(let problem): return "cannot be used: \(problem)"
    case .rules(let rules):
      let input = TimeZonesInput(version: zones.version(now: now), zones: [rules], adds: true)
      _ = try store.commit { ledger in ledger.decide(Command(.timeZones(input)), now: now, caller: .service) }
      return nil
    }
  }

  /// Reads the rules of all zones in use again if the database has others than the ledger.
  /// - Returns: zones that the database has not; they keep the rules that the ledger has, if any.
  /// - Throws: `StoreError`.
  func refreshZones() throws -> [String] {
    let (known, missing, version) = store.read { ledger in
      (ledger.zoneRules, ledger.zonesWithoutRules, ledger.zonesVersion)
    }.value
    let now = clock()
    let current = zones.version(now: now)
    var gone: [String] = []
    let found = missing.compactMap { name -> ZoneRules? in
      if case .rules(let new) = zones.zone(name, now: now) { return new }
      gone.append(name)
      return nil
    }
    guard !found.isEmpty || !known.isEmpty && version != current else { return gone }
    let rules = known.map { old -> ZoneRules in
      if case .rules(let new) = zones.zone(old.name, now: now) { return new }
      gone.append(old.name)
      return old
    }
    let input = TimeZonesInput(version: current, zones: rules + found)
    _ = try store.commit { ledger in ledger.decide(Command(.timeZones(input)), now: now, caller: .service) }
    return gone
  }
}

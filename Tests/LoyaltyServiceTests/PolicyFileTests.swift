// The policy file: the sample is sound, and a mistake is told at its line and column with what would be right.

import Foundation
import LoyaltyEngine
import Testing

@testable import LoyaltyService

@Suite struct PolicyFileTests {
  static let sample: Result<String, any Error> = Result {
    try String(contentsOf: TestServer.root.appending(path: "policies/sample.yaml"), encoding: .utf8)
  }

  /// What parsing the sample says after one replacement of text in it; empty if it is sound.
  static func problems(replacing old: String, with new: String) throws -> [PolicyFileError.Problem] {
    let text = try sample.get()
    let place = try #require(text.range(of: old), "the sample has no '\(old)'")
    do {
      _ = try PolicyFile.parse(text.replacingCharacters(in: place, with: new), file: "policy.yaml")
      return []
    } catch {
      return error.problems
    }
  }

  /// Line and column of a text in the sample, from 1.
  static func place(of text: String) throws -> (line: Int, column: Int) {
    let sample = try sample.get()
    let place = try #require(sample.range(of: text))
    let before = sample[..<place.lowerBound]
    return (before.count { $0 == "\n" } + 1, before.reversed().prefix { $0 != "\n" }.count + 1)
  }

  @Test func theSampleIsSoundAndComplete() throws {
    let policy = try PolicyFile.load(TestServer.root.appending(path: "policies/sample.yaml").path)
    #expect(policy.tiers.map(\.id) == ["entry", "silver", "gold", "diamond"])
    #expect(policy.catalogue.items.count >= 8)
    #expect(policy.caller(subject: "partner-cathay-air")?.partner == "cathay-air")
    #expect(policy.caller(subject: "partner-jade-hotels")?.partner == "jade-hotels")
    #expect(policy.caller(subject: "ops-lin")?.roles == ["operations"])
    #expect(policy.caller(subject: "nobody") == nil)
    for item in policy.document.catalogue {
      #expect(Set(item.title.keys) == ["zh-CN", "en"] && Set(item.details.keys) == ["zh-CN", "en"])
    }
  }

  @Test(arguments: [
    ("multiplier_bp: 11000", "multiplier: 11000", 0, "did you mean 'multiplier_bp'?"),
    ("multiplier_bp: 11000", "multiplier_bp: eleven", 15, "whole number from 0 to 4294967295"),
    ("multiplier_bp: 11000", "multiplier_bp: 9000", 15, "tiers[1].multiplier_bp: is 9000"),
    ("multiplier_bp: 11000", "multiplier_bp: [1]", 15, "not a list"),
    ("multiplier_bp: 11000", "multiplier_bp: 99999999999", 15, "whole number"),
    ("version: 1", "versoin: 1", 0, "did you mean 'version'?"),
    ("kind: travel", "kind: travle", 6, "did you mean 'travel'?"),
    ("kind: travel", "kind: 7", 6, "write one of travel, hotel"),
    ("end_of_month: true", "end_of_month: yes", 14, "write true or false"),
    ("effective_from: 2026-01-01T00:00:00+08:00", "effective_from: tomorrow", 16, "2026-01-01T00:00:00+08:00"),
    ("certificate_subjects: [partner-cathay-air]", "certificate_subjects: partner-cathay-air", 22, "takes a list"),
    ("name: {zh-CN: 玉程会员, en: Jade Journeys}", "name: Jade Journeys", 6, "a text for each language"),
    ("stock: 200", "stock: -200", 7, "catalogue[0].stock: is -200"),
    ("id: silver", "id: entry", 4, "as tiers[0] has already"),
    ("{tier: gold, points: 16500}", "{tier: golden, points: 16500}", 7, "no tier of this policy"),
    ("{tier: gold, points: 16500}", "{tier: gold, points: [}", 22, "is no YAML"),
    ("points: 18000", "points: 18000\n    points: 18001", 18, "'points' is there twice"),
  ]) func aMistakeIsToldAtItsPlace(old: String, new: String, offset: Int, says: String) throws {
    let problems = try Self.problems(replacing: old, with: new)
    let problem = try #require(problems.first { $0.message.contains(says) }, "\(problems)")
    var (line, column) = try Self.place(of: old)
    column += offset
    if new.contains("\n") {
      line += 1
      column -= 18
    }
    #expect(problem.line == line && problem.column == column, "\(problem)")
  }

  @Test(arguments: [
    ("window: calendar_year\n  rolling_months: 6", "only a window that is rolling"),
    ("window: rolling\n  rolling_months: 61", "is 61: give at most 60"),
    ("window: rolling\n  rolling_months: -1", "whole number from 0 to 4294967295"),
    ("grace_days: 31\n  window: sliding", "write one of"),
  ]) func aMistakeInTheTiersWindowIsToldAtItsLine(new: String, says: String) throws {
    let problems = try Self.problems(replacing: "grace_days: 31", with: new)
    let problem = try #require(problems.first { $0.message.contains(says) }, "\(problems)")
    // The second line of what was put in, at its value.
    let place = try Self.place(of: "grace_days: 31")
    let value = try #require(new.split(separator: "\n").last?.split(separator: ":").first).count + 3
    #expect(problem.line == place.line + 1 && problem.column == value, "\(problem)")
  }

  @Test func allMistakesAreToldAtOnce() throws {
    let text = try Self.sample.get()
      .replacingOccurrences(of: "qualifying_points:", with: "qualifying_point:")
      .replacingOccurrences(of: "kind: hotel", with: "kind: hostel")
    let error = #expect(throws: PolicyFileError.self) { try PolicyFile.parse(text, file: "p.yaml") }
    #expect(error?.problems.count == 6)
    #expect(error?.description.hasPrefix("p.yaml:") == true)
  }

  @Test(arguments: [
    "", "# nothing\n", "[]", "just words", "a: &a [*a]\n", "x: {", "\u{0}", "? [a]\n: b\n", "--- 1\n--- 2\n",
    String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000),
    String(repeating: "? ", count: 100_000), "tiers: {a: 1, a: 2}\n", "1: 2\n", "programme: &x {id: *x}\n",
    "a: &a [x,x,x,x,x,x,x,x]\n"
      + (1...20).map { "b\($0): &b\($0) [*\($0 == 1 ? "a" : "b\($0 - 1)"),*\($0 == 1 ? "a" : "b\($0 - 1)")]\n" }
      .joined(),
  ]) func textsThatAreNoPolicyAreRefusedWithoutATrap(text: String) {
    let error = #expect(throws: PolicyFileError.self) { try PolicyFile.parse(text, file: "p.yaml") }
    #expect(error?.problems.isEmpty == false)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: PolicyFileError.self) { try PolicyFile.load("/nowhere/policy.yaml") }
    #expect(error?.description == "/nowhere/policy.yaml: cannot be opened: No such file or directory")
  }
}

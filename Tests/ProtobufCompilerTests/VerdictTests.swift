// Accepts what protoc accepts and rejects what it rejects, rule by rule; what is said of rejected schemas is kept in
// Corpus/Rejected/expected.txt, which UPDATE_EXPECTED=1 writes anew.
import Foundation
import ProtobufCompiler
import Testing

@Suite("Verdicts")
struct VerdictTests {
  static let folders = [Corpus.accepted, Corpus.rejected]

  @Test("Every schema in Accepted is accepted")
  func accepts() {
    for name in Corpus.names(in: Corpus.accepted) {
      let result = Corpus.compile([name], in: Self.folders)
      #expect(!result.hasErrors, "\(name): \(result.diagnostics)")
      #expect(result.files.last?.name == name)
    }
  }

  @Test("Every schema in Rejected is rejected with the expected words at the expected places")
  func rejects() throws {
    var said = ""
    for name in Corpus.names(in: Corpus.rejected) {
      let result = Corpus.compile([name], in: Self.folders)
      #expect(result.hasErrors, "\(name) was accepted")
      #expect(result.files.isEmpty)
      for diagnostic in result.diagnostics {
        var diagnostic = diagnostic
        diagnostic.path = nil
        said += "\(diagnostic)\n"
      }
      said += "\n"
    }
    let expected = URL(fileURLWithPath: Corpus.rejected + "/expected.txt")
    if ProcessInfo.processInfo.environment["UPDATE_EXPECTED"] == "1" {
      try said.write(to: expected, atomically: true, encoding: .utf8)
    }
    let wanted = try String(contentsOf: expected, encoding: .utf8)
    let difference = zip(said.split(separator: "\n"), wanted.split(separator: "\n")).first { $0 != $1 }
    #expect(said == wanted, "first difference: \(String(describing: difference))")
  }

  @Test("protoc gives the same verdicts", .enabled(if: Protoc.shared != nil))
  func agreesWithProtoc() throws {
    let protoc = try #require(Protoc.shared)
    let folders = Self.folders.map { "-I\($0)" } + ["-I\(protoc.includeFolder)", "-o", "/dev/null"]
    for name in Corpus.names(in: Corpus.accepted) {
      let output = try protoc.run(folders + [name])
      #expect(output.succeeded, "\(name): \(output.text)")
    }
    for name in Corpus.names(in: Corpus.rejected) {
      let output = try protoc.run(folders + [name])
      #expect(!output.succeeded, "\(name) is accepted by protoc")
    }
  }
}

// `loyalty-server verify`: is this directory, or this copy of one, still what was written?

import ArgumentParser
import Glibc
import LoyaltyEngine
import LoyaltyStore

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Reads all of a data folder, or of a copy, and checks that it is what was written.",
    discussion: """
      Checks every checksum, the hash chain over all segments, and by replaying every record the ledger itself; each
      snapshot must equal what the journal gives at its place. It changes nothing. A folder that a running server has
      open is refused: stop the server, or verify a copy.

      Exit codes: 0 all is well, 1 something is wrong (each problem is a line on standard error, with file and byte) or
      the folder cannot be read, 64 wrong arguments.
      """)

  @Argument(help: "The data folder, or a copy of one.")
  var directory: String
  @OptionGroup var masterKey: MasterKeyOptions

  func run() throws {
    let report = try StoreVerifier.verify(Ledger.self, directory: directory, masterKey: try masterKey.load()) { event in
      tell(event)
    }
    for problem in report.problems { tell(problem) }
    guard report.problems.isEmpty else { throw ExitCode(1) }
    print(
      """
      \(directory): records \(report.begin + 1) to \(report.sequence) in \(report.segments) segments and \
      \(report.snapshots) snapshots are in order, hash \(report.hash)
      """)
    if report.tornBytes > 0 {
      print(
        "\(report.tornBytes) bytes of a batch that was never acknowledged are behind them; the next start saves them")
    }
  }

  /// A line on standard error.
  private func tell(_ what: some CustomStringConvertible) {
    let line = Array("\(what)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}

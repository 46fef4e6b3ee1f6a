// `loyalty-server backup` and `loyalty-server restore`: copies of a data folder made beside the running server, and a data
// folder made from such a copy.

import ArgumentParser
import LoyaltyEngine
import LoyaltyStore
import ProtobufRuntime

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Brings a backup folder up to what is in a data folder, beside the running server.",
    discussion: """
      Sealed segments never change, so each run copies what is new, reads every copy back, and goes on where an
      interrupted run stopped. It needs no key: what is encrypted stays so. The members' keys are never in a backup: with
      --member-keys they get a copy of their own, to keep elsewhere and not for long, for a key that was erased lives as
      long as the last copy of it.
      """)

  @Argument(help: "The data folder.")
  var data: String
  @Argument(help: "The backup folder, made if it is not there.")
  var backup: String
  @Option(help: "Folder for a fresh copy of the members' keys. An older copy in it is replaced.")
  var memberKeys: String?
  @Option(help: "Days after which segments that a snapshot covers are removed from the backup (default: kept).")
  var keepDays: Int?

  func validate() throws {
    if let keepDays, keepDays < 1 { throw ValidationError("--keep-days must be 1 or more") }
  }

  func run() throws {
    let retention = keepDays.map { Duration.seconds($0 * 86_400) }
    try copy(data, backup, retention)
    if MemberKeyCopy.hasPersonalData(data) {
      try copy("\(data)/\(StoreFolders.personal)", "\(backup)/\(StoreFolders.personal)", retention)
    }
    if let memberKeys {
      try MemberKeyCopy.make(of: data, at: memberKeys)
      print("\(memberKeys): members' keys copied")
    }
  }

  private func copy(_ source: String, _ target: String, _ retention: Duration?) throws {
    let report = try StoreBackup(source: source, target: target).run(retention: retention)
    print(
      """
      \(target): segments \(report.run.firstSegment) to \(report.run.lastSegment), to record \(report.run.sequence), hash \
      \(report.run.hash); \(report.files) files (\(report.bytes) bytes) copied, \(report.removed) removed
      """)
  }
}

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Makes a data folder from a backup, to its end or to a point.",
    discussion: """
      The whole backup is checked before anything is written: a gap or damage is told and nothing is done. What is
      restored is replayed, and begins a new incarnation of the ledger, which those who follow its changes see. Members
      that were erased by the time of the backup stay erased, however old the members' keys are.

      Exit codes: 0 restored, 1 it could not be, 64 wrong arguments.
      """)

  @Argument(help: "The backup folder.")
  var backup: String
  @Argument(help: "The data folder, without a store in it.")
  var data: String
  @Option(help: "The last record to restore.")
  var sequence: UInt64?
  @Option(help: "Restore what was written by then, e.g. 2026-11-25T12:00:00Z.")
  var time: String?
  @Option(help: "Copy of the members' keys; without it personal data cannot be read.")
  var memberKeys: String?
  @Flag(help: "Only check the backup, all of it, and say what a restore would bring.")
  var check = false
  @OptionGroup var masterKey: MasterKeyOptions

  func run() throws {
    let key = try masterKey.load()
    let point = try self.point()
    let personal = "\(backup)/\(StoreFolders.personal)"
    let hasPersonal = MemberKeyCopy.hasPersonalData(backup)
    let plan = try StoreRestore(backup: backup, masterKey: key).plan(point)
    if hasPersonal { _ = try StoreRestore(backup: personal, masterKey: key).plan() }
    if check {
      print("\(backup): records \(plan.begin + 1) to \(plan.sequence) are in order, hash \(plan.hash)")
      return
    }
    if hasPersonal {
      _ = try StoreRestore(backup: personal, masterKey: key).restorePersonalData(into: data)
      if let memberKeys { try MemberKeyCopy.put(memberKeys, into: data) }
    }
    let report = try StoreRestore(backup: backup, masterKey: key).restore(Ledger.self, to: data, point: point)
    print("\(data): restored to record \(report.sequence), incarnation \(report.incarnation)")
  }

  private func point() throws -> RestorePoint {
    switch (sequence, time) {
    case (nil, nil): return .end
    case (let sequence?, nil): return .sequence(sequence)
    case (nil, let time?):
      guard let moment = try? ProtobufTimestamp(jsonString: "\"\(time)\""), moment.seconds >= 0 else {
        throw ValidationError("\"\(time)\" is not a time like 2026-11-25T12:00:00Z")
      }
      return .time(UInt64(moment.seconds) * 1_000_000_000 + UInt64(moment.nanos))
    case (_?, _?): throw ValidationError("--sequence and --time exclude each other")
    }
  }
}

// Verification finds what is wrong wherever it is, says where, and changes nothing.

import Glibc
import LoyaltyEngine
import ProtobufRuntime
import Testing

@testable import LoyaltyStore

@Suite struct VerifierTests {
  private let disk = SimulatedDisk(seed: 9)
  private let clock = SimulatedClock()

  private static let configuration: StoreConfiguration = {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 4096
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    return configuration
  }()

  private func open(_ configuration: StoreConfiguration = configuration) throws -> DurableStore<Roll> {
    try DurableStore<Roll>.open(
      directory: "/data", configuration: configuration, disk: disk,
      environment: StoreEnvironment(
        monotonic: { [clock] in clock.tick() }, wall: { [clock] in clock.tick() }, random: { [clock] in clock.tick() },
        holder: "test"),
      threads: false, notify: { _ in })
  }

  /// Several segments, two snapshots, 80 records.
  private func history(_ configuration: StoreConfiguration = configuration) throws {
    for _ in 0..<2 {
      let store = try open(configuration)
      for index in 0..<40 {
        try store.add("n\(index)", length: 100)
        while [.again, .pause(0)].contains(store.group.step()) {}
        _ = store.stepSpace()
      }
      try store.close()
    }
  }

  private func verify() throws -> VerificationReport {
    try StoreVerifier.verify(Roll.self, directory: "/data", disk: disk)
  }

  private func contents() -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    // The lock's text names who held it last.
    for path in disk.paths where path != "/data/lock" { disk.edit(path) { files[path] = $0 } }
    return files
  }

  @Test func aSoundStoreIsReadToItsEndAndNotChanged() throws {
    try history()
    let before = contents()
    let report = try verify()
    #expect(report.problems.isEmpty)
    #expect((report.begin, report.sequence, report.snapshots, report.tornBytes) == (0, 80, 2, 0))
    #expect(report.segments == disk.paths.filter { $0.hasSuffix(".journal") }.count)
    #expect(contents() == before)
  }

  @Test func aFlippedBitInAnySegmentIsFoundWithFileAndOffsetAlsoWhereAStartWouldNotLook() throws {
    try history()
    for path in disk.paths.filter({ $0.hasSuffix(".journal") }).dropLast() {
      disk.flip(path, offset: 700, bit: 2)
      let problems = try verify().problems
      guard problems.count == 1, case .rot(path, let offset, _) = problems[0] else {
        Issue.record("\(path): \(problems)")
        return
      }
      #expect((512...700).contains(offset))
      disk.flip(path, offset: 700, bit: 2)
    }
    #expect(try verify().problems.isEmpty)
  }

  @Test func aFlippedBitInASnapshotIsFoundAndTheJournalStillRead() throws {
    try history()
    for path in disk.paths.filter({ $0.hasSuffix(".state") }) {
      disk.flip(path, offset: 530, bit: 1)
      let report = try verify()
      guard report.problems.count == 1, case .badSnapshot(path, let problem) = report.problems[0] else {
        Issue.record("\(path): \(report.problems)")
        return
      }
      #expect(problem.contains("at byte ") && report.sequence == 80)
      disk.flip(path, offset: 530, bit: 1)
    }
  }

  @Test func aSnapshotThatIsWholeButNotWhatTheJournalGivesIsFound() throws {
    try history()
    let path = try #require(disk.paths.first { $0.hasSuffix(".state") })
    let header = try SnapshotFile.header(at: path, disk: disk)
    // Every checksum is right; one name is not.
    var state = Roll()
    for sequence in 1...header.sequence { state.apply(ProtobufAny(typeURL: "forged"), sequence: sequence) }
    try SnapshotFile.write(state, header: header, to: path, disk: disk, cipher: nil) {}
    let problems = try verify().problems
    #expect(problems.count == 1)
    #expect(problems.first?.description.contains("not the state that the journal gives") == true)
  }

  @Test func aGapIsNamed() throws {
    try history()
    try disk.remove("/data/\(FileNames.segment(2))")
    let problems = try verify().problems
    #expect(problems.count == 1)
    #expect(problems.first?.description.contains("but not \(FileNames.segment(2))") == true)
  }

  @Test func aStoreThatIsOpenIsRefusedAndAnEmptyDirectoryIsNone() throws {
    // A real directory: there a lock is a file.
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: DurableStoreTests.small)
    #expect {
      try StoreVerifier.verify(Roll.self, directory: directory.path)
    } throws: { "\($0)".contains("held by") }
    try store.close()
    #expect(try StoreVerifier.verify(Roll.self, directory: directory.path).problems.isEmpty)
    try disk.createDirectory("/empty")
    #expect {
      try StoreVerifier.verify(Roll.self, directory: "/empty", disk: disk)
    } throws: { "\($0)".contains("no segment and no snapshot") }
  }

  @Test func recordsThatContradictEachOtherAreFoundInFilesThatAreWhole() throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<ContradictionTests.Careless>.open(
      directory: directory.path, configuration: DurableStoreTests.small)
    for name in ["Ada", Roll.contradicting] {
      _ = try store.commit { _ -> Step<ProtobufAny, Never> in .change(ProtobufAny(typeURL: name)) }
    }
    try store.close()
    for name in try PosixDisk().list(directory: directory.path) where name.hasSuffix(".state") {
      try PosixDisk().remove("\(directory.path)/\(name)")
    }
    let report = try StoreVerifier.verify(Roll.self, directory: directory.path)
    #expect(report.sequence == 2 && report.problems.count == 1)
    #expect(report.problems.first?.description.contains("record 2 contradicts") == true)
  }
}

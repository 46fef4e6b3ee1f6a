// libprotobuf-c as an implementation that has nothing in common with this one: it reads random messages that were written
// here, and what it writes is read here. Skipped where protoc-c is not installed; `scripts/test.sh` installs it.

import Foundation
import Testing

@testable import ProtobufRuntime

private func find(_ program: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
  return path.split(separator: ":").map { "\($0)/\(program)" }.first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}

private let protocC = find("protoc-c")

@Suite(.enabled(if: protocC != nil, "protoc-c is not installed: apt-get install protobuf-c-compiler libprotobuf-c-dev"))
struct LibprotobufCTests {
  /// A folder of its own with C/crosscheck.c built in it.
  private static func builtCrosscheck() throws -> URL {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("libprotobuf-c-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let schemas = tests.appendingPathComponent("Schemas").path
    _ = try run(protocC!, ["-I\(schemas)", "--c_out=\(folder.path)", "testing/plain.proto"])
    // `c++` and `clang` of a Swift toolchain may not find the system's headers; `gcc` does.
    let compiler = try #require(find("gcc") ?? find("cc"))
    _ = try run(
      compiler,
      [
        "-O1", "-w", "-I\(folder.path)", "-o", folder.appendingPathComponent("crosscheck").path,
        tests.appendingPathComponent("C/crosscheck.c").path, folder.appendingPathComponent("testing/plain.pb-c.c").path,
        "-lprotobuf-c",
      ])
    return folder
  }

  /// What a program prints; it has to succeed.
  private static func run(_ program: String, _ arguments: [String], input: URL? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) failed")
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func bytes(_ hexadecimal: Substring) throws -> [UInt8] {
    let digits = Array(hexadecimal.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map {
      try #require(UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `libprotobuf-c reads what is written here, and what it writes is read here`(_ seed: UInt64) throws {
    let folder = try Self.builtCrosscheck()
    defer { try? FileManager.default.removeItem(at: folder) }
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: seed))
    // A C string ends at its first NUL.
    source.texts.removeAll { $0.contains("\0") }
    let messages = (0..<300).map { _ in source.message("testing.Plain").serializedBytes() }
    let input = folder.appendingPathComponent("input")
    let lines = messages.map { Self.hexadecimal($0) + "\n" }.joined()
    try lines.write(to: input, atomically: true, encoding: .utf8)
    let answers = try Self.run(folder.appendingPathComponent("crosscheck").path, [], input: input)
      .split(separator: "\n")
    try #require(answers.count == messages.count)
    for (round, (answer, bytes)) in zip(answers, messages).enumerated() {
      let parts = answer.split(separator: " ", omittingEmptySubsequences: false)
      try #require(parts.count == 2, "seed \(seed), round \(round): \(answer)")
      #expect(parts[0] == "0", "fields that libprotobuf-c does not know: seed \(seed), round \(round)")
      // Not the bytes: libprotobuf-c takes minus zero for the default and leaves it out.
      let again = try Plain(serializedBytes: Self.bytes(parts[1]))
      #expect(try again == Plain(serializedBytes: bytes), "seed \(seed), round \(round)")
    }
  }
}

// Random messages that Google's Python protobuf wrote, read here, and the other way round, binary and JSON. Runs where
// the environment variable PYTHON names a python3 with grpcio-tools; `scripts/test.sh` sets it.

import Foundation
import Testing

@testable import ProtobufRuntime

private let python = ProcessInfo.processInfo.environment["PYTHON"]

/// Runs crosscheck.py and returns its lines.
private func crosscheck(_ arguments: [String], input: String = "") throws -> [String] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  // A file rather than a pipe: neither side can then wait for the other.
  let inputFile = FileManager.default.temporaryDirectory.appendingPathComponent("crosscheck-\(UUID().uuidString)")
  try input.write(to: inputFile, atomically: true, encoding: .utf8)
  defer { try? FileManager.default.removeItem(at: inputFile) }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: python ?? "")
  process.arguments =
    [folder.appendingPathComponent("Python/crosscheck.py").path, folder.appendingPathComponent("Schemas").path]
    + arguments
  process.standardInput = try FileHandle(forReadingFrom: inputFile)
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let bytes = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.isEmpty ? "-" : bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func bytes(_ hexadecimal: Substring) throws -> [UInt8] {
  if hexadecimal == "-" { return [] }
  let digits = Array(hexadecimal)
  return try stride(from: 0, to: digits.count, by: 2).map {
    try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
  }
}

@Suite(.enabled(if: python != nil, "PYTHON is not set"))
struct PythonCrossCheckTests {
  private var decoding: JSONDecodingOptions {
    var options = JSONDecodingOptions()
    options.registry = testRegistry
    return options
  }

  private var encoding: JSONEncodingOptions {
    var options = JSONEncodingOptions()
    options.registry = testRegistry
    return options
  }

  /// A line of Python's, read twice, as a line for Python.
  private func answer<M: Message>(_ type: M.Type, _ binary: Substring, _ json: Substring) throws -> String {
    let message = try M(serializedBytes: bytes(binary))
    #expect(try M(jsonString: String(json), options: decoding) == message, "\(json)")
    return [
      M.fullName, hexadecimal(message.serializedBytes()), try message.jsonString(options: encoding), String(binary),
    ]
    .joined(separator: "\t")
  }

  @Test(arguments: [1, 2])
  func `what Python writes is read here, and what is written here Python reads`(_ seed: Int) throws {
    let count = 400
    let lines = try crosscheck(["write", "\(seed)", "\(count)"])
    #expect(lines.count == count)
    var answers: [String] = []
    for line in lines {
      let parts = line.split(separator: "\t")
      try #require(parts.count == 3)
      answers.append(
        parts[0] == Everything.fullName
          ? try answer(Everything.self, parts[1], parts[2]) : try answer(Legacy.self, parts[1], parts[2]))
    }
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: UInt64(seed)))
    for index in 0..<count {
      let name = index % 2 == 0 ? Everything.fullName : Legacy.fullName
      let message = source.message(name)
      let forms = [name, hexadecimal(message.serializedBytes()), try message.jsonString(options: encoding), "-"]
      answers.append(forms.joined(separator: "\t"))
    }
    let verdict = try crosscheck(["read"], input: answers.joined(separator: "\n") + "\n")
    #expect(verdict == ["read \(answers.count)"])
  }
}

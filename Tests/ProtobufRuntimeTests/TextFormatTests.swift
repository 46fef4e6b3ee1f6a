// The text format against protoc's own (`--decode`, `--encode`), and what protoc does not show: options, places of errors.

import Foundation
import Testing

@testable import ProtobufRuntime

private let protoc = ProcessInfo.processInfo.environment["PROTOC"]

/// protoc's output for an input, with the tests' own schemas. Files rather than pipes: neither side can then wait for the
/// other.
private func run(_ direction: String, _ type: String, input: [UInt8]) throws -> [UInt8] {
  let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Schemas")
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("text-format-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let inputFile = folder.appendingPathComponent("input")
  let outputFile = folder.appendingPathComponent("output")
  try Data(input).write(to: inputFile)
  try Data().write(to: outputFile)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: protoc ?? "")
  process.arguments = [
    "--\(direction)=\(type)", "-I\(schemas.path)", "testing/everything.proto", "testing/legacy.proto",
  ]
  process.standardInput = try FileHandle(forReadingFrom: inputFile)
  process.standardOutput = try FileHandle(forWritingTo: outputFile)
  try process.run()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
  return Array(try Data(contentsOf: outputFile))
}

struct TextFormatTests {
  private static let types = [Everything.fullName, Legacy.fullName, Extendable.fullName]

  /// As `protoc --decode` writes.
  private static var asProtoc: TextFormatOptions {
    var options = TextFormatOptions()
    options.escapesNonASCII = true
    options.expandsAny = false
    return options
  }

  @Test(.enabled(if: protoc != nil, "PROTOC is not set"), arguments: types, [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func `a random message reads as protoc decodes it`(_ type: String, _ seed: UInt64) throws {
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: seed))
    let message = source.message(type)
    let expected = String(decoding: try run("decode", type, input: message.serializedBytes()), as: UTF8.self)
    #expect(message.textFormat(options: Self.asProtoc) == expected, "seed \(seed)")
  }

  @Test(.enabled(if: protoc != nil, "PROTOC is not set"))
  func `unknown fields read as protoc decodes them`() throws {
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: 9))
    // Every field of these is unknown to the message they are read as, or known with another wire type.
    for type in Self.types {
      let bytes = source.message(type).serializedBytes()
      let expected = String(decoding: try run("decode", "testing.Nothing", input: bytes), as: UTF8.self)
      let descriptor = try #require(testPool.message(named: "testing.Nothing"))
      let message = try DynamicMessage(descriptor, in: testPool, serializedBytes: bytes)
      #expect(message.textFormat(options: Self.asProtoc) == expected)
    }
  }

  @Test func `text is text, an Any shows what it holds, and options choose`() throws {
    var message = Everything()
    message.text = "积分 \"'\n\u{1}"
    message.blob = [0x41, 0xFF]
    message.any = ProtobufAny(packing: Child(name: "Zoë", marks: [1, 2]))
    message.unknownFields.append(tag: 536_870_910 << 3, varint: 7)
    let dynamic = try #require(DynamicMessage(message, in: testPool))
    #expect(
      dynamic.textFormat() == #"""
        text: "积分 \"\'\n\001"
        blob: "A\377"
        any {
          [type.googleapis.com/testing.Child] {
            name: "Zoë"
            marks: 1
            marks: 2
          }
        }
        536870910: 7

        """#)
    var options = TextFormatOptions()
    options.isSingleLine = true
    options.writesUnknownFields = false
    options.expandsAny = false
    message.text = ""
    message.any?.value = [0x10, 5]
    #expect(
      try #require(DynamicMessage(message, in: testPool)).textFormat(options: options)
        == #"blob: "A\377" any { type_url: "type.googleapis.com/testing.Child" value: "\020\005" }"#)
  }

  @Test func `a generated message becomes a dynamic one only of its own type`() throws {
    let wellKnown = try DescriptorPool([])
    #expect(DynamicMessage(Child(name: "a"), in: wellKnown) == nil)
    let timestamp = ProtobufTimestamp(seconds: 5, nanos: -1)
    #expect(try #require(DynamicMessage(timestamp, in: wellKnown)).textFormat() == "seconds: 5\nnanos: -1\n")
  }
}

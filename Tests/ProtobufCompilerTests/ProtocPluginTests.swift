// protoc-gen-loyalty-swift under protoc and buf: the same files, byte for byte, as codegen writes by itself.

import Foundation
import Testing

private enum Tool {
  /// Executables lie beside the test's own binary.
  static func built(_ name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name).path
  }

  static let buf: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/buf" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Exit status and everything that was said.
  static func run(_ path: String, _ arguments: [String], in folder: URL, input: Data = Data()) throws -> (Int32, Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let inputFile = folder.appendingPathComponent(".input")
    try input.write(to: inputFile)
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }
}

struct ProtocPluginTests {
  private static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")
  private static let names = ["comments", "deprecated", "names", "presence", "scopes", "service", "strange"].map {
    "\($0).proto"
  }

  /// A folder with the schemas of the golden files and one that edition 2024 has to be known for.
  private func workspace() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plugin-\(UUID().uuidString)")
    let schemas = folder.appendingPathComponent("schemas/nested")
    try FileManager.default.createDirectory(at: schemas, withIntermediateDirectories: true)
    for name in Self.names {
      try FileManager.default.copyItem(
        at: Self.schemas.appendingPathComponent(name), to: folder.appendingPathComponent("schemas/\(name)"))
    }
    try """
    edition = "2024";
    package nested;
    import "google/protobuf/timestamp.proto";
    // An hour of a day.
    message Hour {
      google.protobuf.Timestamp at = 1;
      int32 count = 2 [features.field_presence = IMPLICIT];
    }
    """.write(to: schemas.appendingPathComponent("edition.proto"), atomically: true, encoding: .utf8)
    return folder
  }

  private var allNames: [String] { Self.names + ["nested/edition.proto"] }

  private func files(in folder: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      found[name] = try Data(contentsOf: folder.appendingPathComponent(name))
    }
    return found
  }

  private func codegen(in folder: URL) throws -> [String: Data] {
    let (status, said) = try Tool.run(
      Tool.built("codegen"),
      ["-I", "schemas", "--swift-out", "expected", "--access", "package", "--module", "Golden"] + allNames, in: folder)
    try #require(status == 0, "\(String(decoding: said, as: UTF8.self))")
    return try files(in: folder.appendingPathComponent("expected"))
  }

  @Test(.enabled(if: Protoc.shared != nil, "no protoc of the right version"))
  func `under protoc it writes what codegen writes`() throws {
    let folder = try workspace()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("out")
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    let (status, said) = try Tool.run(
      try #require(Protoc.shared).path,
      [
        "--plugin=\(Tool.built("protoc-gen-loyalty-swift"))", "-I", "schemas", "--loyalty-swift_out=out",
        "--loyalty-swift_opt=access=package,module=Golden",
      ] + allNames, in: folder)
    #expect(status == 0, "\(String(decoding: said, as: UTF8.self))")
    #expect(try files(in: output) == codegen(in: folder))
  }

  @Test(.enabled(if: Tool.buf != nil, "no buf on the PATH"))
  func `under buf it writes what codegen writes`() throws {
    let folder = try workspace()
    defer { try? FileManager.default.removeItem(at: folder) }
    try "version: v2\nmodules:\n  - path: schemas\n".write(
      to: folder.appendingPathComponent("buf.yaml"), atomically: true, encoding: .utf8)
    try """
    version: v2
    plugins:
      - local: \(Tool.built("protoc-gen-loyalty-swift"))
        out: out
        opt: [access=package, module=Golden]
        strategy: all
    """.write(to: folder.appendingPathComponent("buf.gen.yaml"), atomically: true, encoding: .utf8)
    let (status, said) = try Tool.run(try #require(Tool.buf), ["generate"], in: folder)
    #expect(status == 0, "\(String(decoding: said, as: UTF8.self))")
    #expect(try files(in: folder.appendingPathComponent("out")) == codegen(in: folder))
  }

  @Test(
    .enabled(if: Protoc.shared != nil, "no protoc of the right version"),
    arguments: [
      ("acces=public", "unknown option \"acces=public\""), ("access=open", "access is \"open\""),
      ("module-path=X", "it needs the form NAME=FOLDER"),
    ])
  func `protoc shows what is wrong with an option`(_ option: String, _ reason: String) throws {
    let folder = try workspace()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (status, said) = try Tool.run(
      try #require(Protoc.shared).path,
      [
        "--plugin=\(Tool.built("protoc-gen-loyalty-swift"))", "-I", "schemas", "--loyalty-swift_out=.",
        "--loyalty-swift_opt=\(option)", "presence.proto",
      ], in: folder)
    #expect(status == 1)
    #expect(String(decoding: said, as: UTF8.self).contains(reason))
  }

  @Test func `input that is no request is refused`() throws {
    let folder = try workspace()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (status, said) = try Tool.run(
      Tool.built("protoc-gen-loyalty-swift"), [], in: folder, input: Data([0x0A, 0x7F]))
    #expect(status == 1)
    #expect(String(decoding: said, as: UTF8.self).contains("not a valid protobuf message"))
  }
}

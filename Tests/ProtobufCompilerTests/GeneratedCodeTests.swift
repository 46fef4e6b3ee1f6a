// Generated Swift against golden files, one schema a concept, and against the Swift compiler: no warning in Swift 6
// mode. `UPDATE_GOLDEN=1 swift test --filter GeneratedCodeTests` writes the golden files anew.

import Foundation
import ProtobufCompiler
import Testing

struct GeneratedCodeTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  private static let schemas = ["comments", "deprecated", "names", "presence", "scopes", "service", "strange"]

  private static func generate(_ schema: String, in folder: URL = folder) throws -> String {
    let result = Compiler(sources: SearchPathSources(folders: [folder.path])).compile(["\(schema).proto"])
    #expect(result.diagnostics.filter { $0.severity == .error }.map(\.description) == [])
    var options = SwiftGenerator.Options()
    options.module = "Golden"
    return try #require(SwiftGenerator(result.files.map(\.descriptor), options: options).generate("\(schema).proto"))
  }

  @Test(arguments: schemas)
  func `the code for a schema is the golden file`(_ schema: String) throws {
    let text = try Self.generate(schema)
    let golden = Self.folder.appendingPathComponent("\(schema).golden")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try text.write(to: golden, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    let first = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
    #expect(text == expected, "differs first where \(first.map { "\"\($0)\" stands for \"\($1)\"" } ?? "one ends")")
  }

  @Test(arguments: [
    "any", "api", "descriptor", "duration", "empty", "field_mask", "source_context", "struct", "timestamp", "type",
    "wrappers",
  ])
  func `the runtime's own messages are what the generator writes`(_ name: String) throws {
    let result = Compiler(sources: SearchPathSources(folders: [])).compile(["google/protobuf/\(name).proto"])
    #expect(result.diagnostics.map(\.description) == [])
    var options = SwiftGenerator.Options()
    options.module = "ProtobufRuntime"
    let text = try SwiftGenerator(result.files.map(\.descriptor), options: options).generate(
      "google/protobuf/\(name).proto")
    let root = Self.folder.appendingPathComponent("../../..")
    let file = root.appendingPathComponent("Sources/ProtobufRuntime/Generated/google_protobuf_\(name).pb.swift")
    #expect(try text == String(contentsOf: file, encoding: .utf8), "generate \(name).proto anew")
  }

  /// Stubs stand on LoyaltyRPC, whose tests compile them.
  @Test(arguments: schemas.filter { $0 != "service" })
  func `the code for a schema compiles in Swift 6 mode without a warning`(_ schema: String) throws {
    try Self.compile(Self.generate(schema))
  }

  /// Other generators' code for such schemas is known to fail: a switch over 600 cases is more than the compiler's check
  /// for exhaustiveness takes.
  @Test(arguments: [(messages: 1, fields: 600, values: 600), (messages: 1000, fields: 1, values: 2)])
  func `the code for a large schema compiles in Swift 6 mode without a warning`(
    _ size: (messages: Int, fields: Int, values: Int)
  ) throws {
    let types = ["string", "int64", "repeated int32", "optional bool", "Kind", "repeated Kind"]
    var schema = "syntax = \"proto3\";\npackage large;\nenum Kind {\n"
    for value in 0..<size.values { schema += "  KIND_VALUE_\(value) = \(value);\n" }
    schema += "}\n"
    for message in 0..<size.messages {
      schema += "message Message\(message) {\n"
      for field in 1...size.fields { schema += "  \(types[field % types.count]) field_\(field) = \(field);\n" }
      if message > 0 { schema += "  Message\(message - 1) previous = \(size.fields + 1);\n" }
      schema += "  oneof choice {\n"
      for member in 1...size.fields { schema += "    int32 chosen_\(member) = \(2000 + member);\n" }
      schema += "  }\n}\n"
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("large-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try schema.write(to: folder.appendingPathComponent("large.proto"), atomically: true, encoding: .utf8)
    try Self.compile(Self.generate("large", in: folder))
  }

  /// Checks types and exhaustiveness, warnings being errors.
  private static func compile(_ text: String) throws {
    // The modules lie beside the test's own binary.
    let products = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let modules = products.appendingPathComponent("Modules")
    try #require(FileManager.default.fileExists(atPath: modules.path), "no modules beside \(CommandLine.arguments[0])")
    let source = FileManager.default.temporaryDirectory.appendingPathComponent("golden-\(UUID().uuidString).swift")
    try text.write(to: source, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: source) }
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "swiftc", "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-parse-as-library", "-module-name",
      "Golden",
      "-I", modules.path, source.path,
    ]
    let pipe = Pipe()
    compiler.standardOutput = pipe
    compiler.standardError = pipe
    try compiler.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0, "\(output)")
  }
}

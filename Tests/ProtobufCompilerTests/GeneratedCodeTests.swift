// Generated Swift against golden files, one schema a concept, and against the Swift compiler: no warning in Swift 6
// mode. `UPDATE_GOLDEN=1 swift test --filter GeneratedCodeTests` writes the golden files anew.

import Foundation
import ProtobufCompiler
import Testing

struct GeneratedCodeTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  private static let schemas = ["comments", "deprecated", "names", "presence", "scopes", "service", "strange"]

  private static func generate(_ schema: String) throws -> String {
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

  /// Stubs stand on LoyaltyRPC, whose tests compile them.
  @Test(arguments: schemas.filter { $0 != "service" })
  func `the code for a schema compiles in Swift 6 mode without a warning`(_ schema: String) throws {
    // The modules lie beside the test's own binary.
    let products = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let modules = products.appendingPathComponent("Modules")
    try #require(FileManager.default.fileExists(atPath: modules.path), "no modules beside \(CommandLine.arguments[0])")
    let source = FileManager.default.temporaryDirectory.appendingPathComponent("\(schema)-\(UUID().uuidString).swift")
    try Self.generate(schema).write(to: source, atomically: true, encoding: .utf8)
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

// The reference: protoc itself, found by the environment variable PROTOC or on the PATH. Descriptors and positions
// change between its versions, so only the version that the tests were written for counts.
import Foundation

struct Protoc: Sendable {
  static let version = "libprotoc 36"

  /// Nil where no protoc of the right version is found; tests that need it are skipped then.
  static let shared: Protoc? = {
    var candidates: [String] = []
    if let named = ProcessInfo.processInfo.environment["PROTOC"] { candidates.append(named) }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    candidates += path.split(separator: ":").map { "\($0)/protoc" }
    for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
      let protoc = Protoc(path: candidate)
      if let output = try? protoc.run(["--version"]), output.text.hasPrefix(version) { return protoc }
    }
    return nil
  }()

  let path: String

  /// protoc's own schemas, which lie beside its executable.
  var includeFolder: String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return real.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("include").path
  }

  struct Output {
    var succeeded: Bool
    /// Standard output and error together.
    var text: String
  }

  func run(_ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Output(succeeded: process.terminationStatus == 0, text: String(decoding: bytes, as: UTF8.self))
  }

  /// The serialized FileDescriptorSet of `files` and all they import, with source info; nil, with protoc's words, where
  /// it rejects them. Options that are for sources alone are in it only where `retainsOptions` says so.
  func descriptorSet(
    of files: [String], in folders: [String], retainsOptions: Bool
  ) throws -> (set: [UInt8]?, text: String) {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("set-\(UUID().uuidString).bin")
    defer { try? FileManager.default.removeItem(at: output) }
    let result = try run(
      folders.map { "-I\($0)" } + (retainsOptions ? ["--retain_options"] : [])
        + ["--include_imports", "--include_source_info", "-o", output.path] + files)
    guard result.succeeded else { return (nil, result.text) }
    return (Array(try Data(contentsOf: output)), result.text)
  }
}

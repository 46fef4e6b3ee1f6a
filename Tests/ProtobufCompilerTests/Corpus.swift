// The schemas beside these tests, one rule or one concept a file.
import Foundation
import ProtobufCompiler

enum Corpus {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus").path
  static let accepted = folder + "/Accepted"
  static let rejected = folder + "/Rejected"

  /// Names of the schemas in a folder and below, sorted.
  static func names(in folder: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".proto") }.sorted()
  }

  /// Folders of schemas that others wrote and that happen to be on this machine: Debian's grpc-proto, and whatever
  /// SCHEMA_COLLECTIONS names, separated by colons (googleapis-common-protos, say).
  static let collections: [String] = {
    let named = ProcessInfo.processInfo.environment["SCHEMA_COLLECTIONS"] ?? ""
    return (["/usr/share/grpc-proto"] + named.split(separator: ":").map(String.init)).filter {
      FileManager.default.fileExists(atPath: $0)
    }
  }()

  static func compile(_ names: [String], in folders: [String]) -> CompileResult {
    Compiler(sources: SearchPathSources(folders: folders)).compile(names)
  }
}

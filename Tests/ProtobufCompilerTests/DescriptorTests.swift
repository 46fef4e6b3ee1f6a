// Descriptors equal protoc's byte for byte, source info and comments included.
import Foundation
import ProtobufCompiler
import ProtobufRuntime
import Testing

@Suite("Descriptors")
struct DescriptorTests {
  @Test("Descriptors of the corpus equal protoc's", .enabled(if: Protoc.shared != nil))
  func corpus() throws {
    try compare(Corpus.names(in: Corpus.accepted), in: [Corpus.accepted])
  }

  @Test("Descriptors of protoc's own schemas equal protoc's", .enabled(if: Protoc.shared != nil))
  func ownSchemas() throws {
    let folder = try #require(Protoc.shared).includeFolder
    try compare(Corpus.names(in: folder), in: [folder])
  }

  @Test(
    "Descriptors of collections on this machine equal protoc's",
    .enabled(if: Protoc.shared != nil && !Corpus.collections.isEmpty), arguments: Corpus.collections)
  func collection(_ folder: String) throws {
    try compare(Corpus.names(in: folder), in: [folder] + Corpus.collections)
  }

  private func compare(_ names: [String], in folders: [String]) throws {
    let protoc = try #require(Protoc.shared)
    let folders = folders + [protoc.includeFolder]
    for name in names {
      let result = Corpus.compile([name], in: folders)
      for retainsOptions in [true, false] {
        let (expected, text) = try protoc.descriptorSet(of: [name], in: folders, retainsOptions: retainsOptions)
        #expect(result.hasErrors == (expected == nil), "\(name): protoc says \(text), we say \(result.diagnostics)")
        guard let expected, !result.hasErrors else { continue }
        let ours = FileDescriptorSet(file: retainsOptions ? result.descriptors : result.runtimeDescriptors)
        if ours.serializedBytes() != expected {
          try explain(ours, FileDescriptorSet(serializedBytes: expected), name)
        }
      }
    }
  }

  /// Records the first location or the file that differs.
  private func explain(_ ours: FileDescriptorSet, _ theirs: FileDescriptorSet, _ name: String) throws {
    #expect(ours.file.map(\.name) == theirs.file.map(\.name), "\(name): other files")
    for (our, their) in zip(ours.file, theirs.file) {
      let ourLocations = our.sourceCodeInfo?.location ?? []
      let theirLocations = their.sourceCodeInfo?.location ?? []
      #expect(ourLocations.count == theirLocations.count, "\(name): \(our.name ?? "")")
      if let pair = zip(ourLocations, theirLocations).first(where: { $0 != $1 }) {
        Issue.record("\(name): \(our.name ?? ""): location \(pair.0) instead of \(pair.1)")
      }
      var (our, their) = (our, their)
      our.sourceCodeInfo = nil
      their.sourceCodeInfo = nil
      #expect(our == their, "\(name)")
    }
    Issue.record("\(name): the bytes differ")
  }
}

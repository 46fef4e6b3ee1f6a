// The compiler as its users call it: files from memory, many at once, damaged ones.
import ProtobufCompiler
import ProtobufRuntime
import Testing

@Suite("Compiler")
struct CompilerTests {
  private func compile(_ files: [String: String], _ names: [String], limits: CompilerLimits = .defaults)
    -> CompileResult
  {
    Compiler(sources: InMemorySources(files), limits: limits).compile(names)
  }

  @Test("Files come behind the files they import, each once")
  func order() {
    let result = compile(
      [
        "a.proto": "syntax = \"proto3\"; import \"b.proto\"; import \"c.proto\"; message A { B b = 1; C c = 2; }",
        "b.proto": "syntax = \"proto3\"; import public \"c.proto\"; message B { C c = 1; }",
        "c.proto": "syntax = \"proto3\"; message C {}",
      ], ["a.proto", "c.proto"])
    #expect(result.diagnostics == [])
    #expect(result.files.map(\.name) == ["c.proto", "b.proto", "a.proto"])
    #expect(result.files.map(\.isRequested) == [true, false, true])
    #expect(result.files[1].publicImports == ["c.proto"])
    #expect(result.files[2].imports == ["b.proto", "c.proto"])
  }

  @Test("Well-known types need no path")
  func wellKnown() {
    let result = compile(
      [
        "a.proto": """
        syntax = "proto3";
        import "google/protobuf/timestamp.proto";
        message A { google.protobuf.Timestamp at = 1; }
        """
      ], ["a.proto"])
    #expect(result.diagnostics == [])
    #expect(result.files.map(\.name) == ["google/protobuf/timestamp.proto", "a.proto"])
    #expect(result.files[1].descriptor.messageType[0].field[0].typeName == ".google.protobuf.Timestamp")
  }

  @Test("Several mistakes are reported in one run, each at its place")
  func severalErrors() {
    let result = compile(
      [
        "a.proto": """
        syntax = "proto3";
        message A {
          int32 a = ;
          Missing b = 2;
          int32 c = 3 [;
        }
        messag B {}
        """,
        "b.proto": "syntax = \"proto3\";\nmessage A { Missing a = 1;\n  Lost b = 2; }",
      ], ["a.proto", "b.proto"])
    #expect(
      result.diagnostics.map(\.description) == [
        "a.proto:3:13: Expected field number.",
        "a.proto:5:16: Expected identifier.",
        "a.proto:7:1: Expected top-level statement (e.g. \"message\").",
        "b.proto:2:13: \"Missing\" is not defined.",
        "b.proto:3:3: \"Lost\" is not defined.",
      ])
  }

  @Test("An import cycle is shown with its way around")
  func cycle() {
    let result = compile(
      [
        "a.proto": "syntax = \"proto3\"; import \"b.proto\";",
        "b.proto": "syntax = \"proto3\"; import \"a.proto\";",
      ], ["a.proto"])
    #expect(
      result.diagnostics.first?.description
        == "b.proto:1:20: File recursively imports itself: a.proto -> b.proto -> a.proto")
  }

  @Test("An unused import is a warning")
  func unusedImport() {
    let result = compile(
      [
        "a.proto": "syntax = \"proto3\";\nimport \"b.proto\";\nimport public \"b2.proto\";",
        "b.proto": "syntax = \"proto3\";", "b2.proto": "syntax = \"proto3\";",
      ], ["a.proto"])
    #expect(result.diagnostics.map(\.description) == ["a.proto:2:1: warning: Import b.proto is unused."])
    #expect(!result.hasErrors)
  }

  @Test("A file over the size limit, a chain of imports over the depth limit and garbage are errors, not crashes")
  func limits() {
    var limits = CompilerLimits.defaults
    limits.fileSize = 100
    let large = compile(
      ["a.proto": "syntax = \"proto3\";" + String(repeating: " ", count: 100)], ["a.proto"], limits: limits)
    #expect(large.diagnostics.map(\.message) == ["The file has 118 bytes; at most 100 are read."])

    var chain: [String: String] = ["f0.proto": "syntax = \"proto3\";"]
    for index in 1...600 { chain["f\(index).proto"] = "syntax = \"proto3\"; import \"f\(index - 1).proto\";" }
    #expect(compile(chain, ["f600.proto"]).hasErrors)

    let garbage = String(decoding: (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }, as: UTF8.self)
    let result = compile(["a.proto": garbage], ["a.proto"])
    #expect(result.hasErrors)
    #expect(result.diagnostics.count <= CompilerLimits.defaults.errorsPerFile)
  }

  @Test("Deep nesting of every kind is an error, not a crash")
  func depth() {
    let deep = [
      String(repeating: "message A {", count: 100_000),
      "message A { option (x) = " + String(repeating: "{ a ", count: 100_000),
      "message A {" + String(repeating: "optional group A = 1 {", count: 100_000),
      "message A { a: " + String(repeating: "{", count: 100_000),
      "import \"google/protobuf/descriptor.proto\"; message I { optional I i = 1; } "
        + "extend google.protobuf.FileOptions { optional I o = 50000; } option (o) = {"
        + String(repeating: "i {", count: 10_000) + String(repeating: "}", count: 10_001) + ";",
    ]
    for source in deep {
      #expect(compile(["a.proto": "syntax = \"proto2\"; " + source], ["a.proto"]).hasErrors)
    }
  }

  @Test("Every prefix of a schema is compiled or refused, and so is every schema with one byte gone")
  func truncation() throws {
    let source = """
      syntax = "proto2"; package p; import "google/protobuf/descriptor.proto";
      extend google.protobuf.FieldOptions { optional M o = 50000; }
      message M { optional int32 a = 1 [(o) = { a: 1 s: ["x"] }, default = -5]; repeated string s = 2;
        oneof x { group G = 3 {} } extensions 100 to max; reserved 50, "z"; map<string, M> m = 4; }
      enum E { V = 0; reserved -1 to 3; } service S { rpc R(stream M) returns (M) { option deprecated = true; } }
      """
    let bytes = Array(source.utf8)
    for count in 0...bytes.count {
      _ = compile(["a.proto": String(decoding: bytes.prefix(count), as: UTF8.self)], ["a.proto"])
      var shorter = bytes
      if count < bytes.count { shorter.remove(at: count) }
      _ = compile(["a.proto": String(decoding: shorter, as: UTF8.self)], ["a.proto"])
    }
  }
}

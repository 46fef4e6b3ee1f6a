// What each call of a load sends, decoded again with the schema.

import LoyaltyRPC
import ProtobufCompiler
import ProtobufRuntime
import Testing

@testable import rpc_client

@Suite struct RequestTemplatesTests {
  private static func method(_ name: String = "Say") throws -> rpc_client.Method {
    let text = """
      syntax = "proto3";
      package t;
      message Q { string id = 1; int64 n = 2; Q inner = 3; string at = 4; }
      service S { rpc Say(Q) returns (Q); rpc Tell(stream Q) returns (Q); }
      """
    let compiled = Compiler(sources: InMemorySources(["t.proto": text])).compile(["t.proto"])
    let pool = try DescriptorPool(compiled.descriptors)
    let service = try #require(pool.service(named: "t.S"))
    return rpc_client.Method(pool: pool, service: "t.S", schema: try #require(service.method(named: name)))
  }

  private static func json(
    _ count: Int, _ requests: [String], csv: String? = nil, order: RequestTemplates.Order = .sequence, seed: UInt64 = 1
  ) throws -> [String] {
    let method = try method()
    let table = try csv.map { try CSVTable($0, path: "t.csv") }
    var templates = try RequestTemplates(requests, method, csv: table, order: order, seed: seed) { $0 }
    return try (0..<count).map { number in
      let bytes = try templates.request(number) { $0 }
      return try DynamicMessage(method.schema.input, in: method.pool, serializedBytes: bytes).jsonString()
    }
  }

  @Test func theNumberOfTheCallIsFilledIn() throws {
    #expect(
      try Self.json(3, [#"{"id":"a-{{seq}}","n":{{seq}}}"#]) == [
        #"{"id":"a-0"}"#, #"{"id":"a-1","n":"1"}"#, #"{"id":"a-2","n":"2"}"#,
      ])
  }

  @Test func bracesOfNestedObjectsAreNoPlaceholders() throws {
    #expect(try Self.json(1, [#"{"inner":{"inner":{}}}"#]) == [#"{"inner":{"inner":{}}}"#])
    #expect(try Self.json(2, [#"{"inner":{"inner":{"n":{{seq}}}}}"#])[1] == #"{"inner":{"inner":{"n":"1"}}}"#)
  }

  @Test func requestsAndRowsAreTakenInTurn() throws {
    let texts = try Self.json(
      5, [#"{"id":"{{name}}"}"#, #"{"at":"{{name}}","n":{{points}}}"#],
      csv: "name,points\nlin,7\n\"a \"\"b\"\", c\",8\nwu,9\n")
    #expect(
      texts == [
        #"{"id":"lin"}"#, #"{"n":"8","at":"a \"b\", c"}"#, #"{"id":"wu"}"#, #"{"n":"7","at":"lin"}"#,
        #"{"id":"a \"b\", c"}"#,
      ])
  }

  @Test func randomChoicesRepeatWithTheirSeedAndDifferWithoutIt() throws {
    let requests = [#"{"id":"{{uuid}}","n":{{random 10 19}}}"#, #"{"at":"{{random -5 5}}"}"#]
    let first = try Self.json(200, requests, order: .random, seed: 7)
    #expect(try Self.json(200, requests, order: .random, seed: 7) == first)
    #expect(try Self.json(200, requests, order: .random, seed: 8) != first)
    #expect(first.contains { $0.contains("\"at\"") } && first.contains { $0.contains("\"id\"") })
    let numbers = Set(first.compactMap { $0.firstMatch(of: #/"n":"(\d+)"/#).flatMap { Int($0.1) } })
    #expect(numbers == Set(10...19))
    let ids = first.compactMap { $0.firstMatch(of: #/"id":"([^"]*)"/#).map { String($0.1) } }
    #expect(Set(ids).count == ids.count)
    for id in ids {
      #expect(id.wholeMatch(of: #/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/#) != nil)
    }
  }

  @Test func theValuesOfAStreamAreTheMessagesOfOneCall() throws {
    let method = try Self.method("Tell")
    var frames: [[UInt8]] = []
    var templates = try RequestTemplates(
      [#"{"n":1} {"n":{{seq}}}"#], method, csv: nil, order: .sequence, seed: 1
    ) { $0 }
    _ = try templates.request(5) {
      frames.append($0)
      return $0
    }
    #expect(frames == [[0x10, 1], [0x10, 5]])
  }

  @Test(arguments: [
    (#"{"id":"{{nam}}"}"#, "did you mean name?"), (#"{"n":{{random 5}}}"#, "random A B"),
    (#"{"idd":"{{seq}}"}"#, "did you mean \"id\"?"), (#"{"n":"{{uuid}}"}"#, "int64"),
  ])
  func whatDoesNotFitIsToldBeforeAnythingIsSent(_ request: String, _ word: String) throws {
    let error = #expect(throws: ToolError.self) { try Self.json(1, [request], csv: "name\nlin\n") }
    #expect(error?.message.contains(word) == true && error?.exitCode == ExitStatus.badRequest)
  }

  @Test(arguments: [
    ("", "needs a line"), ("a,b\n", "needs a line"), ("a,b\n1\n", "t.csv:2: 1 fields"),
    ("a,b\n1,2\n\n\"x\ny\",2\n1,2,3\n", "t.csv:6: 3 fields"), ("a\n\"x", "t.csv:2: a quoted field has no end"),
  ])
  func aBrokenCSVFileIsToldWithItsLine(_ text: String, _ word: String) {
    let error = #expect(throws: ToolError.self) { try CSVTable(text, path: "t.csv") }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
  }
}

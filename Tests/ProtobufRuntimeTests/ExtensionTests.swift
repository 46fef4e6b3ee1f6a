// Extensions: kept as unknown fields by the message, given a type by what the generator writes for `extend`.

import Testing

@testable import ProtobufRuntime

private typealias Extensions = TestingLegacyExtendableExtensions

private func decoded(_ json: String) throws -> Extendable {
  var options = JSONDecodingOptions()
  options.registry = testRegistry
  return try Extendable(jsonString: json, options: options)
}

private func encoded(_ message: Extendable, pretty: Bool = false) throws -> String {
  var options = JSONEncodingOptions()
  options.registry = testRegistry
  options.isPretty = pretty
  return try message.jsonString(options: options)
}

struct ExtensionTests {
  @Test func `extensions are set, read back and taken away without touching other fields`() throws {
    var message = Extendable(id: 1)
    message.unknownFields = UnknownFields(bytes: [0x98, 0x06, 7, 0xA0, 0x1F, 9])
    #expect(try message.extensions(Extensions.self) == Extensions())
    try message.setExtensions(Extensions(extraSmall: 4, extraTexts: ["a", "b"]))
    let again = try Extendable(serializedBytes: message.serializedBytes())
    #expect(again == message)
    #expect(try again.extensions(Extensions.self) == Extensions(extraSmall: 4, extraTexts: ["a", "b"]))
    #expect(try again.extensions(Scope.ExtendableExtensions.self) == Scope.ExtendableExtensions())
    try message.setExtensions(Extensions())
    #expect(message.unknownFields.bytes == [0x98, 0x06, 7, 0xA0, 0x1F, 9])
    #expect(try message.extensions(Extensions.self).extraSmallOrDefault == 5)
  }

  @Test func `JSON names extensions in brackets where the registry has them`() throws {
    let json =
      #"{"id":1,"[testing.extra_small]":0,"[testing.extra_texts]":["x"],"[testing.extra_strict]":{"id":2},"#
      + #""[testing.Scope.scoped_signal]":"SIGNAL_GO","[testing.Scope.scopedbox]":{"width":3}}"#
    let message = try decoded(json)
    #expect(try message.extensions(Extensions.self).extraStrict == Strict(id: 2))
    #expect(try message.extensions(Scope.ExtendableExtensions.self).scopedSignal == .go)
    #expect(try encoded(message) == json)
    #expect(try decoded(encoded(message, pretty: true)) == message)
    #expect(try message.jsonString() == #"{"id":1}"#)
    let dynamic = try DynamicMessage(
      testPool.message(named: "testing.Extendable")!, in: testPool, jsonUTF8: Array(json.utf8))
    #expect(try dynamic.jsonString() == json)
    #expect(dynamic.serializedBytes() == message.serializedBytes())
  }

  @Test(arguments: [
    (#"{"[testing.extra_smal]":1}"#, 2), (#"{"extra_small":1}"#, 2), (#"{"[testing.extra_small]":"x"}"#, 26),
    (#"{"[testing.extra_small]":1,"[testing.extra_small]":2}"#, 28), (#"{"[testing.extra_strict]":{"ids":1}}"#, 28),
    (#"{"[testing.extra_small]":1"#, 27),
  ])
  func `an error inside an extension has its place`(_ json: String, _ column: Int) {
    let error = #expect(throws: JSONError.self) { try decoded(json) }
    #expect(error?.column == column)
  }

  @Test func `null is no extension`() throws {
    #expect(try decoded(#"{"[testing.extra_small]":null,"id":2}"#) == Extendable(id: 2))
  }

  @Test func `pretty JSON has extensions in line with the fields`() throws {
    var message = Extendable()
    try message.setExtensions(Extensions(extraSmall: 1, extraOffsets: [2]))
    let text = """
      {
        "[testing.extra_small]": 1,
        "[testing.extra_offsets]": [
          2
        ]
      }
      """
    #expect(try encoded(message, pretty: true) == text)
  }
}

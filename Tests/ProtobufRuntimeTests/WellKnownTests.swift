// Well-known types with JSON forms of their own.

import Testing

@testable import ProtobufRuntime

private func decoded(_ json: String) throws -> Everything {
  var options = JSONDecodingOptions()
  options.registry = testRegistry
  return try Everything(jsonString: json, options: options)
}

private func encoded(_ message: Everything) throws -> String {
  var options = JSONEncodingOptions()
  options.registry = testRegistry
  return try message.jsonString(options: options)
}

struct WellKnownTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
      ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999), ("1969-12-31T23:59:59.500Z", -1, 500_000_000),
      ("2000-02-29T12:30:45.000001Z", 951_827_445, 1000), ("2024-02-29T00:00:00.000000010Z", 1_709_164_800, 10),
    ] as [(String, Int64, Int32)])
  func `a timestamp is RFC 3339 with 0, 3, 6 or 9 digits`(_ text: String, _ seconds: Int64, _ nanos: Int32) throws {
    let stamp = ProtobufTimestamp(seconds: seconds, nanos: nanos)
    #expect(try encoded(Everything(at: stamp)) == #"{"at":"\#(text)"}"#)
    #expect(try decoded(#"{"at":"\#(text)"}"#).at == stamp)
  }

  @Test func `a timestamp's offset is taken into account`() throws {
    #expect(try decoded(#"{"at":"1970-01-01T01:30:00+01:30"}"#).at == ProtobufTimestamp())
    #expect(try decoded(#"{"at":"1969-12-31T16:00:00.1-08:00"}"#).at == ProtobufTimestamp(nanos: 100_000_000))
  }

  @Test(arguments: [
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2200-02-29T00:00:00Z",
    "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01 00:00:00Z",
    "1970-01-01T00:00:00",
    "1970-01-01t00:00:00z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00+1:00",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "", "x", "1970-01-01T00:00:00Zx", "-970-01-01T00:00:00Z",
  ])
  func `what is no timestamp is refused`(_ text: String) {
    #expect(throws: JSONError.self) { try decoded(#"{"at":"\#(text)"}"#) }
  }

  @Test func `dates of four centuries survive the way to text and back`() {
    for days in stride(from: Int64(-719_162), through: 2_932_896, by: 97) {
      let stamp = ProtobufTimestamp(seconds: days * 86_400 + 3_661)
      #expect(stamp.rfc3339.flatMap { ProtobufTimestamp(rfc3339: $0) } == stamp)
    }
  }

  @Test(
    arguments: [
      ("0s", 0, 0), ("1s", 1, 0), ("-1s", -1, 0), ("0.500s", 0, 500_000_000), ("-0.500s", 0, -500_000_000),
      ("3.000001s", 3, 1000), ("-3.000000001s", -3, -1), ("315576000000s", 315_576_000_000, 0),
      ("-315576000000.999999999s", -315_576_000_000, -999_999_999),
    ] as [(String, Int64, Int32)])
  func `a duration is seconds with their fraction`(_ text: String, _ seconds: Int64, _ nanos: Int32) throws {
    let duration = ProtobufDuration(seconds: seconds, nanos: nanos)
    #expect(try encoded(Everything(lasting: duration)) == #"{"lasting":"\#(text)"}"#)
    #expect(try decoded(#"{"lasting":"\#(text)"}"#).lasting == duration)
  }

  @Test(arguments: [
    "1", "s", "1.s", ".5s", "+1s", "1.0000000001s", "315576000001s", "1e3s", "--1s", " 1s", "1 s",
    "99999999999999999999s",
  ])
  func `what is no duration is refused`(_ text: String) {
    #expect(throws: JSONError.self) { try decoded(#"{"lasting":"\#(text)"}"#) }
  }

  @Test func `times and durations out of range have no JSON form`() {
    for message in [
      Everything(at: ProtobufTimestamp(seconds: 253_402_300_800)), Everything(at: ProtobufTimestamp(nanos: -1)),
      Everything(at: ProtobufTimestamp(seconds: .min)), Everything(at: ProtobufTimestamp(nanos: 1_000_000_000)),
      Everything(lasting: ProtobufDuration(seconds: 315_576_000_001)),
      Everything(lasting: ProtobufDuration(seconds: 1, nanos: -1)),
      Everything(lasting: ProtobufDuration(seconds: .min, nanos: .min)),
      Everything(mask: ProtobufFieldMask(paths: ["fooBar"])),
      Everything(mask: ProtobufFieldMask(paths: ["foo__bar"])), Everything(mask: ProtobufFieldMask(paths: ["foo_3"])),
      Everything(value: ProtobufValue()), Everything(value: ProtobufValue(kind: .numberValue(.nan))),
      Everything(any: ProtobufAny(typeURL: "type.googleapis.com/no.Such", value: [])),
      Everything(any: ProtobufAny(typeURL: "type.googleapis.com/testing.Child", value: [0xFF])),
    ] {
      #expect(throws: JSONError.self) { try encoded(message) }
    }
  }

  @Test func `a field mask is paths in camel case`() throws {
    let message = Everything(mask: ProtobufFieldMask(paths: ["foo", "bar_baz.qux_a", "x"]))
    #expect(try encoded(message) == #"{"mask":"foo,barBaz.quxA,x"}"#)
    #expect(try decoded(#"{"mask":"foo,barBaz.quxA,x"}"#) == message)
    #expect(try decoded(#"{"mask":""}"#).mask == ProtobufFieldMask())
    #expect(throws: JSONError.self) { try decoded(#"{"mask":"foo_bar"}"#) }
  }

  @Test func `structs and values are JSON itself`() throws {
    let json = #"{"record":{"a":null,"b":[1,"x",true,{}],"c":{"d":-1.5}},"value":[[]],"list":[null,2]}"#
    let message = try decoded(json)
    #expect(message.record?.fields["b"]?.kind != nil)
    #expect(try encoded(message) == json)
    #expect(try Everything(serializedBytes: message.serializedBytes()) == message)
    #expect(throws: JSONError.self) { try decoded(#"{"record":[]}"#) }
    #expect(throws: JSONError.self) { try decoded(#"{"list":{}}"#) }
    #expect(throws: JSONError.self) { try decoded(#"{"record":{"a":1,"a":2}}"#) }
  }

  @Test func `a wrapper is its value`() throws {
    let json =
      #"{"wrappedBool":false,"wrappedSmall":0,"wrappedLarge":"-1","wrappedCount":5,"wrappedTotal":"6","#
      + #""wrappedRatio":0.5,"wrappedReal":"NaN","wrappedText":"","wrappedBlob":"AQI="}"#
    let message = try decoded(json)
    #expect(message.wrappedBool == ProtobufBoolValue(value: false))
    #expect(message.wrappedText == ProtobufStringValue(value: ""))
    #expect(try encoded(message) == json)
    #expect(try decoded(#"{"wrappedBool":null}"#).wrappedBool == nil)
    #expect(throws: JSONError.self) { try decoded(#"{"wrappedBool":{"value":true}}"#) }
  }

  @Test func `an Any has its type beside the fields, or a value`() throws {
    let child = Everything(any: ProtobufAny(packing: Child(name: "x", rank: 2)))
    let childJSON = #"{"any":{"@type":"type.googleapis.com/testing.Child","name":"x","rank":2}}"#
    #expect(try encoded(child) == childJSON)
    #expect(try decoded(childJSON) == child)
    // "@type" may stand anywhere.
    #expect(try decoded(#"{"any":{"name":"x","@type":"type.googleapis.com/testing.Child","rank":2}}"#) == child)
    let duration = Everything(any: ProtobufAny(packing: ProtobufDuration(seconds: 1)))
    let durationJSON = #"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#
    #expect(try encoded(duration) == durationJSON)
    #expect(try decoded(durationJSON) == duration)
    let inner = Everything(any: ProtobufAny(packing: ProtobufAny(packing: Child(rank: 7))))
    #expect(try decoded(encoded(inner)) == inner)
    let empty = Everything(any: ProtobufAny(packing: ProtobufEmpty()))
    #expect(try encoded(empty) == #"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}"#)
    #expect(try decoded(encoded(empty)) == empty)
    #expect(try decoded(#"{"any":{}}"#).any == ProtobufAny())
    #expect(try encoded(Everything(any: ProtobufAny())) == #"{"any":{}}"#)
    #expect(try child.any?.unpack(Child.self) == Child(name: "x", rank: 2))
    #expect(try child.any?.unpack(Nothing.self) == nil)
  }

  @Test(
    arguments: [
      (#"{"any":{"name":"x"}}"#, 1, 18), (#"{"any":{"@type":"type.googleapis.com/no.Such"}}"#, 1, 8),
      (#"{"any":{"@type":"nothing"}}"#, 1, 8), (#"{"any":{"@type":5}}"#, 1, 17),
      ("{\"any\":{\"@type\":\"type.googleapis.com/testing.Child\",\n  \"nme\":1}}", 2, 3),
      ("{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf.Int32Value\",\n  \"value\":true}}", 2, 11),
      ("{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf.Int32Value\"}}", 1, 8),
      ("{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf.Int32Value\",\"valu\":1,\"value\":1}}", 1, 68),
      ("{\"any\":{\"@type\":\"a/testing.Child\",\"@type\":\"a/testing.Child\"}}", 1, 42),
    ] as [(String, Int, Int)])
  func `an error inside an Any has its place in the whole text`(_ json: String, _ line: Int, _ column: Int) {
    let error = #expect(throws: JSONError.self) { try decoded(json) }
    #expect(error?.line == line)
    #expect(error.map { abs($0.column - column) <= 3 } == true, "\(String(describing: error))")
  }
}

// The JSON mapping (protobuf.dev/programming-guides/json): what is read, what is written, and what an error says.

import Testing

@testable import ProtobufRuntime

private func error(_ json: String, ignoringUnknown: Bool = false) -> JSONError? {
  var options = JSONDecodingOptions()
  options.ignoresUnknownFields = ignoringUnknown
  options.registry = testRegistry
  do {
    _ = try Everything(jsonString: json, options: options)
    return nil
  } catch {
    return error
  }
}

struct JSONReadingTests {
  @Test func `fields go by their JSON name and by their schema name`() throws {
    #expect(try Everything(jsonString: #"{"isOn":true,"far_offset":"-5"}"#) == Everything(farOffset: -5, isOn: true))
    #expect(try Everything(jsonString: #"{"is\u004fn":true}"#).isOn)
    #expect(try Everything(jsonString: " \n{\t} \r\n") == Everything())
  }

  @Test(
    arguments: [
      ("1", 1), ("-1", -1), ("\"17\"", 17), ("1e3", 1000), ("2.50e1", 25), ("-0", 0), ("100000e-5", 1), ("1.0", 1),
      ("2147483647", .max), ("-2147483648", .min), ("\"-2.147483648e9\"", .min), ("0e99999999999999999999", 0),
      ("0.000", 0),
    ] as [(String, Int32)])
  func `integers may be quoted, and have exponents`(_ text: String, _ value: Int32) throws {
    #expect(try Everything(jsonString: #"{"small":\#(text)}"#).small == value)
  }

  @Test func `64-bit integers keep every digit`() throws {
    #expect(try Everything(jsonString: #"{"large":9223372036854775807}"#).large == .max)
    #expect(try Everything(jsonString: #"{"large":"9223372036854775807.0"}"#).large == .max)
    #expect(try Everything(jsonString: #"{"total":18446744073709551615}"#).total == .max)
    #expect(try Everything(jsonString: #"{"total":1e18}"#).total == 1_000_000_000_000_000_000)
    #expect(
      try Everything(large: .min, total: .max).jsonString()
        == #"{"large":"-9223372036854775808","total":"18446744073709551615"}"#)
  }

  @Test(arguments: [
    "2147483648", "-2147483649", "1.5", "1e-1", "01", "+1", "1.", ".5", "0x1", "\"1 \"", "\" 1\"", "\"\"", "1e", "--1",
    "\"abc\"", "true", "[1]", "NaN", "1e400", "99999999999999999999999", "1e99999999999999999999",
  ])
  func `what is no int32 is refused`(_ text: String) {
    #expect(error(#"{"small":\#(text)}"#) != nil)
  }

  @Test(arguments: ["-1", "4294967296", "\"-1\"", "1e10"])
  func `what is no uint32 is refused`(_ text: String) { #expect(error(#"{"count":\#(text)}"#) != nil) }

  @Test func `floating-point numbers have infinities, NaN and limits`() throws {
    #expect(try Everything(jsonString: #"{"real":"Infinity","ratio":"-Infinity"}"#).ratio == -.infinity)
    #expect(try Everything(jsonString: #"{"real":"NaN"}"#).real.isNaN)
    #expect(try Everything(jsonString: #"{"real":"-1.5e3"}"#).real == -1500)
    #expect(try Everything(jsonString: #"{"ratio":3.4028235e38}"#).ratio == .greatestFiniteMagnitude)
    for text in ["3.502823e+38", "-3.502823e+38"] { #expect(error(#"{"ratio":\#(text)}"#) != nil) }
    for text in ["1.89769e+308", "-1e999", "Infinity", "NaN", "\"inf\"", "\"+1\"", "\"\""] {
      #expect(error(#"{"real":\#(text)}"#) != nil)
    }
    #expect(try Everything(real: -0.0, ratio: 0.1).jsonString() == #"{"real":-0.0,"ratio":0.1}"#)
    #expect(try Everything(real: .infinity, ratio: .nan).jsonString() == #"{"real":"Infinity","ratio":"NaN"}"#)
  }

  @Test func `strings have escapes, and surrogates come in pairs`() throws {
    #expect(
      try Everything(jsonString: #"{"text":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"}"#).text == "\"\\/\u{8}\u{c}\n\r\té😀")
    for bad in [
      #""\uD83D""#, #""\uDE00\uD83D""#, #""\uD83Dx""#, #""\u12""#, #""\x""#, "\"a\nb\"", #""abc"#, #""\"#,
      #""\uD83D\u0041""#,
    ] {
      #expect(error(#"{"text":\#(bad)}"#) != nil, "\(bad)")
    }
    #expect(throws: JSONError(.invalidUTF8, line: 1, column: 9)) {
      try Everything(jsonUTF8: Array(#"{"text":""#.utf8) + [0xFF, 0x22, 0x7D])
    }
  }

  @Test(
    arguments: [
      ("\"\"", []), ("\"AQID\"", [1, 2, 3]), ("\"AQ==\"", [1]), ("\"AQ\"", [1]), ("\"-_-_\"", [0xFB, 0xFF, 0xBF]),
      ("\"+/+/\"", [0xFB, 0xFF, 0xBF]), ("\"AQI\"", [1, 2]),
    ] as [(String, [UInt8])])
  func `bytes are Base64 of either alphabet with or without padding`(_ text: String, _ value: [UInt8]) throws {
    #expect(try Everything(jsonString: #"{"blob":\#(text)}"#).blob == value)
  }

  @Test(arguments: ["\"A\"", "\"AQ=\"", "\"A===\"", "\"AQ==AQ==\"", "\"AQ I\"", "\"AQ*=\"", "5"])
  func `what is no Base64 is refused`(_ text: String) { #expect(error(#"{"blob":\#(text)}"#) != nil) }

  @Test func `null leaves a field alone but is an error among elements`() throws {
    let json = #"{"small":null,"text":null,"smalls":null,"child":null,"smallBySmall":null,"chosenText":null,"at":null}"#
    #expect(try Everything(jsonString: json) == Everything())
    for bad in [
      #"{"smalls":[1,null]}"#, #"{"texts":[null]}"#, #"{"children":[null]}"#, #"{"smallBySmall":{"1":null}}"#,
    ] {
      #expect(error(bad)?.kind == .nullElement)
    }
    #expect(try Everything(jsonString: #"{"chosenNull":null}"#).choice == .chosenNull(.nullValue))
    #expect(try Everything(jsonString: #"{"value":null}"#).value?.kind == .nullValue(.nullValue))
    #expect(try Everything(jsonString: #"{"values":[null]}"#).values.count == 1)
  }

  @Test func `enums go by name or number`() throws {
    #expect(try Everything(jsonString: #"{"shade":"SHADE_LIGHT"}"#).shade == .light)
    #expect(try Everything(jsonString: #"{"shade":2}"#).shade == .light)
    #expect(try Everything(jsonString: #"{"shade":77}"#).shade == .unrecognized(77))
    #expect(try Everything(jsonString: #"{"shade":-1}"#).shade == .inverse)
    #expect(error(#"{"shade":"SHADE_LIHGT"}"#)?.kind == .unknownEnumValue("SHADE_LIHGT", nearest: "SHADE_LIGHT"))
    #expect(error(#"{"shade":1.5}"#) != nil)
  }

  @Test func `map keys are text of their type`() throws {
    let message = try Everything(jsonString: #"{"smallBySmall":{"-5":1,"7":2},"shadeByFlag":{"true":"SHADE_DARK"}}"#)
    #expect(message.smallBySmall == [-5: 1, 7: 2])
    #expect(message.shadeByFlag == [true: .dark])
    for bad in [
      #"{"smallBySmall":{"x":1}}"#, #"{"shadeByFlag":{"1":1}}"#, #"{"smallBySmall":{"1":1,"1":2}}"#,
      #"{"smallBySmall":{"4294967296":1}}"#,
    ] {
      #expect(error(bad) != nil)
    }
  }

  @Test func `unknown fields and enum names are passed over only when asked`() throws {
    let json = #"{"new":{"a":[1,{"b":null}],"c":"\u0041"},"shade":"SHADE_NEW","shades":["SHADE_NEW",1],"small":3}"#
    #expect(error(json) != nil)
    var options = JSONDecodingOptions()
    options.ignoresUnknownFields = true
    let message = try Everything(jsonString: json, options: options)
    #expect(message == Everything(small: 3, shades: [.dark]))
    // What is passed over must be JSON all the same.
    for bad in [#"{"new":{1:2}}"#, #"{"new":[1,]}"#, #"{"new":tru}"#, #"{"new":01}"#, #"{"new":"\q"}"#] {
      #expect(error(bad, ignoringUnknown: true) != nil)
    }
  }

  @Test func `objects and lists nest a hundred deep and no deeper`() {
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"again":"#, count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }
    #expect(error(nested(100)) == nil)
    #expect(error(nested(101))?.kind == .nestedTooDeeply(limit: 100))
    let lists = String(repeating: "[", count: 100_000)
    #expect(error(#"{"value":"# + lists)?.kind == .nestedTooDeeply(limit: 100))
    #expect(error(#"{"new":"# + lists, ignoringUnknown: true)?.kind == .nestedTooDeeply(limit: 100))
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 1, 1),
      ("{", .unexpectedEnd, 1, 2),
      ("[]", .expected("an object (testing.Everything)", found: "a list"), 1, 1),
      (
        "{\n  \"small\": 1,\n  \"smal\": 2\n}", .unknownField("smal", message: "testing.Everything", nearest: "small"),
        3, 3
      ),
      ("{\"xyzzyxyzzy\":1}", .unknownField("xyzzyxyzzy", message: "testing.Everything", nearest: nil), 1, 2),
      ("{\"small\":1,\"small\":2}", .duplicateField("small", message: "testing.Everything"), 1, 12),
      ("{\"isOn\":true,\"is_on\":true}", .duplicateField("is_on", message: "testing.Everything"), 1, 14),
      ("{\"small\":\n\n   \"x\"}", .invalidNumber("\"x\"", type: "int32"), 3, 4),
      ("{\"small\":2147483648}", .invalidNumber("2147483648", type: "int32"), 1, 10),
      ("{\"isOn\":1}", .expected("true or false", found: "a number"), 1, 9),
      ("{\"isOn\":\"true\"}", .expected("true or false", found: "a string"), 1, 9),
      ("{\"text\":5}", .expected("a string", found: "a number"), 1, 9),
      ("{\"small\":1}x", .trailingText, 1, 12),
      ("{\"small\":1,}", .expected("a field name in quotes", found: "'}'"), 1, 12),
      ("{\"small\" 1}", .expected("':'", found: "a number"), 1, 10),
      ("{small:1}", .expected("a field name in quotes", found: "'s'"), 1, 2),
      ("{\"child\":{\"nme\":\"x\"}}", .unknownField("nme", message: "testing.Child", nearest: "name"), 1, 11),
      (
        "{\"chosenSmall\":1,\n\"chosenText\":\"x\"}", .oneofAlreadySet(oneof: "choice", message: "testing.Everything"),
        2, 14
      ),
    ] as [(String, JSONError.Kind, Int, Int)])
  func `an error has line, column and what was expected`(
    _ json: String, _ kind: JSONError.Kind, _ line: Int, _ column: Int
  ) {
    #expect(error(json) == JSONError(kind, line: line, column: column))
    let dynamic = #expect(throws: JSONError.self) {
      try DynamicMessage(testPool.message(named: "testing.Everything")!, in: testPool, jsonUTF8: Array(json.utf8))
    }
    #expect(dynamic == JSONError(kind, line: line, column: column))
  }
}

struct JSONWritingTests {
  @Test func `defaults are written only when asked`() throws {
    #expect(try Child().jsonString() == "{}")
    var options = JSONEncodingOptions()
    options.emitsDefaults = true
    #expect(try Child().jsonString(options: options) == #"{"name":"","rank":0,"marks":[]}"#)
    let message = Everything(maybeSmall: 0, maybeText: "", choice: .chosenSmall(0))
    #expect(try message.jsonString() == #"{"maybeSmall":0,"maybeText":"","chosenSmall":0}"#)
  }

  @Test func `names, enums and layout can be chosen`() throws {
    var options = JSONEncodingOptions()
    options.usesSchemaNames = true
    options.writesEnumsAsNumbers = true
    options.isPretty = true
    let message = Everything(isOn: true, shade: .light, child: Child(), smalls: [1, 2], smallBySmall: [1: 2])
    let text = """
      {
        "is_on": true,
        "shade": 2,
        "child": {},
        "smalls": [
          1,
          2
        ],
        "small_by_small": {
          "1": 2
        }
      }
      """
    #expect(try message.jsonString(options: options) == text)
    #expect(try Everything(jsonString: text) == message)
  }

  @Test func `control characters and quotes are escaped`() throws {
    #expect(
      try Child(name: "\u{0}\u{8}\t\n\u{c}\r\"\\/é\u{2028}").jsonString()
        == #"{"name":"\u0000\b\t\n\f\r\"\\/é\#u{2028}"}"#)
  }

  @Test func `a description is the JSON form`() {
    #expect("\(Child(name: "x"))" == #"{"name":"x"}"#)
    #expect("\(ProtobufTimestamp(seconds: .max))" == "google.protobuf.Timestamp(no JSON form)")
  }
}

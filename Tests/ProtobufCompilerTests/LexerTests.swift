// Tokens, literals and number texts, by themselves.
import Testing

import ProtobufRuntime
@testable import ProtobufCompiler

@Suite("Lexer")
struct LexerTests {
  private func tokens(_ source: String) -> [(kind: TokenKind, text: String)] {
    var lexer = Lexer(Array(source.utf8), errorLimit: 10)
    var result: [(TokenKind, String)] = []
    lexer.next()
    while lexer.current.kind != .end {
      result.append((lexer.current.kind, lexer.text(lexer.current)))
      lexer.next()
    }
    return result
  }

  @Test("Tokens have kind and text")
  func kinds() {
    let found = tokens("message A1_ { x = 0x1F 07 1.5e-3 .5 \"a\\\"b\" 'c' } // end")
    #expect(
      found.map(\.text) == ["message", "A1_", "{", "x", "=", "0x1F", "07", "1.5e-3", ".5", "\"a\\\"b\"", "'c'", "}"])
    #expect(
      found.map(\.kind) == [
        .identifier, .identifier, .symbol, .identifier, .symbol, .integer, .integer, .float, .float, .string, .string,
        .symbol,
      ])
  }

  @Test("Columns count bytes, and tabs to the next multiple of eight")
  func columns() {
    var lexer = Lexer(Array("\ta /* ü */ b\n c".utf8), errorLimit: 10)
    lexer.next()
    #expect((lexer.current.line, lexer.current.column, lexer.current.endColumn) == (0, 8, 9))
    lexer.next()
    #expect((lexer.current.line, lexer.current.column) == (0, 19))
    lexer.next()
    #expect((lexer.current.line, lexer.current.column) == (1, 1))
  }

  @Test("Every keyword is found and nothing else")
  func keywords() {
    for keyword in Keyword.allCases where keyword != .none {
      let text = Array(keyword.text.utf8)
      #expect(KeywordTable.shared.keyword(in: text, from: 0, to: text.count) == keyword)
    }
    for word in ["messag", "Message", "json_nam", "x", "extensionss", "a_b", "toto"] {
      #expect(KeywordTable.shared.keyword(in: Array(word.utf8), from: 0, to: word.utf8.count) == .none)
    }
  }

  @Test("Integers of all bases are read up to their limit")
  func integers() {
    func value(_ text: String, _ maximum: UInt64 = .max) -> UInt64? {
      Literals.integer(Array(text.utf8)[...], maximum: maximum)
    }
    #expect(value("0") == 0)
    #expect(value("0x10") == 16)
    #expect(value("0XfF") == 255)
    #expect(value("017") == 15)
    #expect(value("18446744073709551615") == .max)
    #expect(value("18446744073709551616") == nil)
    #expect(value("2147483648", 2_147_483_647) == nil)
    #expect(value("0x1FFFFFFFFFFFFFFFF") == nil)
  }

  @Test("String escapes give bytes")
  func strings() {
    func bytes(_ text: String) -> [UInt8] {
      var result: [UInt8] = []
      Literals.appendString(Array(text.utf8)[...], to: &result)
      return result
    }
    #expect(bytes(#""\a\n\x41\x4\101\0\?""#) == [7, 10, 0x41, 4, 0x41, 0, 0x3F])
    #expect(bytes(#""\u00e4""#) == [0xC3, 0xA4])
    #expect(bytes(#""\ud83d\ude00""#) == Array("😀".utf8))
    #expect(bytes(#""\U0001F600""#) == Array("😀".utf8))
    #expect(bytes(#"'\'"'"#) == [0x27, 0x22])
  }

  @Test("Numbers are written as C's %g writes them")
  func floats() {
    #expect(FloatText.double(0.1) == "0.1")
    #expect(FloatText.double(0.1 + 0.2) == "0.30000000000000004")
    #expect(FloatText.double(1e15) == "1e+15")
    #expect(FloatText.double(123456789012345) == "123456789012345")
    #expect(FloatText.double(1e-5) == "1e-05")
    #expect(FloatText.double(.leastNonzeroMagnitude) == "4.94065645841247e-324")
    #expect(FloatText.double(.greatestFiniteMagnitude) == "1.7976931348623157e+308")
    #expect(FloatText.double(-0.0) == "-0")
    #expect(FloatText.double(.infinity) == "inf")
    #expect(FloatText.float(0.1) == "0.1")
    #expect(FloatText.float(16_777_216) == "16777216")
    #expect(FloatText.float(.greatestFiniteMagnitude) == "3.40282347e+38")
  }
}

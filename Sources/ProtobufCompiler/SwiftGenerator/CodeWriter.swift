// Lines of Swift with their indentation: the only place that knows how generated text is laid out.

struct CodeWriter {
  private(set) var text = ""
  private var indentation = 0

  mutating func line(_ content: String = "") {
    if !content.isEmpty {
      for _ in 0..<indentation { text += "  " }
      text += content
    }
    text += "\n"
  }

  /// `head {`, the body one level deeper, `}`.
  mutating func block(_ head: String, closing: String = "}", _ body: (inout CodeWriter) -> Void) {
    line(head + " {")
    indented(body)
    line(closing)
  }

  mutating func indented(_ body: (inout CodeWriter) -> Void) {
    indentation += 1
    body(&self)
    indentation -= 1
  }
}

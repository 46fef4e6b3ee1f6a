// Which comments belong to which declaration. A comment between two tokens is the first one's (trailing), the second
// one's (leading) or nobody's (detached); the rules are protoc's, since documentation tools and linters rely on them.

/// The comments between one token and the next.
struct Comments {
  var trailing: [UInt8] = []
  var detached: [[UInt8]] = []
  var leading: [UInt8] = []
}

extension Lexer {
  /// Moves to the next token, and sorts the comments on the way.
  mutating func nextWithComments() -> Comments {
    var collector = CommentCollector()
    let previousLine = line
    var trailingEndLine: Int32 = -1

    if current.kind == .start {
      skipByteOrderMark()
      collector.detachFromPrevious()
    } else {
      // A comment on the same line is the previous declaration's.
      skipBlanks()
      switch tryCommentStart() {
      case .line:
        trailingEndLine = line
        readLineComment(into: &collector)
        // What follows on the next lines does not continue it.
        collector.flush()
      case .block:
        readBlockComment(into: &collector)
        trailingEndLine = line
        skipBlanks()
        collector.flush()
        // Without a line end, the next token is on this line too, and the comment is detached below.
        _ = tryStep(0x0A)
      case .slashToken:
        return collector.finish()
      case .none:
        if !tryStep(0x0A) {
          next()
          return collector.finish()
        }
      }
    }

    // Now on the line after the previous token.
    while true {
      skipBlanks()
      switch tryCommentStart() {
      case .line:
        readLineComment(into: &collector)
      case .block:
        readBlockComment(into: &collector)
        // The rest of this line is not an empty line.
        skipBlanks()
        _ = tryStep(0x0A)
      case .slashToken:
        return collector.finish()
      case .none:
        if tryStep(0x0A) {
          collector.flush()
          collector.detachFromPrevious()
          continue
        }
        next()
        let closesScope =
          current.symbol == UInt8(ascii: "}") || current.symbol == UInt8(ascii: "]")
          || current.symbol == UInt8(ascii: ")")
        if current.kind == .end || closesScope {
          // A comment before the end of a scope documents nothing that follows.
          collector.flush()
        } else if previousLine == line || trailingEndLine == line {
          // Both declarations touch the comment's line.
          collector.detachIfOnly()
        }
        return collector.finish()
      }
    }
  }

  private mutating func skipByteOrderMark() {
    guard tryStep(0xEF) else { return }
    if !tryStep(0xBB) || !tryStep(0xBF) {
      problem("Proto file starts with 0xEF but not UTF-8 BOM. Only UTF-8 is accepted for proto file.")
    }
  }

  private mutating func readLineComment(into collector: inout CommentCollector) {
    let start = offset
    skipLineComment()
    collector.begin(.line)
    collector.append(bytes[start..<offset])
  }

  private mutating func readBlockComment(into collector: inout CommentCollector) {
    collector.begin(.block)
    let source = bytes
    readBlockComment { collector.append(source[$0..<$1]) }
  }
}

/// Assigns comments as they are read.
private struct CommentCollector {
  enum Style {
    case line
    case block
  }

  private var comments = Comments()
  private var pending: [UInt8] = []
  private var pendingStyle: Style?
  private var canAttachToPrevious = true
  private var hasTrailing = false
  private var flushed = 0

  /// Line comments continue one another; every block comment stands alone.
  mutating func begin(_ style: Style) {
    if pendingStyle != nil && !(style == .line && pendingStyle == .line) { flush() }
    pendingStyle = style
  }

  mutating func append(_ text: ArraySlice<UInt8>) { pending.append(contentsOf: text) }

  mutating func drop() {
    pending.removeAll()
    pendingStyle = nil
  }

  /// The pending comment is complete and not the next token's.
  mutating func flush() {
    guard pendingStyle != nil else { return }
    if canAttachToPrevious {
      comments.trailing.append(contentsOf: pending)
      hasTrailing = true
      canAttachToPrevious = false
    } else {
      comments.detached.append(pending)
    }
    flushed += 1
    drop()
  }

  mutating func detachFromPrevious() { canAttachToPrevious = false }

  /// A single comment between two tokens on one line is neither's.
  mutating func detachIfOnly() {
    guard flushed + (pendingStyle == nil ? 0 : 1) == 1 else { return }
    if hasTrailing {
      comments.detached.insert(comments.trailing, at: 0)
      comments.trailing = []
    }
    canAttachToPrevious = false
    flush()
  }

  mutating func finish() -> Comments {
    if pendingStyle != nil { comments.leading = pending }
    return comments
  }
}

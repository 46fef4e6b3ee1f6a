// Reads the policy: YAML, checked against the schema of the Policy message with a place for every mistake, turned into
// the message by its JSON mapping, and compiled.

import Glibc
import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime
import Yams

/// The policy as a YAML file. Its keys are the field names of `loyalty.policy.v1.Policy`; enum values may be written
/// short and in lower case (`stay` for `ACTIVITY_STAY`).
public enum PolicyFile {
  /// A policy of ten thousand items is some 4 MB; a file above this is not one.
  static let maxBytes = 16 << 20
  /// The schema nests six deep. Deeper nesting is refused before the parser recurses into it.
  static let maxNesting = 64
  /// A line that begins with more spaces, dashes and question marks than this would nest as deep.
  static let maxIndentation = 200

  /// Reads, checks and compiles a policy file.
  public static func load(_ path: String) throws(PolicyFileError) -> CompiledPolicy {
    try parse(text(of: path), file: path)
  }

  /// Checks and compiles the text of a policy file.
  /// - Parameters:
  ///   - file: named in errors.
  ///   - further: mistakes that the document alone does not show, by path; asked when it has none of its own.
  public static func parse(
    _ text: String, file: String, further: (Policy) -> [PolicyProblem] = { _ in [] }
  ) throws(PolicyFileError) -> CompiledPolicy {
    if let problem = nestingProblem(text) { throw PolicyFileError(file: file, problems: [problem]) }
    let root: Node
    do {
      guard let node = try compose(yaml: text) else {
        throw PolicyFileError(
          file: file, problems: [.init(line: 1, column: 1, message: "is empty: a policy begins with version: 1")])
      }
      root = node
    } catch let error as PolicyFileError {
      throw error
    } catch {
      throw PolicyFileError(file: file, problems: [YAMLProblem.problem(error, text: text)])
    }
    var tree = PolicyTree(schema: try schema(file))
    let json = tree.json(of: root)
    guard tree.problems.isEmpty else { throw PolicyFileError(file: file, problems: tree.problems) }
    do {
      let policy = try CompiledPolicy(Policy(jsonString: json))
      let problems = further(policy.document)
      if !problems.isEmpty { throw InvalidPolicy(problems: problems) }
      return policy
    } catch let error as InvalidPolicy {
      let problems = error.problems.map { problem in
        let mark = tree.mark(of: problem.path)
        return PolicyFileError.Problem(line: mark.line, column: mark.column, message: problem.description)
      }
      throw PolicyFileError(file: file, problems: problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    } catch {
      throw PolicyFileError(file: file, problems: [.init(line: 1, column: 1, message: "\(error)")])
    }
  }

  /// The Policy message's descriptor, from the generated code.
  private static func schema(_ file: String) throws(PolicyFileError) -> DescriptorPool {
    do {
      return try DescriptorPool(
        [
          EmbeddedFile.loyaltyPolicyV1Activity, .loyaltyPolicyV1Catalogue, .loyaltyPolicyV1Earning,
          .loyaltyPolicyV1Ledger, .loyaltyPolicyV1Partnership, .loyaltyPolicyV1Feedback, .loyaltyPolicyV1Campaign,
          .loyaltyPolicyV1Care, .loyaltyPolicyV1Claim, .loyaltyPolicyV1Tiers, .loyaltyPolicyV1Policy,
        ].map {
          try FileDescriptorProto(serializedBytes: $0.serializedDescriptor)
        })
    } catch {
      throw PolicyFileError(
        file: file,
        problems: [.init(line: 0, column: 0, message: "this program's own policy schema is broken: \(error)")])
    }
  }

  /// The text of a policy file.
  public static func text(of path: String) throws(PolicyFileError) -> String {
    func failure(_ message: String) -> PolicyFileError {
      PolicyFileError(file: path, problems: [.init(line: 0, column: 0, message: message)])
    }
    guard let stream = fopen(path, "re") else {
      throw failure("cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      bytes += buffer[..<count]
      if bytes.count > maxBytes { throw failure("is longer than \(maxBytes) bytes: this is no policy") }
      if count < buffer.count { break }
    }
    if ferror(stream) != 0 { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("is not UTF-8") }
    return text
  }

  /// The first place that nests deeper than any policy. Brackets in texts count too, which costs a file that has dozens
  /// of them unmatched an early error and nothing else.
  private static func nestingProblem(_ text: String) -> PolicyFileError.Problem? {
    var line = 1
    var column = 0
    var depth = 0
    var indentation = 0
    var isIndentation = true
    for byte in text.utf8 {
      column += 1
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        column = 0
        indentation = 0
        isIndentation = true
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      default: break
      }
      if isIndentation {
        let nests =
          byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?")
          || byte == UInt8(ascii: ":")
        if nests { indentation += 1 } else { isIndentation = false }
      }
      if depth > maxNesting || indentation > maxIndentation {
        return PolicyFileError.Problem(
          line: line, column: column, message: "nests deeper than any policy does: at most \(maxNesting) brackets")
      }
    }
    return nil
  }
}

/// A YAML parser's error, with its place.
enum YAMLProblem {
  static func problem(_ error: any Error, text: String) -> PolicyFileError.Problem {
    guard let error = error as? YamlError else { return .init(line: 1, column: 1, message: "\(error)") }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
      return .init(line: mark.line, column: mark.column, message: "is no YAML: \(problem)\(around)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.min() ?? ""
      let mark = secondKey(key, in: text, mapping: context.mark) ?? (context.mark.line, context.mark.column)
      return .init(
        line: mark.line, column: mark.column, message: "'\(key)' is there twice in the same mapping: keep one")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.count { $0.isNewline } + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      return .init(line: line, column: column, message: "is no YAML: \(problem)")
    default: return .init(line: 1, column: 1, message: "is no YAML: \(error)")
    }
  }

  /// Where a key of a block mapping comes for the second time: the parser tells only where the mapping begins.
  private static func secondKey(_ key: String, in text: String, mapping: Mark) -> (line: Int, column: Int)? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard mapping.line >= 1, mapping.line <= lines.count else { return nil }
    var seen = 0
    for (index, line) in lines.enumerated().dropFirst(mapping.line - 1) {
      let scalars = line.unicodeScalars
      let isFirst = index == mapping.line - 1
      // Keys of the mapping stand in its column; before the first one there may be a dash.
      let indentation = scalars.prefix { $0 == " " }.count
      guard isFirst || indentation == mapping.column - 1 else { continue }
      let content = scalars.dropFirst(mapping.column - 1)
      guard String(content).hasPrefix("\(key):") else { continue }
      seen += 1
      if seen == 2 { return (index + 1, mapping.column) }
    }
    return nil
  }
}

// What differs between two policies, place by place. Lists whose entries have an id are compared by it, so that a rule
// put before another is one difference and not all of them.

import LoyaltyMessages
import ProtobufRuntime

enum PolicyDiff {
  struct Difference: Hashable {
    var path: String
    /// JSON; empty for nothing.
    var before: String
    var after: String
  }

  /// - Throws: never for policies that were compiled: they have a JSON form.
  static func differences(_ before: Policy, _ after: Policy) throws -> [Difference] {
    var found: [Difference] = []
    compare(try tree(before), try tree(after), "", &found)
    return found
  }

  /// The document as JSON values.
  static func tree(_ policy: Policy) throws -> ProtobufStruct {
    try ProtobufStruct(jsonString: policy.jsonString())
  }

  private static func compare(
    _ before: ProtobufStruct, _ after: ProtobufStruct, _ path: String, _ found: inout [Difference]
  ) {
    for key in Set(before.fields.keys).union(after.fields.keys).sorted() {
      compare(
        before.fields[key], after.fields[key], path.isEmpty ? snake(key) : "\(path).\(snake(key))", &found)
    }
  }

  private static func compare(
    _ before: ProtobufValue?, _ after: ProtobufValue?, _ path: String, _ found: inout [Difference]
  ) {
    if before == after { return }
    switch (before?.kind, after?.kind) {
    case (.structValue(let before), .structValue(let after)): compare(before, after, path, &found)
    case (.listValue(let first), .listValue(let second)):
      guard let before = byID(first), let after = byID(second) else { fallthrough }
      for id in Set(before.keys).union(after.keys).sorted() {
        compare(before[id], after[id], "\(path)[\(id)]", &found)
      }
      if first.values.count == second.values.count, before == after {
        found.append(Difference(path: "\(path) (order)", before: order(first), after: order(second)))
      }
    default:
      found.append(
        Difference(path: path, before: json(before), after: json(after)))
    }
  }

  private static func byID(_ list: ProtobufListValue) -> [String: ProtobufValue]? {
    var entries: [String: ProtobufValue] = [:]
    for value in list.values {
      guard let id = id(of: value), entries.updateValue(value, forKey: id) == nil else { return nil }
    }
    return entries
  }

  private static func id(of value: ProtobufValue) -> String? {
    guard case .structValue(let fields)? = value.kind, case .stringValue(let id)? = fields.fields["id"]?.kind else {
      return nil
    }
    return id
  }

  private static func order(_ list: ProtobufListValue) -> String { list.values.compactMap(id).joined(separator: ", ") }

  private static func json(_ value: ProtobufValue?) -> String { value.flatMap { try? $0.jsonString() } ?? "" }

  /// JSON's lowerCamelCase as the schema and the policy file have it.
  private static func snake(_ name: String) -> String {
    var snake = ""
    for character in name {
      if character.isUppercase { snake += "_" }
      snake += character.lowercased()
    }
    return snake
  }
}

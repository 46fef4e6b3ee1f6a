// What is wrong with a policy, said so that whoever wrote the file finds the place and knows what to write instead.

/// One mistake in a policy document.
public struct PolicyProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where: field names of the policy schema, positions in brackets, as in `tiers[1].multiplier_bp`.
  public var path: String
  /// What is wrong, with the value, and what would be right.
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  public var description: String { "\(path): \(message)" }
}

/// A policy document that cannot be used.
public struct InvalidPolicy: Error, Sendable, CustomStringConvertible {
  /// Every mistake found, in the order of the document. Not empty.
  public var problems: [PolicyProblem]

  public init(problems: [PolicyProblem]) { self.problems = problems }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

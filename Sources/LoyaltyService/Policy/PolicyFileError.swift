// What is wrong with a policy file, as compilers say it: file, line, column, what. The server does not start with one.

/// A policy file that cannot be used.
public struct PolicyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Problem: Hashable, Sendable {
    /// From 1; 0 if the problem has no place in the file.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// What is wrong, with the value, and what would be right.
    public var message: String
  }

  public var file: String
  /// In the order of the file. Not empty.
  public var problems: [Problem]

  /// One line a problem: `file:line:column: what`.
  public var description: String {
    problems.map { problem in
      problem.line > 0
        ? "\(file):\(problem.line):\(problem.column): \(problem.message)" : "\(file): \(problem.message)"
    }.joined(separator: "\n")
  }
}

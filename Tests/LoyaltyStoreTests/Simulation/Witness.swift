// What somebody outside the store knows: what was committed, what was acknowledged. After each restart it is held
// against what the store has.

@testable import LoyaltyStore

/// What must never happen, found by a test.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

struct Witness {
  /// What was ever applied, in order; cut back to what came back after a crash.
  private(set) var committed: [String] = []
  /// Of `committed`, how many were acknowledged, from the first on.
  private(set) var acknowledged = 0
  private var names = 0

  /// Commits an entry with a name of its own.
  mutating func add(to store: DurableStore<Roll>, length: Int) throws {
    names += 1
    let name = "n\(names)"
    try store.add(name, length: length)
    committed.append(name)
  }

  /// Takes note of what the store has acknowledged by now.
  mutating func note(_ store: DurableStore<Roll>) { acknowledged = max(acknowledged, Int(store.durableSequence)) }

  /// Holds what came back against what was acknowledged, and goes on from there: what came back counts as acknowledged,
  /// for it may have been read.
  mutating func compare(_ store: DurableStore<Roll>) throws {
    let (names, disorder) = store.read { ($0.names, $0.disorder) }.value
    guard disorder.isEmpty else { throw Violation(description: "records out of order: \(disorder)") }
    guard names.count >= acknowledged else {
      throw Violation(description: "\(acknowledged) records were acknowledged, \(names.count) came back")
    }
    guard names.elementsEqual(committed.prefix(names.count)) else {
      throw Violation(description: "what came back is not what was committed")
    }
    guard store.durableSequence == UInt64(names.count) else {
      throw Violation(description: "durable is \(store.durableSequence) after recovering \(names.count)")
    }
    committed = names
    acknowledged = names.count
  }
}

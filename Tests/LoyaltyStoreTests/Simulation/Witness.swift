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
  mutating func add(to store: DurableStore<Roll>, length: Int, repeating: Bool = false) throws {
    names += 1
    let name = "m\(names % 5)/n\(names)"
    try store.add(name, length: length, repeating: repeating)
    committed.append(name)
  }

  /// Takes note of what the store has acknowledged by now.
  mutating func note(_ store: DurableStore<Roll>) { acknowledged = max(acknowledged, Int(store.durableSequence)) }

  /// Holds what came back against what was acknowledged, and goes on from there: what came back counts as acknowledged,
  /// for it may have been read.
  /// - Parameter members: those whose history is asked for, 0 to 4; nil asks for no history at all.
  mutating func compare(_ store: DurableStore<Roll>, members: [Int]? = Array(0..<5)) throws {
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
    if let members { try compareHistory(store, of: members) }
  }

  /// Holds what history tells, in order and of each member, against what was committed; retention may have taken the
  /// beginning.
  private func compareHistory(_ store: DurableStore<Roll>, of members: [Int]) throws {
    var first = 1
    var told: [String] = []
    do {
      while true {
        let page: [HistoryEntry<Roll.Record>]
        do {
          page = try store.history.records(after: UInt64(first - 1 + told.count), limit: 100)
        } catch StoreError
          .notRetained(_, let kept) where told.isEmpty && Int(kept) > first
        {
          first = Int(kept)
          continue
        }
        if page.isEmpty { break }
        told += page.map(\.record.typeURL)
      }
      guard told == Array(committed.dropFirst(first - 1)) else {
        throw Violation(description: "history from \(first) on is not what was committed")
      }
      for member in members {
        let expected = told.filter { $0.hasPrefix("m\(member)/") }.reversed()
        let found = try store.history.records(of: "m\(member)", limit: 1_000).map(\.record.typeURL)
        guard found.elementsEqual(expected) else {
          throw Violation(description: "the history of m\(member) has \(found.count) records, not \(expected.count)")
        }
      }
    } catch let error as StoreError {
      switch error {
      case .disk: return  // A disk that fails has no history to tell.
      case .rot: throw error  // A segment that a start need not read, because a snapshot covers it.
      default: throw Violation(description: "history is not readable: \(error)")
      }
    }
  }
}

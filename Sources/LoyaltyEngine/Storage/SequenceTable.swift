// What is open is named by the sequence of the record that opened it: tickets, claims, grants, notices. Sequences only
// grow, so such a table is two arrays in ascending order: found by halving, listed from anywhere, added to at the end.

/// Values named by ascending numbers. Removal leaves a gap that is closed once gaps outnumber values.
struct SequenceTable<Value: Sendable>: Sendable {
  private var keys: [UInt64] = []
  private var values: [Value?] = []
  private(set) var count = 0

  /// The greatest key ever added and not yet forgotten; 0 for none.
  private var lastKey: UInt64 { keys.last ?? 0 }

  subscript(key: UInt64) -> Value? { index(of: key).flatMap { values[$0] } }

  /// Adds a value.
  /// - Returns: false if the key is not greater than all before it: nothing is added then.
  mutating func append(_ key: UInt64, _ value: Value) -> Bool {
    guard keys.isEmpty || key > lastKey else { return false }
    keys.append(key)
    values.append(value)
    count += 1
    return true
  }

  /// Changes a value in place; nil if there is none of that key.
  mutating func update<Result>(_ key: UInt64, _ change: (inout Value) -> Result) -> Result? {
    guard let index = index(of: key), var value = values[index] else { return nil }
    values[index] = nil
    defer { values[index] = value }
    return change(&value)
  }

  /// Removes a value; nil if there is none of that key.
  @discardableResult
  mutating func remove(_ key: UInt64) -> Value? {
    guard let index = index(of: key), let value = values[index] else { return nil }
    values[index] = nil
    count -= 1
    if values.count > 64, count * 2 < values.count { compact() }
    return value
  }

  /// Gives every value after a key to `body`, in ascending order, until it says false.
  func forEach(after key: UInt64 = 0, _ body: (UInt64, Value) throws -> Bool) rethrows {
    var index = keys.isEmpty || key == 0 ? 0 : lowerBound(key + 1)
    while index < keys.count {
      if let value = values[index], try !body(keys[index], value) { return }
      index += 1
    }
  }

  private func index(of key: UInt64) -> Int? {
    let index = lowerBound(key)
    return index < keys.count && keys[index] == key ? index : nil
  }

  private func lowerBound(_ key: UInt64) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func compact() {
    var kept = 0
    for index in keys.indices where values[index] != nil {
      if kept != index {
        keys[kept] = keys[index]
        values.swapAt(kept, index)
      }
      kept += 1
    }
    keys.removeSubrange(kept...)
    values.removeSubrange(kept...)
  }
}

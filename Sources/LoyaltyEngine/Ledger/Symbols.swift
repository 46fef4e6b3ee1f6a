// Names that repeat in many places, kept once.

/// A few names that repeat in many places: of tiers, partners, items.
struct Symbols: Sendable {
  private(set) var names: [String] = []
  private var positions: [String: Int] = [:]

  /// So many names are found faster by comparing them than by hashing: short strings are compared as two words.
  private static let fewNames = 16

  /// Position of a name; nil if it has none.
  subscript(name: String) -> Int? {
    names.count <= Self.fewNames ? names.firstIndex(of: name) : positions[name]
  }

  mutating func insert(_ name: String) -> Int {
    if let position = self[name] { return position }
    let position = names.count
    names.append(name)
    positions[name] = position
    return position
  }
}

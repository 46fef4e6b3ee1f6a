// How a name in a schema finds what it names: from the innermost scope outwards, as in C++, among what the file
// declares and imports.
import ProtobufRuntime

/// What one file sees of the names of all.
struct NameLookup {
  enum Result {
    case found(SymbolID)
    /// Nothing of that name.
    case missing
    /// The first part of the name was found, and nothing of the whole name in it; an outer scope is not tried.
    case shadowed(by: String)
    /// Declared in a file that is not imported.
    case notImported(SymbolID)
  }

  enum Filter {
    case types
    case all
  }

  /// The files whose names may be used.
  private var visibleFiles: Set<FileID> = []
  /// The packages of these files and the packages around them.
  private var visiblePackages: Set<SymbolID> = [.root]

  mutating func show(_ file: FileID, package: SymbolID, in table: SymbolTable) {
    guard visibleFiles.insert(file).inserted else { return }
    var at = package
    while visiblePackages.insert(at).inserted {
      at = table[at].scope
    }
  }

  func isVisible(_ id: SymbolID, in table: SymbolTable) -> Bool {
    let symbol = table[id]
    return symbol.kind == .package ? visiblePackages.contains(id) : visibleFiles.contains(symbol.file)
  }

  /// Looks up `name`, which is used inside of `scope`.
  func find(_ name: String, from scope: SymbolID, _ filter: Filter, in table: SymbolTable) -> Result {
    var hidden: SymbolID?
    if name.utf8.first == UInt8(ascii: ".") {
      guard let id = table.find(name.dropFirst()) else { return .missing }
      return isVisible(id, in: table) ? .found(id) : .notImported(id)
    }

    let parts = name.utf8.contains(UInt8(ascii: ".")) ? name.split(separator: ".").map(String.init) : [name]
    guard let first = parts.first else { return .missing }
    var at = scope
    while true {
      if let id = table.child(first, of: at) {
        if !isVisible(id, in: table) {
          // Another file's; an outer scope may have one that is visible.
          hidden = hidden ?? descend(id, parts.dropFirst(), in: table)
        } else if parts.count == 1 {
          if filter == .all || table[id].kind.isType { return .found(id) }
        } else if table[id].kind.isAggregate {
          let whole = descend(id, parts.dropFirst(), in: table)
          if let whole, isVisible(whole, in: table) { return .found(whole) }
          if let whole { return .notImported(whole) }
          return .shadowed(by: ([table.fullName(id)] + parts.dropFirst()).joined(separator: "."))
        }
      }
      if at == .root { break }
      at = table[at].scope
    }
    return hidden.map { .notImported($0) } ?? .missing
  }

  private func descend(_ id: SymbolID, _ parts: ArraySlice<String>, in table: SymbolTable) -> SymbolID? {
    var at = id
    for part in parts {
      guard let next = table.child(part, of: at) else { return nil }
      at = next
    }
    return at
  }
}

// Every name that the files of one compilation declare, as a tree of scopes: a lookup walks from scope to scope without
// building full names. All files share the table, as their names must not clash.
import ProtobufRuntime

/// A symbol's place in the table.
struct SymbolID: Hashable {
  var index: Int32
  /// The scope that holds the top-level packages and the names of files without one.
  static let root = SymbolID(index: 0)
}

/// A file's place in the compilation, in the order of linking.
typealias FileID = Int32

struct Symbol {
  enum Kind: UInt8 {
    case package
    case message
    case enumType
    case enumValue
    case field
    case `extension`
    case oneof
    case service
    case method

    /// What a field's type may be.
    var isType: Bool { self == .message || self == .enumType }
    /// What may stand before a dot in a name.
    var isAggregate: Bool { self == .package || self == .message || self == .enumType || self == .service }
  }

  var kind: Kind
  var visibility: Visibility = .everywhere
  /// Whether an enum refuses numbers it does not name; known once its file's features are resolved.
  var isClosedEnum = false
  /// Whether an enum's first value is zero.
  var startsAtZero = true
  /// The file that declares it; for a package the first one that does.
  var file: FileID
  /// The scope it is found in.
  var scope: SymbolID
  /// What declares it: for an enum's value the enum, for all others the scope.
  var owner: SymbolID
  /// Its index among its owner's declarations of its kind.
  var index: Int32
  var name: String
  /// The full name behind a dot, for what a field's type may be; empty for others.
  var reference: String

  enum Visibility: UInt8 {
    case everywhere
    /// Marked `local`.
    case markedLocal
    /// Local by the file's default.
    case localByDefault
  }
}

struct SymbolTable {
  private struct ScopedName: Hashable {
    var scope: SymbolID
    var name: String
  }

  private(set) var symbols: [Symbol] = [
    Symbol(
      kind: .package, file: -1, scope: .root, owner: .root, index: 0, name: "", reference: "")
  ]
  private var children: [ScopedName: SymbolID] = [:]

  subscript(id: SymbolID) -> Symbol {
    get { symbols[Int(id.index)] }
    set { symbols[Int(id.index)] = newValue }
  }

  func child(_ name: String, of scope: SymbolID) -> SymbolID? {
    children[ScopedName(scope: scope, name: name)]
  }

  /// Adds a symbol, unless its scope has one of that name: then that one is returned as `existing`.
  mutating func declare(_ symbol: Symbol) -> (id: SymbolID, existing: SymbolID?) {
    let key = ScopedName(scope: symbol.scope, name: symbol.name)
    if let existing = children[key] { return (existing, existing) }
    let id = SymbolID(index: Int32(truncatingIfNeeded: symbols.count))
    symbols.append(symbol)
    children[key] = id
    return (id, nil)
  }

  /// The full name without a leading dot.
  func fullName(_ id: SymbolID) -> String {
    var symbol = self[id]
    if !symbol.reference.isEmpty { return String(symbol.reference.dropFirst()) }
    var parts = [symbol.name]
    while symbol.scope != .root {
      symbol = self[symbol.scope]
      parts.append(symbol.name)
    }
    return parts.reversed().joined(separator: ".")
  }

  /// The symbol of a full name, without a leading dot.
  func find(_ fullName: some StringProtocol) -> SymbolID? {
    var at = SymbolID.root
    for part in fullName.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = child(String(part), of: at) else { return nil }
      at = next
    }
    return at
  }

  /// The path of a declaration in its file's source info. Packages have none.
  func path(_ id: SymbolID) -> [Int32] {
    var reversed: [Int32] = []
    var at = id
    while true {
      let symbol = self[at]
      if symbol.kind == .package { break }
      let isTop = self[symbol.owner].kind == .package
      let component: Int32
      switch symbol.kind {
      case .package: return []
      case .message: component = isTop ? Path.File.message : Path.Message.nestedType
      case .enumType: component = isTop ? Path.File.enumType : Path.Message.enumType
      case .enumValue: component = Path.EnumType.value
      case .field: component = Path.Message.field
      case .extension: component = isTop ? Path.File.extension : Path.Message.extension
      case .oneof: component = Path.Message.oneof
      case .service: component = Path.File.service
      case .method: component = Path.Service.method
      }
      reversed.append(symbol.index)
      reversed.append(component)
      at = symbol.owner
    }
    return reversed.reversed()
  }
}

// Where every part of a file was declared, and the comments on it. Always recorded, since diagnostics need the places;
// turned into the descriptor's SourceCodeInfo only when that is asked for. A location stores the one or two path
// components by which it extends its parent, so that recording one costs no allocation.
import ProtobufRuntime

struct SourceTable {
  /// Index of a location in the table.
  struct Location: Hashable {
    var index: Int32
  }

  struct Entry {
    /// -1 at the root.
    var parent: Int32
    var componentCount: UInt8
    var component0: Int32
    var component1: Int32
    var startLine: Int32
    var startColumn: Int32
    var endLine: Int32
    var endColumn: Int32
  }

  private(set) var entries: [Entry] = []
  private(set) var comments: [Int32: Comments] = [:]

  static let root = Location(index: 0)

  // MARK: Recording

  /// A new location that begins at `token` and ends there until `end` is called.
  mutating func begin(_ parent: Location?, _ path: Int32..., at token: Token) -> Location {
    add(
      Entry(
        parent: parent?.index ?? -1, componentCount: UInt8(truncatingIfNeeded: path.count),
        component0: path.count > 0 ? path[0] : 0, component1: path.count > 1 ? path[1] : 0,
        startLine: token.line, startColumn: token.column, endLine: token.line, endColumn: token.endColumn))
  }

  private mutating func add(_ entry: Entry) -> Location {
    let location = Location(index: Int32(truncatingIfNeeded: entries.count))
    entries.append(entry)
    return location
  }

  mutating func end(_ location: Location, at token: Token) {
    entries[Int(location.index)].endLine = token.line
    entries[Int(location.index)].endColumn = token.endColumn
  }

  /// Begins `location` where `other` begins.
  mutating func start(_ location: Location, with other: Location) {
    entries[Int(location.index)].startLine = entries[Int(other.index)].startLine
    entries[Int(location.index)].startColumn = entries[Int(other.index)].startColumn
  }

  /// Gives a location that was begun with an empty path its component, once it is known.
  mutating func setComponent(_ location: Location, _ component: Int32) {
    entries[Int(location.index)].component0 = component
    entries[Int(location.index)].componentCount = 1
  }

  mutating func attach(_ new: Comments, to location: Location) {
    if !new.leading.isEmpty || !new.trailing.isEmpty || !new.detached.isEmpty {
      comments[location.index] = new
    }
  }

  // MARK: Copies for the ranges of one `extensions` statement

  var count: Int { entries.count }

  /// Cuts off and returns everything recorded since the table had `count` entries.
  mutating func cut(from count: Int) -> ArraySlice<Entry> {
    let tail = entries[count...]
    entries.removeSubrange(count...)
    return ArraySlice(Array(tail))
  }

  /// Appends what `cut` returned, with the first entry of it, which is left out, replaced by `parent`.
  mutating func paste(_ tail: ArraySlice<Entry>, cutFrom count: Int, under parent: Location) {
    let shift = Int32(truncatingIfNeeded: entries.count - count - 1)
    for entry in tail.dropFirst() {
      var copy = entry
      copy.parent = entry.parent == Int32(truncatingIfNeeded: count) ? parent.index : entry.parent + shift
      entries.append(copy)
    }
  }

  // MARK: Reading

  /// The full path of a location, as SourceCodeInfo has it.
  func path(_ index: Int) -> [Int32] {
    var reversed: [Int32] = []
    var at = index
    while at >= 0 {
      let entry = entries[at]
      if entry.componentCount > 1 { reversed.append(entry.component1) }
      if entry.componentCount > 0 { reversed.append(entry.component0) }
      at = Int(entry.parent)
    }
    reversed.reverse()
    return reversed
  }

  /// Where the part of the file that `path` names begins, or where the nearest enclosing part does. Reads the whole
  /// table: meant for diagnostics.
  func position(of path: [Int32]) -> SourcePosition? {
    var best: (length: Int, entry: Entry)?
    for (index, entry) in entries.enumerated() {
      let candidate = self.path(index)
      guard candidate.count <= path.count, candidate.elementsEqual(path.prefix(candidate.count)) else { continue }
      if best == nil || candidate.count > best!.length {
        best = (candidate.count, entry)
      }
    }
    return best.map { SourcePosition(zeroBasedLine: $0.entry.startLine, column: $0.entry.startColumn) }
  }

  /// The descriptor's view of the table. An option that has been interpreted has the path that `optionPaths` gives for
  /// its own; the places of its name and value are left out, as protoc leaves them out.
  func sourceCodeInfo(optionPaths: [[Int32]: [Int32]]) -> SourceCodeInfo {
    var info = SourceCodeInfo()
    info.location.reserveCapacity(entries.count)
    var isInOption = [Bool](repeating: false, count: optionPaths.isEmpty ? 0 : entries.count)
    for (index, entry) in entries.enumerated() {
      if !isInOption.isEmpty, entry.parent >= 0, isInOption[Int(entry.parent)] {
        isInOption[index] = true
        continue
      }
      var location = SourceCodeInfo.Location()
      location.path = path(index)
      if entry.component0 == Path.UninterpretedOption.inOptions, entry.componentCount == 2,
        let interpreted = optionPaths[location.path]
      {
        location.path = interpreted
        isInOption[index] = true
      }
      location.span =
        entry.startLine == entry.endLine
        ? [entry.startLine, entry.startColumn, entry.endColumn]
        : [entry.startLine, entry.startColumn, entry.endLine, entry.endColumn]
      if let attached = comments[Int32(truncatingIfNeeded: index)] {
        if !attached.leading.isEmpty {
          location.leadingComments = String(decoding: attached.leading, as: UTF8.self)
        }
        if !attached.trailing.isEmpty {
          location.trailingComments = String(decoding: attached.trailing, as: UTF8.self)
        }
        location.leadingDetachedComments = attached.detached.map { String(decoding: $0, as: UTF8.self) }
      }
      info.location.append(location)
    }
    return info
  }
}

// A schema's enum as a Swift enum: open ones keep numbers they do not know in `unrecognized`.

import ProtobufRuntime

struct EnumGenerator {
  let entry: TypeIndex.EnumEntry
  let comments: DocComments
  let path: [Int32]
  let access: String

  /// Above this many cases a switch over them is split: the compiler's check for exhaustiveness gives up near 600.
  static let largestSwitch = 200

  private struct Case {
    let name: String
    let number: Int32
    let schemaName: String
    let index: Int
  }

  func write(to out: inout CodeWriter) {
    let (cases, aliases) = Self.cases(of: entry)
    guard let first = cases.first else { return }
    let typeName = entry.swiftName.split(separator: ".").last.map(String.init) ?? ""
    out.line()
    comments.write(path, isDeprecated: entry.descriptor.options?.deprecated == true, to: &out)
    out.block("\(access)enum \(typeName): ProtobufEnum") { out in
      for item in cases {
        writeComment(of: item, to: &out)
        out.line("case \(item.name)")
      }
      if !entry.isClosed {
        out.line("/// A number that the schema of this program does not name.")
        out.line("case unrecognized(Int32)")
      }
      for alias in aliases where !alias.name.isEmpty {
        let target = cases.first { $0.number == alias.number } ?? first
        writeComment(of: alias, to: &out)
        out.line("\(access)static var \(alias.name): Self { .\(target.name) }")
      }
      out.line()
      out.line("\(access)init() { self = .\(first.name) }")
      writeInit(cases, to: &out)
      writeRawValue(cases, to: &out)
      out.line()
      out.line("\(access)static let table = EnumTable([")
      out.indented { out in
        for item in (cases + aliases).sorted(by: { $0.index < $1.index }) {
          out.line("(\(item.number), \"\(item.schemaName)\"),")
        }
      }
      out.line("])")
    }
  }

  private func writeComment(of item: Case, to out: inout CodeWriter) {
    let isDeprecated = entry.descriptor.value[item.index].options?.deprecated == true
    comments.write(path + [2, Int32(item.index)], isDeprecated: isDeprecated, to: &out)
  }

  /// The Swift name of a value by its schema name, in backticks where needed.
  static func caseName(of schemaName: String, in entry: TypeIndex.EnumEntry) -> String? {
    let (cases, aliases) = Self.cases(of: entry)
    guard let item = (cases + aliases).first(where: { $0.schemaName == schemaName }) else { return nil }
    return item.name.isEmpty ? cases.first { $0.number == item.number }?.name : item.name
  }

  private func writeInit(_ cases: [Case], to out: inout CodeWriter) {
    out.line()
    out.block(entry.isClosed ? "\(access)init?(rawValue: Int32)" : "\(access)init(rawValue: Int32)") { out in
      out.line("switch rawValue {")
      for item in cases { out.line("case \(item.number): self = .\(item.name)") }
      out.line(entry.isClosed ? "default: return nil" : "default: self = .unrecognized(rawValue)")
      out.line("}")
    }
  }

  private func writeRawValue(_ cases: [Case], to out: inout CodeWriter) {
    out.line()
    out.block("\(access)var rawValue: Int32") { out in
      if cases.count <= Self.largestSwitch {
        out.line("switch self {")
        for item in cases { out.line("case .\(item.name): \(item.number)") }
        if !entry.isClosed { out.line("case .unrecognized(let number): number") }
        out.line("}")
        return
      }
      for start in stride(from: 0, to: cases.count, by: Self.largestSwitch) {
        out.line("switch self {")
        for item in cases[start..<min(start + Self.largestSwitch, cases.count)] {
          out.line("case .\(item.name): return \(item.number)")
        }
        out.line("default: break")
        out.line("}")
      }
      if entry.isClosed {
        out.line("return \(cases[0].number)")
      } else {
        out.line("if case .unrecognized(let number) = self { return number }")
        out.line("return \(cases[0].number)")
      }
    }
  }

  /// Cases of different numbers, and further names for the same ones. Names that would clash get an underscore.
  private static func cases(of entry: TypeIndex.EnumEntry) -> (cases: [Case], aliases: [Case]) {
    let enumName = entry.descriptor.name ?? ""
    var cases: [Case] = []
    var aliases: [Case] = []
    var nameOfNumber: [Int32: String] = [:]
    var taken: Set<String> = entry.isClosed ? [] : ["unrecognized"]
    for (index, value) in entry.descriptor.value.enumerated() {
      let schemaName = value.name ?? ""
      let number = value.number ?? 0
      var name = SwiftNames.enumCase(schemaName, in: enumName)
      if SwiftNames.enumMembers.contains(name) { name += "_" }
      if nameOfNumber[number] == name {
        // An alias whose Swift name is the same needs no second declaration, only its schema name.
        aliases.append(Case(name: "", number: number, schemaName: schemaName, index: index))
        continue
      }
      name = SwiftNames.unique(name, in: &taken)
      let item = Case(name: SwiftNames.escaped(name), number: number, schemaName: schemaName, index: index)
      if nameOfNumber[number] == nil {
        nameOfNumber[number] = name
        cases.append(item)
      } else {
        aliases.append(item)
      }
    }
    return (cases, aliases)
  }
}

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
    let (cases, aliases) = self.cases
    guard let first = cases.first else { return }
    let typeName = entry.swiftName.split(separator: ".").last.map(String.init) ?? ""
    out.line()
    comments.write(path, to: &out)
    out.block("\(access)enum \(typeName): ProtobufEnum") { out in
      for item in cases {
        comments.write(path + [2, Int32(item.index)], to: &out)
        out.line("case \(item.name)")
      }
      if !entry.isClosed {
        out.line("/// A number that the schema of this program does not name.")
        out.line("case unrecognized(Int32)")
      }
      for alias in aliases where !alias.name.isEmpty {
        let target = cases.first { $0.number == alias.number } ?? first
        comments.write(path + [2, Int32(alias.index)], to: &out)
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

  /// Cases of different numbers, and further names for the same ones. Names that would clash keep their prefix.
  private var cases: (cases: [Case], aliases: [Case]) {
    let enumName = entry.descriptor.name ?? ""
    var cases: [Case] = []
    var aliases: [Case] = []
    var numbers: Set<Int32> = []
    var names: Set<String> = entry.isClosed ? [] : ["unrecognized"]
    for (index, value) in entry.descriptor.value.enumerated() {
      let schemaName = value.name ?? ""
      let number = value.number ?? 0
      var name = SwiftNames.enumCase(schemaName, in: enumName)
      let isNew = numbers.insert(number).inserted
      if !names.insert(name).inserted {
        if !isNew {
          // An alias whose Swift name is the same needs no second declaration, only its schema name.
          aliases.append(Case(name: "", number: number, schemaName: schemaName, index: index))
          continue
        }
        name = SwiftNames.lowerCamel(schemaName.lowercased())
        while !names.insert(name).inserted { name += "_" }
      }
      // `init` and `self` mean something after a dot even in backticks.
      if ["init", "self", "Type", "Self", "Protocol"].contains(name) { name += "_" }
      let item = Case(name: SwiftNames.escaped(name), number: number, schemaName: schemaName, index: index)
      if isNew { cases.append(item) } else { aliases.append(item) }
    }
    return (cases, aliases)
  }
}

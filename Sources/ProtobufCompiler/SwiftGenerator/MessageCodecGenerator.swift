// How a message is read and written, binary and JSON: one line or so a field, in the words of ProtobufRuntime.

import ProtobufRuntime

struct MessageCodecGenerator {
  let message: MessageGenerator

  private var access: String { message.access }
  /// In the order of their numbers, which is the order on the wire.
  private var sorted: [FieldModel] { message.fields.sorted { $0.number < $1.number } }

  func write(to out: inout CodeWriter) {
    out.block("extension \(message.entry.swiftName)") { out in
      message.writeInitializers(to: &out)
      out.line()
      out.line("\(access)static var fullName: String { \"\(message.entry.fullName)\" }")
      out.line()
      writeDecoder(to: &out)
      out.line()
      writeEncoder(to: &out)
      // Well-known types have JSON forms of their own, written by hand in the runtime.
      if !MessageForm.isSpecial(message.entry.fullName) {
        out.line()
        writeJSONDecoder(to: &out)
        out.line()
        writeJSONEncoder(to: &out)
      }
      if message.types.hasRequiredFields(message.entry.fullName) {
        out.line()
        writeIsInitialized(to: &out)
      }
    }
  }

  /// A codec is called from many places; inlined into each it would be compiled, and loaded, as many times.
  private static let outOfLine = "@inline(never)"

  /// Where a field lies: its property, or the box behind it.
  private func storage(_ field: FieldModel) -> String {
    field.hasSeparateStorage ? "_\(field.bareName)" : property(field.name)
  }

  /// The field as an optional value, whether boxed or not.
  private func optional(_ field: FieldModel) -> String {
    if case .boxed = field.shape { return storage(field) + ".value" }
    return storage(field)
  }

  /// A property's name inside a codec, told apart from the codec's own variables.
  private func property(_ name: String) -> String { Self.locals.contains(name) ? "self." + name : name }

  private static let locals: Set<String> = [
    "reader", "writer", "tag", "value", "current", "object", "field", "index",
  ]

  // MARK: Binary decoding

  private func writeDecoder(to out: inout CodeWriter) {
    out.line(Self.outOfLine)
    out.block("\(access)mutating func merge(from reader: inout WireReader) throws(WireError)") { out in
      out.block("while true") { out in
        out.line("let tag = try reader.nextTag()")
        out.line("switch tag {")
        out.line("case 0: return")
        if message.extendsMessageSet {
          writeItemDecoding(to: &out)
        } else {
          for field in sorted { writeDecoding(of: field, to: &out) }
        }
        out.line("default: try reader.unknown(tag, &unknownFields)")
        out.line("}")
      }
    }
  }

  /// Extensions of a message set: the group that each lies in names it.
  private func writeItemDecoding(to out: inout CodeWriter) {
    out.line("case 11:")
    out.indented { out in
      out.line("let item = try reader.messageSetItem()")
      out.line("switch item.typeID {")
      for field in sorted { out.line("case \(field.number): try reader.message(of: item, &\(storage(field)))") }
      out.line("default: reader.keep(item, in: &unknownFields)")
      out.line("}")
    }
  }

  private func writeDecoding(of field: FieldModel, to out: inout CodeWriter) {
    let name = storage(field)
    switch field.shape {
    case .member: writeDecoding(ofMember: field, to: &out)
    case .map(let key, .enumeration(let type, isClosed: true)):
      out.line("case \(field.packedTag):")
      out.indented { out in
        out.line("try reader.mapEntry(\(key.codec).self, closed: \(type).self, &\(name), tag, &unknownFields)")
      }
    case .map(let key, let value):
      out.line("case \(field.packedTag): try reader.mapEntry(\(key.codec).self, \(value.codec).self, &\(name))")
    case .repeated:
      switch field.value {
      case .message: out.line("case \(field.tag): try reader.messages(&\(name))")
      case .group: out.line("case \(field.tag): try reader.groups(\(field.number), &\(name))")
      case .enumeration:
        out.line("case \(field.tag), \(field.packedTag): try reader.enumerations(&\(name), tag, &unknownFields)")
      case .scalar where field.isUncheckedText:
        out.line("case \(field.tag): try reader.string(&\(name), tag, &unknownFields)")
      case .scalar(let codec, _, let read):
        out.line("case \(field.tag): \(name).append(try reader.\(read)())")
        if field.value.isPackable {
          out.line("case \(field.packedTag): try reader.packed(\(codec).self, &\(name))")
        }
      }
    case .implicit, .optional, .boxed:
      switch field.value {
      case .message: out.line("case \(field.tag): try reader.message(&\(name))")
      case .group: out.line("case \(field.tag): try reader.group(\(field.number), &\(name))")
      case .enumeration: out.line("case \(field.tag): try reader.enumeration(&\(name), tag, &unknownFields)")
      case .scalar where field.isUncheckedText:
        out.line("case \(field.tag): try reader.string(&\(name), tag, &unknownFields)")
      case .scalar(_, _, let read): out.line("case \(field.tag): \(name) = try reader.\(read)()")
      }
    }
  }

  private func writeDecoding(ofMember field: FieldModel, to out: inout CodeWriter) {
    guard let oneof = message.oneof(of: field) else { return }
    switch field.value {
    case .scalar where field.isUncheckedText:
      out.line("case \(field.tag):")
      out.indented { out in
        out.line("if let value = try reader.text(tag, &unknownFields) {")
        out.indented { $0.line("\(property(oneof.name)) = .\(field.name)(value)") }
        out.line("}")
      }
    case .scalar(_, _, let read):
      out.line("case \(field.tag): \(property(oneof.name)) = .\(field.name)(try reader.\(read)())")
    case .enumeration(let type, let isClosed):
      out.line("case \(field.tag):")
      out.indented { out in
        if isClosed {
          out.line("var value: \(type)?")
          out.line("try reader.enumeration(&value, tag, &unknownFields)")
          out.line("if let value { \(property(oneof.name)) = .\(field.name)(value) }")
        } else {
          out.line("\(property(oneof.name)) = .\(field.name)(\(type)(rawValue: try reader.int32()))")
        }
      }
    case .message(let type), .group(let type):
      out.line("case \(field.tag):")
      out.indented { out in
        out.line("var value = \(type)()")
        out.block("if case .\(field.name)(let current)? = \(property(oneof.name))") { out in
          out.line("value = current")
          // Held twice, every part that is merged would copy what is there already.
          out.line("\(property(oneof.name)) = nil")
        }
        if case .group = field.value {
          out.line("try reader.group(\(field.number), &value)")
        } else {
          out.line("try reader.message(&value)")
        }
        out.line("\(property(oneof.name)) = .\(field.name)(value)")
      }
    }
  }

  // MARK: Binary encoding

  /// Fields in wire order, with neighbouring members of one oneof together: one switch instead of a test each.
  private enum Step {
    case field(FieldModel)
    case members(MessageGenerator.Oneof, [FieldModel])
  }

  private var steps: [Step] {
    var steps: [Step] = []
    for field in sorted {
      guard let oneof = message.oneof(of: field) else {
        steps.append(.field(field))
        continue
      }
      if case .members(let previous, let members)? = steps.last, previous.index == oneof.index {
        steps[steps.count - 1] = .members(oneof, members + [field])
      } else {
        steps.append(.members(oneof, [field]))
      }
    }
    return steps
  }

  private func writeMembers(
    _ oneof: MessageGenerator.Oneof, _ members: [FieldModel], to out: inout CodeWriter, _ body: (FieldModel) -> String
  ) {
    out.line("switch \(property(oneof.name)) {")
    for member in members { out.line("case .\(member.name)(let value)?: \(body(member))") }
    out.line(members.count == oneof.members.count ? "case nil: break" : "default: break")
    out.line("}")
  }

  private func writeEncoder(to out: inout CodeWriter) {
    out.line(Self.outOfLine)
    out.block("\(access)func write(to writer: inout WireWriter)") { out in
      // The writer goes backwards.
      out.line("writer.unknown(unknownFields)")
      for step in steps.reversed() {
        switch step {
        case .field(let field): writeEncoding(of: field, to: &out)
        case .members(let oneof, let members): writeMembers(oneof, members, to: &out) { element($0, "value") }
        }
      }
    }
  }

  private func element(_ field: FieldModel, _ value: String) -> String {
    if message.extendsMessageSet { return "writer.messageSetItem(\(field.number), \(value))" }
    if case .group = field.value { return "writer.group(\(field.number), \(value))" }
    return "writer.field(\(field.value.codec).self, \(field.tag), \(value))"
  }

  private func writeEncoding(of field: FieldModel, to out: inout CodeWriter) {
    let name = storage(field)
    switch field.shape {
    case .implicit: out.line("if !\(name).isDefaultValue { \(element(field, name)) }")
    case .optional, .boxed: out.line("if let value = \(optional(field)) { \(element(field, "value")) }")
    case .repeated(isPacked: true):
      out.line("writer.packed(\(field.value.codec).self, \(field.packedTag), \(name))")
    case .repeated:
      if case .group = field.value {
        out.line("writer.groups(\(field.number), \(name))")
      } else {
        out.line("writer.repeated(\(field.value.codec).self, \(field.tag), \(name))")
      }
    case .map(let key, let value):
      out.line("writer.map(\(key.codec).self, \(value.codec).self, \(field.packedTag), \(name))")
    case .member: break
    }
  }

  // MARK: JSON

  private func writeFieldTable(to out: inout CodeWriter) {
    let isPlain = sorted.allSatisfy { Self.isPlain($0.jsonName) && Self.isPlain($0.schemaName) }
    out.line("private static let fieldTable = FieldTable(" + (isPlain ? "" : "["))
    out.indented { out in
      if isPlain { out.line("\"\"\"") }
      for field in sorted {
        if isPlain {
          let schemaName = field.schemaName == field.jsonName ? "" : " " + field.schemaName
          out.line("\(field.number) \(field.jsonName)\(schemaName)")
        } else {
          out.line("(\(field.number), \(SwiftNames.literal(field.jsonName)), \"\(field.schemaName)\"),")
        }
      }
      if isPlain { out.line("\"\"\")") }
    }
    if !isPlain { out.line("])") }
  }

  /// Whether a line of the table can hold the name: `json_name` may be any text.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != 0x22 }
  }

  private func writeJSONDecoder(to out: inout CodeWriter) {
    writeFieldTable(to: &out)
    out.line()
    out.line(Self.outOfLine)
    out.block("\(access)mutating func merge(json reader: inout JSONReader) throws(JSONError)") { out in
      out.line("var object = try reader.beginObject(Self.fieldTable, Self.fullName)")
      let isExtensible = !message.entry.descriptor.extensionRange.isEmpty
      let next = isExtensible ? "nextField(&object, extending: &unknownFields)" : "nextField(&object)"
      if message.fields.isEmpty {
        out.line("while try reader.\(next) != nil {}")
        return
      }
      out.block("while let field = try reader.\(next)") { out in
        out.line("switch field {")
        for field in sorted {
          if let oneof = message.oneof(of: field) {
            out.line("case \(field.number):")
            out.indented { out in
              out.line("if let value = try reader.readMember(")
              out.indented { out in
                out.line(
                  "\(field.value.type).self, isSet: \(property(oneof.name)) != nil, oneof: \"\(oneof.schemaName)\", "
                    + "message: Self.fullName)")
              }
              out.line("{ \(property(oneof.name)) = .\(field.name)(value) }")
            }
          } else {
            out.line("case \(field.number): try reader.read(&\(storage(field)))")
          }
        }
        out.line("default: break")
        out.line("}")
      }
    }
  }

  private func writeJSONEncoder(to out: inout CodeWriter) {
    out.line(Self.outOfLine)
    out.block("\(access)func write(json writer: inout JSONWriter)") { out in
      out.line("writer.beginObject()")
      for step in steps {
        switch step {
        case .field(let field):
          out.line("writer.field(\(jsonNames(field)), \(storage(field)))")
        case .members(let oneof, let members):
          writeMembers(oneof, members, to: &out) {
            "writer.member(\(jsonNames($0)), value)"
          }
        }
      }
      if !message.entry.descriptor.extensionRange.isEmpty {
        out.line("writer.extensions(of: Self.fullName, unknownFields)")
      }
      out.line("writer.endObject()")
    }
  }

  private func jsonNames(_ field: FieldModel) -> String {
    "\(SwiftNames.jsonLiteral(field.jsonName)), \"\(field.schemaName)\""
  }

  // MARK: Required fields

  private func writeIsInitialized(to out: inout CodeWriter) {
    out.block("\(access)var isInitialized: Bool") { out in
      for field in sorted {
        if field.isRequired { out.line("if \(optional(field)) == nil { return false }") }
        guard field.value.isMessage, message.types.hasRequiredFields(field.descriptor.typeName ?? "") else { continue }
        switch field.shape {
        case .repeated: out.line("if !\(storage(field)).areInitialized { return false }")
        case .map(_, .message): out.line("if !\(storage(field)).values.allSatisfy(\\.isInitialized) { return false }")
        case .map: break
        case .member:
          guard let oneof = message.oneof(of: field) else { continue }
          out.line(
            "if case .\(field.name)(let value)? = \(property(oneof.name)), !value.isInitialized { return false }")
        case .implicit, .optional, .boxed:
          out.line("if let value = \(optional(field)), !value.isInitialized { return false }")
        }
      }
      out.line("return true")
    }
  }
}

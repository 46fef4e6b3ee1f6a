// Extensions (`extend`) as messages of their own, one for each extended type in each scope that declares any; how they
// lie inside what they extend is said in ProtobufRuntime, MessageExtensions.swift.

import ProtobufRuntime

struct ExtensionsGenerator {
  let declared: [FieldDescriptorProto]
  let file: FileDescriptorProto
  /// The message that the extensions are declared in, nil for a file's.
  let scope: TypeIndex.MessageEntry?
  let types: TypeIndex
  let access: String

  /// One for each extended type, in the order of the schema.
  var generators: [MessageGenerator] {
    var extendees: [String] = []
    for field in declared {
      let extendee = field.extendee ?? ""
      if !extendees.contains(extendee) { extendees.append(extendee) }
    }
    return extendees.compactMap { generator(for: $0) }
  }

  private func generator(for extendee: String) -> MessageGenerator? {
    guard let extended = types.message(extendee) else { return nil }
    let base = extended.swiftName.split(separator: ".").joined()
    var name = base + "Extensions"
    if scope == nil {
      // Several files of a module may extend the same type.
      let fileName = EmbeddedFileGenerator.propertyName(for: file.name ?? "").filter { $0 != "`" }
      name = TypeIndex.prefix(of: file) + fileName.prefix(1).uppercased() + fileName.dropFirst() + name
    }
    let scopeName = scope?.fullName ?? file.package ?? ""
    var descriptor = DescriptorProto(name: name)
    for field in declared where field.extendee == extendee {
      var copy = field
      copy.jsonName = "[\(scopeName.isEmpty ? "" : scopeName + ".")\(field.name ?? "")]"
      // An extension has presence in any syntax.
      copy.proto3Optional = true
      descriptor.field.append(copy)
    }
    let swiftName = scope.map { $0.swiftName + "." + name } ?? name
    let entry = TypeIndex.MessageEntry(
      descriptor: descriptor, file: file, features: scope?.features ?? Features.of(file),
      swiftName: swiftName, fullName: scopeName.isEmpty ? name : scopeName + "." + name)
    var generator = MessageGenerator(entry: entry, types: types, comments: DocComments(nil), path: [], access: access)
    generator.extendsMessageSet = extended.descriptor.options?.messageSetWireFormat == true
    generator.extended = types.reference(to: extendee, in: entry)
    return generator
  }
}

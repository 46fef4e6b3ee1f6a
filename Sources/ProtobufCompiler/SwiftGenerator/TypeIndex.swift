// Every message and enum of the schemas by its protobuf name: what it is called in Swift, in which module it lies, how
// large it is inside its parent.

import ProtobufRuntime

final class TypeIndex {
  struct MessageEntry {
    let descriptor: DescriptorProto
    let file: FileDescriptorProto
    let features: Features
    /// Qualified by its enclosing types, e.g. `AccrueResponse.Line`.
    let swiftName: String
    let fullName: String
  }

  struct EnumEntry {
    let descriptor: EnumDescriptorProto
    let swiftName: String
    let isClosed: Bool
    let fullName: String
    let file: FileDescriptorProto
  }

  /// The module that is generated, and those of imported files that lie in others.
  let module: String
  private let moduleOfFile: [String: String]

  private(set) var messages: [String: MessageEntry] = [:]
  private(set) var enums: [String: EnumEntry] = [:]
  private var storageSizes: [String: Int] = [:]
  private var selfContaining: [String: Bool] = [:]
  private var requiredBelow: [String: Bool] = [:]

  /// Above this many bytes, children included, a message is kept behind a reference in its parent: four levels of
  /// fan-out four took 21.8 kB inline and 16 s to compile.
  static let largestInline = 256
  /// The same for a message in a oneof, whose parent has room for the largest of them whichever it has: a record with one of 39
  /// inputs and one of 36 outcomes took a third less time to make, hand on and take apart.
  static let largestInOneof = 64

  init(_ files: [FileDescriptorProto], module: String, moduleOfFile: [String: String]) {
    self.module = module
    self.moduleOfFile = moduleOfFile
    for file in files {
      let prefix = Self.prefix(of: file)
      let features = Features.of(file)
      let package = file.package.map { $0.isEmpty ? "" : $0 + "." } ?? ""
      for message in file.messageType {
        let name = SwiftNames.type(prefix + (message.name ?? ""), isEnum: false)
        add(message, fullName: package + (message.name ?? ""), swiftName: name, features, file)
      }
      for enumeration in file.enumType {
        let name = SwiftNames.type(prefix + (enumeration.name ?? ""), isEnum: true)
        add(enumeration, fullName: package + (enumeration.name ?? ""), swiftName: name, features, file)
      }
    }
  }

  /// The option `swift_prefix`; well-known types get `Protobuf`, since `Any` and `Duration` mean something in Swift.
  static func prefix(of file: FileDescriptorProto) -> String {
    if let prefix = file.options?.swiftPrefix { return prefix }
    let isWellKnown = file.package == "google.protobuf" && file.name != "google/protobuf/descriptor.proto"
    return isWellKnown ? "Protobuf" : ""
  }

  private func add(
    _ message: DescriptorProto, fullName: String, swiftName: String, _ outer: Features,
    _ file: FileDescriptorProto
  ) {
    let features = outer.merging(message.options?.features)
    messages[fullName] = MessageEntry(
      descriptor: message, file: file, features: features, swiftName: swiftName, fullName: fullName)
    for nested in message.nestedType {
      let name = nested.name ?? ""
      let swift = swiftName + "." + SwiftNames.type(name, isEnum: false)
      add(nested, fullName: fullName + "." + name, swiftName: swift, features, file)
    }
    for enumeration in message.enumType {
      let name = enumeration.name ?? ""
      let swift = swiftName + "." + SwiftNames.type(name, isEnum: true)
      add(enumeration, fullName: fullName + "." + name, swiftName: swift, features, file)
    }
  }

  private func add(
    _ enumeration: EnumDescriptorProto, fullName: String, swiftName: String, _ outer: Features,
    _ file: FileDescriptorProto
  ) {
    let isClosed = outer.merging(enumeration.options?.features).enumIsClosed
    enums[fullName] = EnumEntry(
      descriptor: enumeration, swiftName: swiftName, isClosed: isClosed, fullName: fullName, file: file)
  }

  /// Looks up a `.package.Name` as linked descriptors write it.
  func message(_ typeName: String) -> MessageEntry? { messages[String(typeName.drop { $0 == "." })] }
  func enumeration(_ typeName: String) -> EnumEntry? { enums[String(typeName.drop { $0 == "." })] }

  /// The Swift name of a type as it reads inside a message: with its module where a type nested there hides it.
  func reference(to typeName: String, in user: MessageEntry) -> String {
    guard let name = message(typeName)?.swiftName ?? enumeration(typeName)?.swiftName,
      let file = message(typeName)?.file ?? enumeration(typeName)?.file
    else { return "ProtobufEmpty" }
    let first = name.prefix { $0 != "." }
    var scope: MessageEntry? = user
    while let current = scope {
      let nested =
        current.descriptor.nestedType.map { SwiftNames.type($0.name ?? "", isEnum: false) }
        + current.descriptor.enumType.map { SwiftNames.type($0.name ?? "", isEnum: true) }
      if nested.contains(where: { $0 == first }) {
        let module = moduleOfFile[file.name ?? ""] ?? (file.package == "google.protobuf" ? "" : module)
        return module.isEmpty ? name : module + "." + name
      }
      scope = current.fullName.lastIndex(of: ".").flatMap { messages[String(current.fullName[..<$0])] }
    }
    return name
  }

  // MARK: Storage

  /// Whether a singular field of this type is kept behind a reference: it is large, or leads back to itself.
  func isBoxed(_ typeName: String) -> Bool {
    let fullName = String(typeName.drop { $0 == "." })
    return isSelfContaining(fullName) || storageSize(fullName) > Self.largestInline
  }

  /// Whether a oneof's field of this type is kept behind a reference.
  func isIndirect(_ typeName: String) -> Bool {
    isBoxed(typeName) || storageSize(String(typeName.drop { $0 == "." })) > Self.largestInOneof
  }

  /// Bytes of a message's own storage. Only called for messages outside of cycles, so it ends.
  private func storageSize(_ fullName: String) -> Int {
    if let known = storageSizes[fullName] { return known }
    guard let entry = messages[fullName] else { return 0 }
    var total = 8
    var oneofs: [Int32: Int] = [:]
    for field in entry.descriptor.field {
      if let oneof = field.oneofIndex, field.proto3Optional != true {
        let isMessage = field.type == .message || field.type == .group
        let size = isMessage && isIndirect(field.typeName ?? "") ? 8 : fieldSize(field)
        oneofs[oneof] = max(oneofs[oneof] ?? 0, size)
      } else {
        total += fieldSize(field)
      }
    }
    for size in oneofs.values { total += size + 1 }
    storageSizes[fullName] = total
    return total
  }

  private func fieldSize(_ field: FieldDescriptorProto) -> Int {
    if field.label == .repeated { return 8 }
    switch field.type {
    case .message, .group:
      let typeName = field.typeName ?? ""
      return isBoxed(typeName) ? 8 : storageSize(String(typeName.drop { $0 == "." })) + 8
    case .string, .int64, .uint64, .double, .fixed64, .sfixed64, .sint64: return 16
    default: return 8
    }
  }

  /// Whether a message can reach itself through singular fields.
  private func isSelfContaining(_ fullName: String) -> Bool {
    if let known = selfContaining[fullName] { return known }
    var visited: Set<String> = []
    var pending = singularChildren(fullName)
    var result = false
    while let next = pending.popLast(), !result {
      if next == fullName { result = true }
      if visited.insert(next).inserted { pending += singularChildren(next) }
    }
    selfContaining[fullName] = result
    return result
  }

  private func singularChildren(_ fullName: String) -> [String] {
    (messages[fullName]?.descriptor.field ?? []).compactMap { field in
      guard field.label != .repeated, field.type == .message || field.type == .group else { return nil }
      return String((field.typeName ?? "").drop { $0 == "." })
    }
  }

  /// Whether a message or one below it has required fields, so that `isInitialized` has something to check.
  func hasRequiredFields(_ typeName: String) -> Bool {
    let fullName = String(typeName.drop { $0 == "." })
    if let known = requiredBelow[fullName] { return known }
    guard let entry = messages[fullName] else { return false }
    requiredBelow[fullName] = false
    let result = entry.descriptor.field.contains { field in
      if field.label == .required || entry.features.merging(field.options?.features).isRequired { return true }
      guard field.type == .message || field.type == .group else { return false }
      return hasRequiredFields(field.typeName ?? "")
    }
    requiredBelow[fullName] = result
    return result
  }
}

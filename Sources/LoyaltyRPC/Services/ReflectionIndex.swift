// The schemas of a server's services by everything reflection may ask for.

import ProtobufRuntime

/// Files, symbols and extensions of a set of services. Built once.
struct ReflectionIndex: Sendable {
  /// Why something could not be found, as the protocol answers it.
  typealias Answer = Result<[[UInt8]], RPCError>

  let services: [String]
  private var files: [String: (bytes: [UInt8], dependencies: [String])] = [:]
  private var fileOfSymbol: [String: String] = [:]
  private var fileOfExtension: [String: [Int32: String]] = [:]

  init(_ services: [(name: String, file: EmbeddedFile)]) {
    self.services = services.map(\.name).sorted()
    for service in services { add(service.file) }
  }

  private mutating func add(_ file: EmbeddedFile) {
    guard files[file.name] == nil else { return }
    let bytes = file.serializedDescriptor
    let dependencies = file.dependencies
    files[file.name] = (bytes, dependencies.map(\.name))
    // Codegen wrote the descriptor; one that does not decode is served by name only.
    if let proto = try? FileDescriptorProto(serializedBytes: bytes) { addSymbols(of: proto, in: file.name) }
    for dependency in dependencies { add(dependency) }
  }

  private mutating func addSymbols(of proto: FileDescriptorProto, in file: String) {
    let package = proto.package ?? ""
    let scope = package.isEmpty ? "" : package + "."
    for message in proto.messageType { add(message, scope: scope, in: file) }
    for enumeration in proto.enumType { add(enumeration, scope: scope, in: file) }
    for field in proto.`extension` { addExtension(field, scope: scope, in: file) }
    for service in proto.service {
      let name = scope + (service.name ?? "")
      fileOfSymbol[name] = file
      for method in service.method { fileOfSymbol[name + "." + (method.name ?? "")] = file }
    }
  }

  private mutating func add(_ message: DescriptorProto, scope: String, in file: String) {
    let name = scope + (message.name ?? "")
    fileOfSymbol[name] = file
    for field in message.field { fileOfSymbol[name + "." + (field.name ?? "")] = file }
    for oneof in message.oneofDecl { fileOfSymbol[name + "." + (oneof.name ?? "")] = file }
    for nested in message.nestedType { add(nested, scope: name + ".", in: file) }
    for enumeration in message.enumType { add(enumeration, scope: name + ".", in: file) }
    for field in message.`extension` { addExtension(field, scope: name + ".", in: file) }
  }

  private mutating func add(_ enumeration: EnumDescriptorProto, scope: String, in file: String) {
    fileOfSymbol[scope + (enumeration.name ?? "")] = file
    // Values are siblings of their enum, as in C++.
    for value in enumeration.value { fileOfSymbol[scope + (value.name ?? "")] = file }
  }

  private mutating func addExtension(_ field: FieldDescriptorProto, scope: String, in file: String) {
    fileOfSymbol[scope + (field.name ?? "")] = file
    guard let extendee = field.extendee, let number = field.number else { return }
    fileOfExtension[Self.withoutDot(extendee), default: [:]][number] = file
  }

  private static func withoutDot(_ name: String) -> String {
    name.hasPrefix(".") ? String(name.dropFirst()) : name
  }

  // MARK: - Questions

  /// The file and all it imports, itself first.
  func file(named name: String) -> Answer {
    guard files[name] != nil else { return .failure(RPCError(.notFound, "file \"\(name)\" is not known here")) }
    var order = [name]
    var seen: Set<String> = [name]
    var next = 0
    while next < order.count {
      for dependency in files[order[next]]?.dependencies ?? [] where seen.insert(dependency).inserted {
        order.append(dependency)
      }
      next += 1
    }
    return .success(order.compactMap { files[$0]?.bytes })
  }

  func file(declaring symbol: String) -> Answer {
    guard let name = fileOfSymbol[Self.withoutDot(symbol)] else {
      return .failure(RPCError(.notFound, "symbol \"\(symbol)\" is not known here"))
    }
    return file(named: name)
  }

  func file(extending type: String, number: Int32) -> Answer {
    guard let name = fileOfExtension[Self.withoutDot(type)]?[number] else {
      return .failure(RPCError(.notFound, "extension \(number) of \"\(type)\" is not known here"))
    }
    return file(named: name)
  }

  func extensionNumbers(of type: String) -> Result<[Int32], RPCError> {
    let name = Self.withoutDot(type)
    guard fileOfSymbol[name] != nil else {
      return .failure(RPCError(.notFound, "message \"\(type)\" is not known here"))
    }
    return .success(fileOfExtension[name]?.keys.sorted() ?? [])
  }
}

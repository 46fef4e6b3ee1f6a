// Linked schemas at run time, for tools that have no generated code: messages, enums and services by name, with fields
// resolved to their types.

/// An immutable set of linked schema files.
public final class DescriptorPool: Sendable {
  /// The files, each behind those it imports.
  public let files: [FileDescriptorProto]
  public let messages: [MessageDescriptor]
  public let enums: [EnumDescriptor]
  public let services: [ServiceDescriptor]
  private let messageIndex: [String: Int]
  private let enumIndex: [String: Int]
  private let serviceIndex: [String: Int]

  /// A schema set that does not hold together.
  public struct LinkError: Error, CustomStringConvertible {
    public let description: String
  }

  /// - Parameter files: with everything they import, except well-known types, which are always there.
  public init(_ files: [FileDescriptorProto]) throws(LinkError) {
    var known: Set<String> = []
    var all: [FileDescriptorProto] = []
    for file in files where known.insert(file.name ?? "").inserted { all.append(file) }
    for file in EmbeddedFile.wellKnown where known.insert(file.name).inserted {
      guard let descriptor = try? FileDescriptorProto(serializedBytes: file.serializedDescriptor) else { continue }
      all.insert(descriptor, at: 0)
    }
    var builder = Builder()
    for file in all { builder.collect(file) }
    (messageIndex, enumIndex) = (builder.messageIndex, builder.enumIndex)
    messages = try builder.linkMessages()
    enums = builder.enums
    services = try builder.linkServices()
    serviceIndex = Dictionary(
      services.enumerated().map { ($1.fullName, $0) }, uniquingKeysWith: { first, _ in first })
    self.files = all
  }

  public func message(named fullName: String) -> MessageDescriptor? { messageIndex[fullName].map { messages[$0] } }
  public func enumeration(named fullName: String) -> EnumDescriptor? { enumIndex[fullName].map { enums[$0] } }
  public func service(named fullName: String) -> ServiceDescriptor? { serviceIndex[fullName].map { services[$0] } }

  /// The file that declares a message, enum or service.
  public func file(declaring fullName: String) -> FileDescriptorProto? {
    let name =
      message(named: fullName)?.fileName ?? enumeration(named: fullName)?.fileName ?? service(named: fullName)?.fileName
    return files.first { $0.name == name }
  }
}

/// A message type.
public struct MessageDescriptor: Sendable {
  public let fullName: String
  public let fileName: String
  public let proto: DescriptorProto
  /// In the order of the schema; behind them the extensions that the pool has, with their full names in brackets.
  public internal(set) var fields: [FieldDescriptor]
  /// Place in the pool.
  let index: Int
  let features: Features
  var byNumber: [Int32: Int] = [:]
  /// Places in `fields` by ascending number, the order on the wire and in JSON.
  var wireOrder: [Int] = []
  var byName: [String: Int] = [:]

  public var isMapEntry: Bool { proto.options?.mapEntry == true }
  var isMessageSet: Bool { proto.options?.messageSetWireFormat == true }

  public func field(number: Int32) -> FieldDescriptor? { byNumber[number].map { fields[$0] } }
  /// By JSON or schema name.
  public func field(named name: String) -> FieldDescriptor? { byName[name].map { fields[$0] } }
}

/// A field, with its type resolved.
public struct FieldDescriptor: Sendable {
  public let proto: FieldDescriptorProto
  public let number: Int32
  public let name: String
  public let jsonName: String
  public let type: FieldDescriptorProto.TypeEnum
  public let isRepeated: Bool
  public let isMap: Bool
  public let isPacked: Bool
  public let isRequired: Bool
  /// False where a default is the same as absence.
  public let hasPresence: Bool
  /// A string whose schema does not ask for UTF-8: other bytes are kept as an unknown field.
  public let isUncheckedText: Bool
  /// The oneof's index, synthetic ones apart.
  public let oneof: Int?
  /// Place of the message or enum type in the pool.
  let typeIndex: Int
}

/// An enum type.
public struct EnumDescriptor: Sendable {
  public let fullName: String
  public let fileName: String
  public let proto: EnumDescriptorProto
  public let isClosed: Bool
  public let table: EnumTable
}

/// A service.
public struct ServiceDescriptor: Sendable {
  public struct Method: Sendable {
    public let proto: MethodDescriptorProto
    public let name: String
    public let input: MessageDescriptor
    public let output: MessageDescriptor
    public var isClientStreaming: Bool { proto.clientStreaming == true }
    public var isServerStreaming: Bool { proto.serverStreaming == true }
  }

  public let fullName: String
  public let fileName: String
  public let proto: ServiceDescriptorProto
  public let methods: [Method]

  public func method(named name: String) -> Method? { methods.first { $0.name == name } }
}

/// Two passes: names first, then fields, since types refer to each other in any order.
private struct Builder {
  var messages: [MessageDescriptor] = []
  var enums: [EnumDescriptor] = []
  var messageIndex: [String: Int] = [:]
  var enumIndex: [String: Int] = [:]
  /// By the full name of what they extend.
  private var extensions: [String: [(field: FieldDescriptorProto, features: Features)]] = [:]
  private var services: [(proto: ServiceDescriptorProto, fullName: String, file: String)] = []

  mutating func collect(_ file: FileDescriptorProto) {
    let features = Features.of(file)
    let scope = file.package ?? ""
    for field in file.extension { collect(extension: field, scope, features) }
    for message in file.messageType { collect(message, scope, features, file.name ?? "") }
    for enumeration in file.enumType { collect(enumeration, scope, features, file.name ?? "") }
    for service in file.service {
      services.append((service, Self.join(scope, service.name), file.name ?? ""))
    }
  }

  private static func join(_ scope: String, _ name: String?) -> String {
    scope.isEmpty ? name ?? "" : scope + "." + (name ?? "")
  }

  private mutating func collect(_ message: DescriptorProto, _ scope: String, _ outer: Features, _ file: String) {
    let name = Self.join(scope, message.name)
    guard messageIndex[name] == nil else { return }
    let features = outer.merging(message.options?.features)
    messageIndex[name] = messages.count
    messages.append(
      MessageDescriptor(
        fullName: name, fileName: file, proto: message, fields: [], index: messages.count, features: features))
    for field in message.extension { collect(extension: field, name, features) }
    for nested in message.nestedType { collect(nested, name, features, file) }
    for enumeration in message.enumType { collect(enumeration, name, features, file) }
  }

  /// An extension is a field with presence, named in brackets so that it meets no field of the message itself.
  private mutating func collect(extension field: FieldDescriptorProto, _ scope: String, _ features: Features) {
    var named = field
    named.name = "[\(Self.join(scope, field.name))]"
    named.jsonName = named.name
    named.proto3Optional = true
    extensions[String((field.extendee ?? "").drop { $0 == "." }), default: []].append((named, features))
  }

  private mutating func collect(
    _ proto: EnumDescriptorProto, _ scope: String, _ outer: Features, _ file: String
  ) {
    let name = Self.join(scope, proto.name)
    guard enumIndex[name] == nil else { return }
    enumIndex[name] = enums.count
    enums.append(
      EnumDescriptor(
        fullName: name, fileName: file, proto: proto, isClosed: outer.merging(proto.options?.features).enumIsClosed,
        table: EnumTable(proto.value.map { ($0.number ?? 0, $0.name ?? "") })))
  }

  func linkMessages() throws(DescriptorPool.LinkError) -> [MessageDescriptor] {
    var linked = messages
    for index in linked.indices {
      var fields: [FieldDescriptor] = []
      let message = linked[index]
      for proto in message.proto.field { fields.append(try link(proto, message.features, in: message)) }
      for (proto, features) in extensions[message.fullName] ?? [] {
        fields.append(try link(proto, features, in: message))
      }
      for (position, field) in fields.enumerated() {
        linked[index].byNumber[field.number] = position
        linked[index].byName[field.name] = position
        linked[index].byName[field.jsonName] = position
      }
      linked[index].wireOrder = fields.indices.sorted { fields[$0].number < fields[$1].number }
      linked[index].fields = fields
    }
    return linked
  }

  private func link(
    _ proto: FieldDescriptorProto, _ outer: Features, in message: MessageDescriptor
  ) throws(DescriptorPool.LinkError) -> FieldDescriptor {
    let features = outer.merging(proto.options?.features)
    let typeName = String((proto.typeName ?? "").drop { $0 == "." })
    var type = proto.type ?? .string
    var typeIndex = 0
    if type == .message || type == .group {
      guard let found = messageIndex[typeName] else { throw missing(typeName, proto, message) }
      typeIndex = found
      let isMapEntry = messages[found].isMapEntry
      if type == .message, features.isDelimited, !isMapEntry { type = .group }
    } else if type == .enum {
      guard let found = enumIndex[typeName] else { throw missing(typeName, proto, message) }
      typeIndex = found
    }
    let isRepeated = proto.label == .repeated
    let isMessage = type == .message || type == .group
    let isPackable = !isMessage && type != .string && type != .bytes
    let oneof = proto.proto3Optional == true ? nil : proto.oneofIndex.map { Int($0) }
    return FieldDescriptor(
      proto: proto, number: proto.number ?? 0, name: proto.name ?? "",
      jsonName: proto.jsonName ?? JSONName.of(proto.name ?? ""),
      type: type, isRepeated: isRepeated, isMap: isRepeated && isMessage && messages[typeIndex].isMapEntry,
      isPacked: isRepeated && isPackable && (proto.options?.packed ?? features.isPacked),
      isRequired: proto.label == .required || features.isRequired,
      hasPresence: !isRepeated
        && (isMessage || proto.proto3Optional == true || oneof != nil || !features.hasImplicitPresence),
      isUncheckedText: type == .string && features.utf8Validation == FeatureSet.Utf8Validation.none
        && !message.isMapEntry,
      oneof: oneof, typeIndex: typeIndex)
  }

  private func missing(
    _ typeName: String, _ field: FieldDescriptorProto, _ message: MessageDescriptor
  ) -> DescriptorPool.LinkError {
    DescriptorPool.LinkError(
      description: "\(message.fileName): the type \(typeName) of \(message.fullName).\(field.name ?? "") is missing")
  }

  func linkServices() throws(DescriptorPool.LinkError) -> [ServiceDescriptor] {
    let linked = try linkMessages()
    var result: [ServiceDescriptor] = []
    for (proto, fullName, file) in services {
      var methods: [ServiceDescriptor.Method] = []
      for method in proto.method {
        guard let input = messageIndex[String((method.inputType ?? "").drop { $0 == "." })],
          let output = messageIndex[String((method.outputType ?? "").drop { $0 == "." })]
        else {
          throw DescriptorPool.LinkError(
            description: "\(file): a type of the method \(fullName).\(method.name ?? "") is missing")
        }
        methods.append(
          ServiceDescriptor.Method(
            proto: method, name: method.name ?? "", input: linked[input], output: linked[output]))
      }
      result.append(ServiceDescriptor(fullName: fullName, fileName: file, proto: proto, methods: methods))
    }
    return result
  }
}

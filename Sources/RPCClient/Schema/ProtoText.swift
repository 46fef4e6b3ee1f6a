// Descriptors back to the syntax of .proto files, with the comments where the source has them.

import ProtobufRuntime

struct ProtoText {
  private let pool: DescriptorPool
  /// Leading comments by file and path.
  private let comments: [String: [[Int32]: String]]

  init(_ pool: DescriptorPool) {
    self.pool = pool
    var comments: [String: [[Int32]: String]] = [:]
    for file in pool.files {
      for location in file.sourceCodeInfo?.location ?? [] {
        if let text = location.leadingComments { comments[file.name ?? "", default: [:]][location.path] = text }
      }
    }
    self.comments = comments
  }

  func service(_ service: ServiceDescriptor) -> String {
    let file = pool.files.first { $0.name == service.fileName }
    let index = file?.service.firstIndex { $0.name == service.proto.name } ?? 0
    let path: [Int32] = [6, Int32(index)]
    var lines = comment(service.fileName, path, "") + ["service \(lastPart(service.fullName)) {"]
    for (position, method) in service.methods.enumerated() {
      lines += comment(service.fileName, path + [2, Int32(position)], "  ")
      lines.append("  " + self.method(method))
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  func method(_ method: ServiceDescriptor.Method) -> String {
    let input = (method.isClientStreaming ? "stream " : "") + method.input.fullName
    let output = (method.isServerStreaming ? "stream " : "") + method.output.fullName
    return "rpc \(method.name)(\(input)) returns (\(output));"
  }

  func message(_ message: MessageDescriptor) -> String {
    lines(of: message, indent: "").joined(separator: "\n")
  }

  func enumeration(_ enumeration: EnumDescriptor) -> String {
    lines(of: enumeration, indent: "").joined(separator: "\n")
  }

  // MARK: Lines

  private func lines(of message: MessageDescriptor, indent: String) -> [String] {
    let path = path(of: message.fullName, in: message.fileName)
    var lines = comment(message.fileName, path, indent) + [indent + "message \(lastPart(message.fullName)) {"]
    let inner = indent + "  "
    var openOneof: Int?
    for (index, field) in message.fields.enumerated() {
      if field.oneof != openOneof {
        if openOneof != nil { lines.append(inner + "}") }
        if let oneof = field.oneof { lines.append(inner + "oneof \(message.proto.oneofDecl[oneof].name ?? "") {") }
        openOneof = field.oneof
      }
      let depth = openOneof == nil ? inner : inner + "  "
      lines += comment(message.fileName, path + [2, Int32(index)], depth)
      lines.append("\(depth)\(declaration(of: field))")
    }
    if openOneof != nil { lines.append(inner + "}") }
    for nested in message.proto.nestedType where nested.options?.mapEntry != true {
      guard let type = pool.message(named: message.fullName + "." + (nested.name ?? "")) else { continue }
      lines += [""] + self.lines(of: type, indent: inner)
    }
    for nested in message.proto.enumType {
      guard let type = pool.enumeration(named: message.fullName + "." + (nested.name ?? "")) else { continue }
      lines += [""] + self.lines(of: type, indent: inner)
    }
    return lines + [indent + "}"]
  }

  private func lines(of enumeration: EnumDescriptor, indent: String) -> [String] {
    let path = path(of: enumeration.fullName, in: enumeration.fileName)
    var lines = comment(enumeration.fileName, path, indent) + [indent + "enum \(lastPart(enumeration.fullName)) {"]
    for (index, value) in enumeration.proto.value.enumerated() {
      lines += comment(enumeration.fileName, path + [2, Int32(index)], indent + "  ")
      lines.append("\(indent)  \(value.name ?? "") = \(value.number ?? 0);")
    }
    return lines + [indent + "}"]
  }

  private func declaration(of field: FieldDescriptor) -> String {
    let type: String
    if field.isMap, let entry = message(named: field.proto.typeName), entry.fields.count == 2 {
      type = "map<\(typeName(entry.fields[0])), \(typeName(entry.fields[1]))>"
    } else {
      let label =
        field.isRepeated ? "repeated " : field.proto.proto3Optional == true ? "optional " : label(of: field)
      type = label + typeName(field)
    }
    let deprecated = field.proto.options?.deprecated == true ? " [deprecated = true]" : ""
    return "\(type) \(field.name) = \(field.number)\(deprecated);"
  }

  private func label(of field: FieldDescriptor) -> String { field.proto.label == .required ? "required " : "" }

  private func message(named typeName: String?) -> MessageDescriptor? {
    pool.message(named: String((typeName ?? "").drop { $0 == "." }))
  }

  private func typeName(_ field: FieldDescriptor) -> String {
    if let name = field.proto.typeName, !name.isEmpty { return String(name.drop { $0 == "." }) }
    return "\(field.type)"
  }

  private func lastPart(_ fullName: String) -> String {
    fullName.split(separator: ".").last.map(String.init) ?? fullName
  }

  // MARK: Comments

  private func comment(_ file: String, _ path: [Int32], _ indent: String) -> [String] {
    guard let text = comments[file]?[path] else { return [] }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { indent + "//" + $0 }
    if lines.last == indent + "//" { lines.removeLast() }
    return lines
  }

  /// The path of a message or enum in its file, as source info writes it.
  private func path(of fullName: String, in fileName: String) -> [Int32] {
    guard let file = pool.files.first(where: { $0.name == fileName }) else { return [] }
    let package = file.package.map { $0.isEmpty ? "" : $0 + "." } ?? ""
    var parts = fullName.dropFirst(package.count).split(separator: ".").map(String.init)
    guard !parts.isEmpty else { return [] }
    let last = parts.removeLast()
    var path: [Int32] = []
    var messages = file.messageType
    var enums = file.enumType
    var (messageTag, enumTag): (Int32, Int32) = (4, 5)
    for part in parts {
      guard let index = messages.firstIndex(where: { $0.name == part }) else { return [] }
      path += [messageTag, Int32(index)]
      (messages, enums) = (messages[index].nestedType, messages[index].enumType)
      (messageTag, enumTag) = (3, 4)
    }
    if let index = messages.firstIndex(where: { $0.name == last }) { return path + [messageTag, Int32(index)] }
    if let index = enums.firstIndex(where: { $0.name == last }) { return path + [enumTag, Int32(index)] }
    return []
  }
}

// Finds the types that options are written in. The user's own descriptor.proto, where a file imports it, stands before
// the one that the compiler carries.
import ProtobufRuntime

final class OptionTypes {
  private let workspace: Workspace
  private let builtIn: FileDescriptorProto?
  private var builtInEnums: [String: EnumDescriptorProto] = [:]
  private var builtInTypes: [String: OptionType] = [:]
  private var types: [SymbolID: OptionType] = [:]

  init(workspace: Workspace) {
    self.workspace = workspace
    let embedded = EmbeddedFile.wellKnown.first { $0.name == "google/protobuf/descriptor.proto" }
    builtIn = embedded.flatMap { try? FileDescriptorProto(serializedBytes: $0.serializedDescriptor) }
    guard let builtIn else { return }
    let features = Features.of(builtIn)
    func add(_ message: DescriptorProto, _ scope: String, _ features: Features) {
      let reference = "\(scope).\(message.name ?? "")"
      builtInTypes[reference] = OptionType(
        reference: reference, message: message, features: features, edition: builtIn.language)
      for enumType in message.enumType { builtInEnums["\(reference).\(enumType.name ?? "")"] = enumType }
      for nested in message.nestedType { add(nested, reference, features.of(message)) }
    }
    for enumType in builtIn.enumType { builtInEnums[".google.protobuf.\(enumType.name ?? "")"] = enumType }
    for message in builtIn.messageType { add(message, ".google.protobuf", features) }
  }

  func message(_ reference: String) -> OptionType? {
    if let id = workspace.symbols.find(reference.dropFirst()), workspace.symbols[id].kind == .message {
      return message(id)
    }
    return builtInTypes[reference]
  }

  func message(_ id: SymbolID) -> OptionType? {
    if let known = types[id] { return known }
    guard let descriptor = workspace.message(id) else { return nil }
    let type = OptionType(
      reference: workspace.symbols[id].reference, message: descriptor,
      features: features(around: workspace.symbols[id].owner, file: workspace.symbols[id].file),
      edition: edition(of: workspace.symbols[id].file))
    types[id] = type
    return type
  }

  /// Drops what was noted of a file's types while its own options were not settled yet.
  func forget(file: FileID) {
    for id in types.keys where workspace.symbols[id].file == file { types[id] = nil }
  }

  /// The field or extension of `type` with this number.
  func field(_ number: Int32, of type: OptionType) -> OptionField? {
    if let field = type.field(numbered: number) { return field }
    guard let message = workspace.symbols.find(type.fullName), let id = workspace.extensions.find(message, number)
    else { return nil }
    return self.extension(id)
  }

  func enumType(_ reference: String) -> EnumDescriptorProto? {
    if let id = workspace.symbols.find(reference.dropFirst()), workspace.symbols[id].kind == .enumType {
      return workspace.enumType(id)
    }
    return builtInEnums[reference]
  }

  func `extension`(_ id: SymbolID) -> OptionField? {
    guard let descriptor = workspace.extension(id) else { return nil }
    let symbol = workspace.symbols[id]
    return OptionField(
      descriptor: descriptor, name: workspace.symbols.fullName(id), isExtension: true,
      isMessageSetItem: message(descriptor.extendee ?? "")?.isMessageSet == true,
      features: features(around: symbol.owner, file: symbol.file).of(descriptor, edition: edition(of: symbol.file)))
  }

  private func edition(of file: FileID) -> Edition {
    workspace.files[safely: file]?.edition ?? .proto2
  }

  /// The features of a message, or of its file where `owner` is no message.
  private func features(around owner: SymbolID, file: FileID) -> Features {
    guard let linked = workspace.files[safely: file] else { return Features(edition: .proto2) }
    let path = workspace.symbols.path(owner)
    var result = Features.of(linked.descriptor)
    var length = 2
    while length <= path.count, let message = linked.descriptor.message(at: Array(path.prefix(length))) {
      result = result.of(message)
      length += 2
    }
    return result
  }
}

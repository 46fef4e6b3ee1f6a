// Once options are settled, what other files must know of a file's enums and messages is noted beside their names.
import ProtobufRuntime

extension FileLinker {
  func settleFeatures(_ file: FileDescriptorProto) {
    let features = Features.of(file)
    for enumType in file.enumType {
      settle(enumType, features, in: package, isTop: true)
    }
    for message in file.messageType {
      settle(message, features, in: package, isTop: true)
    }
  }

  /// Enters the extension numbers of a file whose rules are not checked any more.
  func claimExtensions(of file: FileDescriptorProto) {
    func claim(_ fields: [FieldDescriptorProto], in scope: SymbolID) {
      for field in fields {
        guard let extendee = field.extendee, let message = workspace.symbols.find(extendee.dropFirst()) else {
          continue
        }
        _ = workspace.extensions.claim(message, field.number ?? 0, for: self.scope(field.name, in: scope))
      }
    }
    func visit(_ message: DescriptorProto, in outer: SymbolID) {
      let id = scope(message.name, in: outer)
      claim(message.extension, in: id)
      for nested in message.nestedType { visit(nested, in: id) }
    }
    claim(file.extension, in: package)
    for message in file.messageType { visit(message, in: package) }
  }

  private func settle(_ message: DescriptorProto, _ outer: Features, in scope: SymbolID, isTop: Bool) {
    let id = self.scope(message.name, in: scope)
    let features = outer.of(message)
    settleVisibility(id, message.visibility, features, isTop: isTop)
    for enumType in message.enumType { settle(enumType, features, in: id, isTop: false) }
    for nested in message.nestedType { settle(nested, features, in: id, isTop: false) }
  }

  private func settle(_ enumType: EnumDescriptorProto, _ outer: Features, in scope: SymbolID, isTop: Bool) {
    let id = self.scope(enumType.name, in: scope)
    let features = outer.of(enumType)
    workspace.symbols[id].isClosedEnum = features.enumType == .closed
    settleVisibility(id, enumType.visibility, features, isTop: isTop)
  }

  private func settleVisibility(_ id: SymbolID, _ written: SymbolVisibility?, _ features: Features, isTop: Bool) {
    guard written == nil || written == .visibilityUnset else { return }
    let isLocal =
      switch features.defaultSymbolVisibility {
      case .localAll, .strict: true
      case .exportTopLevel: !isTop
      case .exportAll, .unknown: false
      }
    if isLocal { workspace.symbols[id].visibility = .localByDefault }
  }
}

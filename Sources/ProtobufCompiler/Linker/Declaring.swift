// First phase: every name a file declares enters the symbol table, and clashes are reported.
import ProtobufRuntime

extension FileLinker {
  func declare(_ file: FileDescriptorProto) {
    package = declarePackage(file.package ?? "")
    for (index, message) in file.messageType.enumerated() {
      inside(Path.File.message, index) { declare(message, index, in: package) }
    }
    for (index, enumType) in file.enumType.enumerated() {
      inside(Path.File.enumType, index) { declare(enumType, index, in: package) }
    }
    for (index, field) in file.extension.enumerated() {
      inside(Path.File.extension, index) { _ = add(.extension, field.name, index, in: package) }
    }
    for (index, service) in file.service.enumerated() {
      inside(Path.File.service, index) { declare(service, index) }
    }
  }

  private func declarePackage(_ name: String) -> SymbolID {
    var scope = SymbolID.root
    guard !name.isEmpty else { return scope }
    for part in name.split(separator: ".") {
      let (id, existing) = workspace.symbols.declare(
        Symbol(
          kind: .package, file: self.id, scope: scope, owner: scope, index: 0, name: String(part), reference: ""))
      if let existing, workspace.symbols[existing].kind != .package {
        error(
          Path.File.package,
          message: "\"\(workspace.symbols.fullName(existing))\" is already defined (as something other than a "
            + "package) in file \"\(fileName(of: existing))\".")
      }
      scope = id
    }
    return scope
  }

  private func declare(_ message: DescriptorProto, _ index: Int, in scope: SymbolID) {
    let id = add(.message, message.name, index, in: scope, visibility: visibility(message.visibility, in: scope))
    for (index, field) in message.field.enumerated() {
      inside(Path.Message.field, index) { _ = add(.field, field.name, index, in: id) }
    }
    for (index, oneof) in message.oneofDecl.enumerated() {
      inside(Path.Message.oneof, index) { _ = add(.oneof, oneof.name, index, in: id) }
    }
    for (index, nested) in message.nestedType.enumerated() {
      inside(Path.Message.nestedType, index) { declare(nested, index, in: id) }
    }
    for (index, enumType) in message.enumType.enumerated() {
      inside(Path.Message.enumType, index) { declare(enumType, index, in: id) }
    }
    for (index, field) in message.extension.enumerated() {
      inside(Path.Message.extension, index) { _ = add(.extension, field.name, index, in: id) }
    }
  }

  private func declare(_ enumType: EnumDescriptorProto, _ index: Int, in scope: SymbolID) {
    let id = add(
      .enumType, enumType.name, index, in: scope, visibility: visibility(enumType.visibility, in: scope))
    workspace.symbols[id].startsAtZero = (enumType.value.first?.number ?? 0) == 0
    for (index, value) in enumType.value.enumerated() {
      inside(Path.EnumType.value, index) {
        _ = add(.enumValue, value.name, index, in: scope, owner: id, enumName: enumType.name)
      }
    }
  }

  private func declare(_ service: ServiceDescriptorProto, _ index: Int) {
    let id = add(.service, service.name, index, in: package)
    for (index, method) in service.method.enumerated() {
      inside(Path.Service.method, index) { _ = add(.method, method.name, index, in: id) }
    }
  }

  /// What a declaration without `export` or `local` is, is decided once the file's features are known.
  private func visibility(_ written: SymbolVisibility?, in scope: SymbolID) -> Symbol.Visibility {
    written == .visibilityLocal ? .markedLocal : .everywhere
  }

  /// Enters a name. Values of an enum are entered beside it, as C++ has them.
  private func add(
    _ kind: Symbol.Kind, _ name: String?, _ index: Int, in scope: SymbolID, owner: SymbolID? = nil,
    enumName: String? = nil, visibility: Symbol.Visibility = .everywhere
  ) -> SymbolID {
    let name = name ?? ""
    let reference =
      kind.isType ? (scope == .root ? "." + name : reference(of: scope) + "." + name) : ""
    let (id, existing) = workspace.symbols.declare(
      Symbol(
        kind: kind, visibility: visibility, file: self.id, scope: scope, owner: owner ?? scope,
        index: Int32(truncatingIfNeeded: index), name: name, reference: reference))
    if let existing {
      reportClash(with: existing, name: name, scope: scope, enumName: enumName)
    }
    return id
  }

  private func reference(of scope: SymbolID) -> String {
    let reference = workspace.symbols[scope].reference
    return reference.isEmpty ? "." + workspace.symbols.fullName(scope) : reference
  }

  private func reportClash(with existing: SymbolID, name: String, scope: SymbolID, enumName: String?) {
    let symbol = workspace.symbols[existing]
    let full = fullName(name, in: scope)
    let inScope = scope == .root ? "the global scope" : "\"\(workspace.symbols.fullName(scope))\""
    var text: String
    if symbol.kind == .package {
      text = "\"\(full)\" is already defined (as a package) in file \"\(fileName(of: existing))\"."
    } else if symbol.file != self.id {
      text = "\"\(full)\" is already defined in file \"\(fileName(of: existing))\"."
    } else if scope == .root {
      text = "\"\(full)\" is already defined."
    } else {
      text = "\"\(name)\" is already defined in \(inScope)."
    }
    if let enumName {
      text +=
        " Note that enum values use C++ scoping rules, meaning that enum values are siblings of their type, not "
        + "children of it.  Therefore, \"\(name)\" must be unique within \(inScope), not just within \"\(enumName)\"."
    }
    error(Path.Message.name, message: text)
  }

  func fileName(of symbol: SymbolID) -> String {
    workspace.files[safely: workspace.symbols[symbol].file]?.name ?? fileName
  }
}

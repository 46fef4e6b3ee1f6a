// Second phase: names become references. Types of fields and methods, what extensions extend, names of defaults, and
// the JSON names that were not written.
import ProtobufRuntime

extension FileLinker {
  func resolve(_ file: inout FileDescriptorProto) {
    for index in file.messageType.indices {
      inside(Path.File.message, index) {
        resolve(&file.messageType[index], scope(file.messageType[index].name, in: package))
      }
    }
    for index in file.extension.indices {
      inside(Path.File.extension, index) { resolve(extension: &file.extension[index], in: package) }
    }
    for index in file.service.indices {
      inside(Path.File.service, index) { resolve(&file.service[index]) }
    }
  }

  private func resolve(_ message: inout DescriptorProto, _ id: SymbolID) {
    for index in message.field.indices {
      inside(Path.Message.field, index) { resolve(field: &message.field[index], in: id) }
    }
    for index in message.nestedType.indices {
      inside(Path.Message.nestedType, index) {
        resolve(&message.nestedType[index], scope(message.nestedType[index].name, in: id))
      }
    }
    for index in message.extension.indices {
      inside(Path.Message.extension, index) { resolve(extension: &message.extension[index], in: id) }
    }
  }

  private func resolve(extension field: inout FieldDescriptorProto, in scope: SymbolID) {
    if let extendee = field.extendee {
      if let id = find(extendee, from: scope, .all, Path.Field.extendee) {
        if workspace.symbols[id].kind == .message {
          field.extendee = workspace.symbols[id].reference
        } else {
          error(Path.Field.extendee, message: "\"\(extendee)\" is not a message type.")
        }
      }
    }
    if table != nil, let name = field.jsonName, name != JSONName.of(field.name ?? "") {
      error(Path.Field.jsonName, message: "option json_name is not allowed on extension fields.")
    }
    resolve(field: &field, in: scope)
  }

  private func resolve(field: inout FieldDescriptorProto, in scope: SymbolID) {
    if field.jsonName == nil { field.jsonName = JSONName.of(field.name ?? "") }
    guard let typeName = field.typeName else { return }
    guard let id = find(typeName, from: scope, .types, Path.Field.typeName) else { return }
    let symbol = workspace.symbols[id]
    switch symbol.kind {
    case .message:
      if field.type == nil { field.type = .message }
      if field.defaultValue != nil {
        error(Path.Field.defaultValue, message: "Messages can't have default values.")
      }
    case .enumType:
      field.type = .enum
    default:
      error(Path.Field.typeName, message: "\"\(typeName)\" is not a type.")
      return
    }
    field.typeName = symbol.reference
  }

  private func resolve(_ service: inout ServiceDescriptorProto) {
    let id = scope(service.name, in: package)
    for index in service.method.indices {
      inside(Path.Service.method, index) {
        resolveMethodType(&service.method[index].inputType, Path.Method.inputType, in: id)
        resolveMethodType(&service.method[index].outputType, Path.Method.outputType, in: id)
      }
    }
  }

  private func resolveMethodType(_ type: inout String?, _ component: Int32, in scope: SymbolID) {
    guard let name = type, let id = find(name, from: scope, .all, component) else { return }
    if workspace.symbols[id].kind == .message {
      type = workspace.symbols[id].reference
    } else {
      error(component, message: "\"\(name)\" is not a message type.")
    }
  }

  /// Looks a name up and reports, at `component` of the current path, where there is none.
  private func find(
    _ name: String, from scope: SymbolID, _ filter: NameLookup.Filter, _ component: Int32
  ) -> SymbolID? {
    switch lookup.find(name, from: scope, filter, in: workspace.symbols) {
    case .found(let id):
      usedFiles.insert(workspace.symbols[id].file)
      checkVisibility(of: id, component)
      return id
    case .missing:
      error(component, message: "\"\(name)\" is not defined.")
    case .shadowed(let resolved):
      error(
        component,
        message: "\"\(name)\" is resolved to \"\(resolved)\", which is not defined. The innermost scope is searched "
          + "first in name resolution. Consider using a leading '.'(i.e., \".\(name)\") to start from the "
          + "outermost scope.")
    case .notImported(let id):
      error(
        component,
        message: "\"\(workspace.symbols.fullName(id))\" seems to be defined in \"\(fileName(of: id))\", which is "
          + "not imported by \"\(fileName)\".  To use it here, please add the necessary import.")
    }
    return nil
  }

  /// From edition 2024 on a type can be its file's own.
  private func checkVisibility(of id: SymbolID, _ component: Int32) {
    let symbol = workspace.symbols[id]
    guard symbol.visibility != .everywhere, symbol.file != self.id else { return }
    let reason =
      symbol.visibility == .markedLocal
      ? "It is explicitly marked 'local' and cannot be accessed outside its own file"
      : "It defaulted to local from its file's default_symbol_visibility and cannot be accessed outside its own file"
    error(
      component,
      message: "Symbol \"\(workspace.symbols.fullName(id))\", defined in \"\(fileName(of: id))\" is not visible "
        + "from \"\(fileName)\". \(reason)")
  }
}

// What is known across the files of one compilation: all names, all linked files, all extension numbers.
import ProtobufRuntime

final class Workspace {
  var symbols = SymbolTable()
  var files: [LinkedFile] = []
  var fileByName: [String: FileID] = [:]
  var extensions = ExtensionNumbers()

  /// A message's descriptor, as far as its file is linked.
  func message(_ id: SymbolID) -> DescriptorProto? {
    let symbol = symbols[id]
    guard symbol.kind == .message, files.indices.contains(Int(symbol.file)) else { return nil }
    return files[Int(symbol.file)].descriptor.message(at: symbols.path(id))
  }

  func enumType(_ id: SymbolID) -> EnumDescriptorProto? {
    let symbol = symbols[id]
    guard symbol.kind == .enumType, files.indices.contains(Int(symbol.file)) else { return nil }
    return files[Int(symbol.file)].descriptor.enumType(at: symbols.path(id))
  }

  func `extension`(_ id: SymbolID) -> FieldDescriptorProto? {
    let symbol = symbols[id]
    guard symbol.kind == .extension, files.indices.contains(Int(symbol.file)) else { return nil }
    return files[Int(symbol.file)].descriptor.extensionField(at: symbols.path(id))
  }
}

/// Which extension has which number of which message.
struct ExtensionNumbers {
  private struct Key: Hashable {
    var message: SymbolID
    var number: Int32
  }

  private var extensions: [Key: SymbolID] = [:]

  func find(_ message: SymbolID, _ number: Int32) -> SymbolID? {
    extensions[Key(message: message, number: number)]
  }

  /// Takes the number, unless another extension has it: that one is returned.
  mutating func claim(_ message: SymbolID, _ number: Int32, for id: SymbolID) -> SymbolID? {
    let key = Key(message: message, number: number)
    if let existing = extensions[key] { return existing }
    extensions[key] = id
    return nil
  }
}

// MARK: - Declarations by path

extension FileDescriptorProto {
  /// The message at a path of the form `4, i, 3, j, …`; nil for any other path.
  func message(at path: [Int32]) -> DescriptorProto? {
    guard path.count >= 2, path[0] == Path.File.message, let first = messageType[safely: path[1]] else { return nil }
    var message = first
    var rest = path.dropFirst(2)
    while let kind = rest.popFirst(), let index = rest.popFirst() {
      guard kind == Path.Message.nestedType, let next = message.nestedType[safely: index] else { return nil }
      message = next
    }
    return message
  }

  func enumType(at path: [Int32]) -> EnumDescriptorProto? {
    guard path.count >= 2, let last = path.last else { return nil }
    if path.count == 2 {
      return path[0] == Path.File.enumType ? enumType[safely: last] : nil
    }
    guard path[path.count - 2] == Path.Message.enumType else { return nil }
    return message(at: Array(path.dropLast(2)))?.enumType[safely: last]
  }

  func extensionField(at path: [Int32]) -> FieldDescriptorProto? {
    guard path.count >= 2, let last = path.last else { return nil }
    if path.count == 2 {
      return path[0] == Path.File.extension ? self.extension[safely: last] : nil
    }
    guard path[path.count - 2] == Path.Message.extension else { return nil }
    return message(at: Array(path.dropLast(2)))?.extension[safely: last]
  }
}

extension Array {
  subscript(safely index: Int32) -> Element? {
    indices.contains(Int(index)) ? self[Int(index)] : nil
  }
}

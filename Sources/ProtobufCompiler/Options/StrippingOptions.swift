// Descriptors as programs carry them: options that are meant for sources alone (`retention = RETENTION_SOURCE`) are
// left out, and custom options are in the order of their numbers, as protoc writes them by default.
import ProtobufRuntime

struct OptionStripper {
  private let types: OptionTypes
  /// Paths of what was left out, as in source info.
  private var strippedPaths: Set<[Int32]> = []
  private var path: [Int32] = []

  init(types: OptionTypes) { self.types = types }

  /// `file` without source-only options and their locations.
  static func strip(
    _ file: FileDescriptorProto, _ sourceInfo: SerializedSourceInfo?, types: OptionTypes
  ) -> (FileDescriptorProto, SerializedSourceInfo?) {
    var stripper = OptionStripper(types: types)
    var stripped = file
    stripper.strip(&stripped)
    if stripper.strippedPaths.isEmpty {
      // Mostly the same: kept once.
      return (stripped == file ? file : stripped, sourceInfo)
    }
    guard var info = sourceInfo?.info else { return (stripped, nil) }
    let lengths = Set(stripper.strippedPaths.map(\.count))
    info.location.removeAll { location in
      lengths.contains { length in
        length <= location.path.count && stripper.strippedPaths.contains(Array(location.path.prefix(length)))
      }
    }
    return (stripped, SerializedSourceInfo(info))
  }

  private mutating func inside(_ kind: Int32, _ index: Int, _ body: (inout OptionStripper) -> Void) {
    path.append(kind)
    path.append(Int32(truncatingIfNeeded: index))
    body(&self)
    path.removeLast(2)
  }

  private mutating func strip(_ file: inout FileDescriptorProto) {
    strip(&file.options, Path.File.options)
    for index in file.messageType.indices {
      inside(Path.File.message, index) { $0.strip(&file.messageType[index]) }
    }
    for index in file.enumType.indices {
      inside(Path.File.enumType, index) { $0.strip(&file.enumType[index]) }
    }
    for index in file.extension.indices where file.extension[index].options != nil {
      inside(Path.File.extension, index) { $0.strip(&file.extension[index].options, Path.Field.options) }
    }
    for index in file.service.indices {
      inside(Path.File.service, index) { stripper in
        stripper.strip(&file.service[index].options, Path.Service.options)
        for method in file.service[index].method.indices where file.service[index].method[method].options != nil {
          stripper.inside(Path.Service.method, method) {
            $0.strip(&file.service[index].method[method].options, Path.Method.options)
          }
        }
      }
    }
  }

  private mutating func strip(_ message: inout DescriptorProto) {
    strip(&message.options, Path.Message.options)
    for index in message.field.indices where message.field[index].options != nil {
      inside(Path.Message.field, index) { $0.strip(&message.field[index].options, Path.Field.options) }
    }
    for index in message.extension.indices where message.extension[index].options != nil {
      inside(Path.Message.extension, index) { $0.strip(&message.extension[index].options, Path.Field.options) }
    }
    for index in message.oneofDecl.indices where message.oneofDecl[index].options != nil {
      inside(Path.Message.oneof, index) { $0.strip(&message.oneofDecl[index].options, Path.Oneof.options) }
    }
    for index in message.extensionRange.indices where message.extensionRange[index].options != nil {
      inside(Path.Message.extensionRange, index) {
        $0.strip(&message.extensionRange[index].options, Path.Range.options)
      }
    }
    for index in message.nestedType.indices {
      inside(Path.Message.nestedType, index) { $0.strip(&message.nestedType[index]) }
    }
    for index in message.enumType.indices {
      inside(Path.Message.enumType, index) { $0.strip(&message.enumType[index]) }
    }
  }

  private mutating func strip(_ enumType: inout EnumDescriptorProto) {
    strip(&enumType.options, Path.EnumType.options)
    for index in enumType.value.indices where enumType.value[index].options != nil {
      inside(Path.EnumType.value, index) { $0.strip(&enumType.value[index].options, Path.EnumValue.options) }
    }
  }

  /// One options message: decoded by its descriptor, source-only fields dropped, encoded again.
  private mutating func strip<Options: OptionsMessage>(_ options: inout Options?, _ component: Int32) {
    guard let message = options, message.mayNeedStripping,
      let type = types.message(".google.protobuf.\(Options.optionsName)")
    else { return }
    let tree = WireTree(message.serializedBytes(), type: type, types: types)
    path.append(component)
    dropSourceFields(of: tree)
    path.removeLast()
    // What was decoded a moment ago decodes again; if not, the options stay as they are.
    let bytes = tree.serialized()
    if bytes.isEmpty, Options.self == ExtensionRangeOptions.self {
      options = nil
      strippedPaths.insert(path + [component])
    } else if let stripped = try? Options(serializedBytes: bytes) {
      options = stripped
    }
  }

  private mutating func dropSourceFields(of tree: WireTree) {
    for number in tree.fields.keys.sorted() {
      guard let entry = tree.fields[number] else { continue }
      path.append(number)
      if entry.field.descriptor.options?.retention == .retentionSource {
        strippedPaths.insert(path)
        tree.fields[number] = nil
      } else {
        for (index, child) in entry.messages.enumerated() {
          if entry.field.isRepeated { path.append(Int32(truncatingIfNeeded: index)) }
          dropSourceFields(of: child)
          if entry.field.isRepeated { path.removeLast() }
        }
      }
      path.removeLast()
    }
  }
}

extension OptionsMessage {
  /// Only features, declarations and custom options can hold what is for sources alone or out of order.
  fileprivate var mayNeedStripping: Bool {
    features != nil || !unknownFields.isEmpty || self is ExtensionRangeOptions
  }
}

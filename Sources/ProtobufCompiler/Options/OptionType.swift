// What the interpreter needs to know of a message that options are written in: its fields by name and by number, with
// the questions of encoding settled.
import ProtobufRuntime

/// A message type as options see it.
final class OptionType {
  /// Full name with a leading dot, as fields refer to it.
  let reference: String
  private let fields: [OptionField]
  private let byName: [String: Int]
  private let byNumber: [Int32: Int]
  let oneofs: [String]
  /// Whether it is a map's entry, which is written with key and value even where they are defaults.
  let isMapEntry: Bool
  /// Whether its extensions are written as items of a message set.
  let isMessageSet: Bool

  init(reference: String, message: DescriptorProto, features: Features, edition: Edition) {
    self.reference = reference
    let messageFeatures = features.of(message)
    fields = message.field.map { field in
      OptionField(
        descriptor: field, name: field.name ?? "", isExtension: false,
        features: messageFeatures.of(field, edition: edition))
    }
    byName = Dictionary(
      fields.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    byNumber = Dictionary(
      fields.enumerated().map { ($0.element.number, $0.offset) }, uniquingKeysWith: { first, _ in first })
    oneofs = message.oneofDecl.map { $0.name ?? "" }
    isMapEntry = message.options?.mapEntry == true
    // In the file that is being linked, the option may not have been settled yet.
    let written = message.options?.uninterpretedOption.first { $0.spelledName == "message_set_wire_format" }
    isMessageSet = written.map { $0.identifierValue == "true" } ?? (message.options?.messageSetWireFormat == true)
  }

  var fullName: String { String(reference.dropFirst()) }

  func field(numbered number: Int32) -> OptionField? { byNumber[number].map { fields[$0] } }

  func field(named name: String) -> OptionField? { byName[name].map { fields[$0] } }

  var allFields: [OptionField] { fields }

  var requiredFields: [OptionField] { fields.filter { $0.isRequired } }
}

/// A field or an extension that an option sets.
struct OptionField {
  var descriptor: FieldDescriptorProto
  /// The name in messages: a field's own, an extension's full one.
  var name: String
  var isExtension: Bool
  /// An extension of a message set.
  var isMessageSetItem: Bool
  private var features: Features

  init(
    descriptor: FieldDescriptorProto, name: String, isExtension: Bool, isMessageSetItem: Bool = false,
    features: Features
  ) {
    self.descriptor = descriptor
    self.name = name
    self.isExtension = isExtension
    self.isMessageSetItem = isMessageSetItem
    self.features = features
  }

  var number: Int32 { descriptor.number ?? 0 }
  var type: FieldDescriptorProto.TypeEnum { descriptor.type ?? .int32 }
  var isRepeated: Bool { descriptor.label == .repeated }
  var isMessage: Bool { type == .message || type == .group }
  var isRequired: Bool { features.fieldPresence == .legacyRequired && !isRepeated }
  /// On the wire between tags of its own rather than behind a length.
  var isDelimited: Bool { isMessage && features.messageEncoding == .delimited }
  var isPacked: Bool {
    // In the file that is being linked, the option may not have been settled yet.
    let written = descriptor.options?.uninterpretedOption.first { $0.spelledName == "packed" }
    let isPackedByOption = written.map { $0.identifierValue == "true" }
    guard isRepeated, isPackedByOption ?? (features.repeatedFieldEncoding == .packed) else { return false }
    return switch type {
    case .string, .bytes, .message, .group: false
    default: true
    }
  }
}

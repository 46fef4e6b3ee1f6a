// The nine options messages of descriptor.proto have one thing in common: until they are interpreted, they carry what
// the parser read.
import ProtobufRuntime

protocol OptionsMessage: Message {
  /// The message's name in descriptor.proto, without its package.
  static var optionsName: String { get }
  var uninterpretedOption: [UninterpretedOption] { get set }
  var features: FeatureSet? { get set }
}

extension FileOptions: OptionsMessage {
  static var optionsName: String { "FileOptions" }
}
extension MessageOptions: OptionsMessage {
  static var optionsName: String { "MessageOptions" }
}
extension FieldOptions: OptionsMessage {
  static var optionsName: String { "FieldOptions" }
}
extension OneofOptions: OptionsMessage {
  static var optionsName: String { "OneofOptions" }
}
extension ExtensionRangeOptions: OptionsMessage {
  static var optionsName: String { "ExtensionRangeOptions" }
}
extension EnumOptions: OptionsMessage {
  static var optionsName: String { "EnumOptions" }
}
extension EnumValueOptions: OptionsMessage {
  static var optionsName: String { "EnumValueOptions" }
}
extension ServiceOptions: OptionsMessage {
  static var optionsName: String { "ServiceOptions" }
}
extension MethodOptions: OptionsMessage {
  static var optionsName: String { "MethodOptions" }
}

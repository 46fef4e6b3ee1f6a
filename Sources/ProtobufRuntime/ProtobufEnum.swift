// What every generated enum is.

/// A protobuf enum. Open enums (proto3) have a case `unrecognized` for numbers that the schema does not name, so every
/// number has a value; closed ones (proto2) do not.
public protocol ProtobufEnum: Hashable, Sendable, FieldValue {
  /// The default: the first value of the schema.
  init()
  /// Nil only for a number that a closed enum does not have.
  init?(rawValue: Int32)
  var rawValue: Int32 { get }
  /// Names as they stand in the schema, for JSON.
  static var table: EnumTable { get }
}

/// Numbers and schema names of an enum's values, aliases included; the first name of a number is the one that is written.
public struct EnumTable: Sendable {
  private let names: [Int32: String]
  private let numbers: [String: Int32]

  public init(_ values: [(number: Int32, name: String)]) {
    names = Dictionary(values.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
    numbers = Dictionary(values.map { ($0.name, $0.number) }, uniquingKeysWith: { first, _ in first })
  }

  public func name(of number: Int32) -> String? { names[number] }
  public func number(of name: String) -> Int32? { numbers[name] }
  /// All names, sorted, for error messages.
  public var allNames: [String] { numbers.keys.sorted() }
}

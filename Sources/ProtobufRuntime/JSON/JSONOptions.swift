// What a caller can choose about the JSON form.

/// How messages are read from JSON.
public struct JSONDecodingOptions: Sendable {
  /// Passes over fields and enum names that the schema does not have, instead of refusing them.
  public var ignoresUnknownFields = false
  /// Types that an `Any` may hold.
  public var registry = TypeRegistry.wellKnown
  /// How deep objects and arrays may nest: as for the binary form, for the sake of the stack.
  public var maximumDepth = WireReader.maximumDepth

  public init() {}
  public static let defaults = JSONDecodingOptions()
}

/// How messages are written to JSON.
public struct JSONEncodingOptions: Sendable {
  /// Writes fields without presence also when they hold their default.
  public var emitsDefaults = false
  /// Writes `member_id` instead of `memberId`.
  public var usesSchemaNames = false
  /// Writes enum values as numbers.
  public var writesEnumsAsNumbers = false
  /// One field a line, indented by two spaces.
  public var isPretty = false
  /// Types that an `Any` may hold.
  public var registry = TypeRegistry.wellKnown

  public init() {}
  public static let defaults = JSONEncodingOptions()
}

/// Generated types by their full name, so that an `Any` can be read and written as JSON.
public struct TypeRegistry: Sendable {
  private var types: [String: any Message.Type]
  /// By the full name of what they extend.
  var extensions: [String: [any MessageExtensions.Type]] = [:]

  public init(_ types: [any Message.Type] = []) {
    self.types = [:]
    for type in types { self.types[type.fullName] = type }
  }

  public mutating func register(_ type: any Message.Type) { types[type.fullName] = type }

  public func type(named fullName: String) -> (any Message.Type)? { types[fullName] }
}

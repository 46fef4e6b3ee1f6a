// Fields that a schema adds to a message of another one (`extend`): generated as a message of their own, whose bytes lie
// among the unknown fields of the extended message. That message needs to know nothing of them, and loses nothing.

/// The extensions that one file or message of a schema declares for a message type.
public protocol MessageExtensions: Message {
  associatedtype Extended: Message
  /// Names in JSON: the full name in brackets.
  static var extensionNames: [String] { get }
}

extension Message {
  /// The extensions of this kind that the message carries.
  /// - Throws: `WireError` where the bytes kept for them are of another type.
  public func extensions<E: MessageExtensions>(_ type: E.Type) throws(WireError) -> E where E.Extended == Self {
    var found = try split(type)
    found.unknownFields = UnknownFields()
    return found
  }

  /// Replaces the extensions of this kind.
  /// - Throws: `WireError` where the bytes kept for them so far are of another type.
  public mutating func setExtensions<E: MessageExtensions>(_ new: E) throws(WireError) where E.Extended == Self {
    var all = new
    all.unknownFields = try split(E.self).unknownFields
    unknownFields = UnknownFields(bytes: all.serializedBytes())
  }

  /// The extensions as fields, everything else as unknown.
  private func split<E: MessageExtensions>(_ type: E.Type) throws(WireError) -> E {
    var found = E()
    try unknownFields.bytes.withUnsafeBytesTyped { (raw) throws(WireError) in try found.merge(serializedBytes: raw) }
    return found
  }
}

extension TypeRegistry {
  /// Extensions are read from and written to JSON only where they are registered.
  public mutating func register<E: MessageExtensions>(extensions type: E.Type) {
    extensions[E.Extended.fullName, default: []].append(type)
  }
}

extension JSONReader {
  /// As `nextField(_:)`, for messages with extension ranges.
  public mutating func nextField(
    _ object: inout JSONObject, extending unknown: inout UnknownFields
  ) throws(JSONError) -> Int32? {
    object.isExtensible = true
    let number = try nextField(&object)
    unknown.bytes += object.extensionBytes
    object.extensionBytes = []
    return number
  }

  /// Reads the extension whose name begins here; false where the registry does not have it.
  mutating func readExtension(_ name: String, at place: Int, _ object: inout JSONObject) throws(JSONError) -> Bool {
    guard object.isExtensible, name.hasPrefix("["),
      let type = options.registry.extensions[object.message]?.first(where: { $0.extensionNames.contains(name) })
    else { return false }
    guard object.extensionNames.insert(name).inserted else {
      throw error(.duplicateField(name, message: object.message), at: place)
    }
    position = place
    object.extensionBytes += try bytes(of: type)
    return true
  }

  private mutating func bytes<E: MessageExtensions>(of type: E.Type) throws(JSONError) -> [UInt8] {
    var value = E()
    readsSingleField = true
    try value.merge(json: &self)
    return value.serializedBytes()
  }
}

extension JSONWriter {
  /// Writes into the open object of a message those of its extensions that the registry has.
  public mutating func extensions(of message: String, _ unknown: UnknownFields) {
    guard !unknown.isEmpty, let types = options.registry.extensions[message] else { return }
    for type in types { entries(of: type, unknown) }
  }

  private mutating func entries<E: MessageExtensions>(of type: E.Type, _ unknown: UnknownFields) {
    var value = E()
    do {
      try unknown.bytes.withUnsafeBytesTyped { (raw) throws(WireError) in try value.merge(serializedBytes: raw) }
    } catch {
      return fail(.unencodable("extensions of \(E.Extended.fullName): \(error)"))
    }
    append { (writer) in value.write(json: &writer) }
  }
}

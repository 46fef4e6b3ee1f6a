// Reading a field's value from JSON: null leaves it as it is, lists append, maps insert.

extension JSONReader {
  public mutating func read<T: FieldValue>(_ field: inout T) throws(JSONError) {
    if !T.acceptsNull, try readNull() { return }
    if let value = try T.read(json: &self) { field = value }
  }

  public mutating func read<T: FieldValue>(_ field: inout T?) throws(JSONError) {
    if !T.acceptsNull, try readNull() { return }
    if let value = try T.read(json: &self) { field = value }
  }

  public mutating func read<M: Message>(_ field: inout Boxed<M>) throws(JSONError) {
    if !M.acceptsNull, try readNull() { return }
    if let value = try M.read(json: &self) { field.value = value }
  }

  public mutating func read<T: FieldValue>(_ field: inout [T]) throws(JSONError) {
    if try readNull() { return }
    try beginList()
    var isFirst = true
    while try nextElement(isFirst: &isFirst) {
      if !T.acceptsNull, peek() == UInt8(ascii: "n") { throw error(.nullElement) }
      if let value = try T.read(json: &self) { field.append(value) }
    }
  }

  public mutating func read<K: MapKey, V: FieldValue>(_ field: inout [K: V]) throws(JSONError) {
    if try readNull() { return }
    try beginObject("an object (a map)")
    var isFirst = true
    var keys: Set<K> = []
    while try nextKey(isFirst: isFirst) {
      isFirst = false
      let place = position
      let text = try string()
      guard let key = K(mapKey: text) else {
        throw error(.invalidNumber("\"\(text)\"", type: "\(K.self)".lowercased()), at: place)
      }
      guard keys.insert(key).inserted else { throw error(.duplicateField(text, message: "the map"), at: place) }
      try expect(UInt8(ascii: ":"), "':'")
      if !V.acceptsNull, peek() == UInt8(ascii: "n") { throw error(.nullElement) }
      if let value = try V.read(json: &self) { field[key] = value }
    }
  }

  /// A member of a oneof: nil for null, and for an enum name that is ignored.
  public mutating func readMember<T: FieldValue>(
    _ type: T.Type, isSet: Bool, oneof: StaticString, message: String
  ) throws(JSONError) -> T? {
    _ = peek()
    let place = position
    var value: T?
    try read(&value)
    if value != nil, isSet { throw error(.oneofAlreadySet(oneof: oneof.description, message: message), at: place) }
    return value
  }
}

// Reading a field's value from JSON: null leaves it as it is, lists append, maps insert.

extension JSONReader {
  @inlinable @inline(never)
  public mutating func read<T: FieldValue>(_ field: inout T) throws(JSONError) {
    if !T.acceptsNull, try readNull() { return }
    if let value = try T.read(json: &self) { field = value }
  }

  @inlinable @inline(never)
  public mutating func read<T: FieldValue>(_ field: inout T?) throws(JSONError) {
    if !T.acceptsNull, try readNull() { return }
    if let value = try T.read(json: &self) { field = value }
  }

  @inlinable @inline(never)
  public mutating func read<M: Message>(_ field: inout Boxed<M>) throws(JSONError) {
    if !M.acceptsNull, try readNull() { return }
    var value = M()
    try value.merge(json: &self)
    field.put(value)
  }

  @inlinable @inline(never)
  public mutating func read<T: FieldValue>(_ field: inout [T]) throws(JSONError) {
    if try readNull() { return }
    try beginList()
    var isFirst = true
    while try nextElement(isFirst: &isFirst) {
      if !T.acceptsNull { try refuseNull() }
      if let value = try T.read(json: &self) { field.append(value) }
    }
  }

  @inlinable @inline(never)
  public mutating func read<K: MapKey, V: FieldValue>(_ field: inout [K: V]) throws(JSONError) {
    if try readNull() { return }
    try beginMap()
    var isFirst = true
    var entries: [K: V] = [:]
    while try nextKey(isFirst: isFirst) {
      isFirst = false
      let place = position
      let text = try string()
      guard let key = K(mapKey: text) else { throw invalidKey(text, type: "\(K.self)", at: place) }
      try expectColon()
      if !V.acceptsNull { try refuseNull() }
      guard let value = try V.read(json: &self) else { continue }
      if entries.updateValue(value, forKey: key) != nil { throw duplicateKey(text, at: place) }
    }
    if field.isEmpty {
      field = entries
    } else {
      for (key, value) in entries { field[key] = value }
    }
  }

  @usableFromInline
  mutating func beginMap() throws(JSONError) { try beginObject("an object (a map)") }

  @usableFromInline
  mutating func refuseNull() throws(JSONError) {
    if peek() == UInt8(ascii: "n") { throw error(.nullElement) }
  }

  @usableFromInline
  func invalidKey(_ text: String, type: String, at place: Int) -> JSONError {
    error(.invalidNumber("\"\(text)\"", type: type.lowercased()), at: place)
  }

  @usableFromInline
  func duplicateKey(_ text: String, at place: Int) -> JSONError {
    error(.duplicateField(text, message: "the map"), at: place)
  }

  /// A member of a oneof: nil for null, and for an enum name that is ignored.
  @inlinable @inline(never)
  public mutating func readMember<T: FieldValue>(
    _ type: T.Type, isSet: Bool, oneof: StaticString, message: String
  ) throws(JSONError) -> T? {
    let place = nextPlace()
    var value: T?
    try read(&value)
    if value != nil, isSet { throw secondMember(of: oneof, message, at: place) }
    return value
  }

  /// Where the next value begins.
  @usableFromInline
  mutating func nextPlace() -> Int {
    _ = peek()
    return position
  }

  @usableFromInline
  func secondMember(of oneof: StaticString, _ message: String, at place: Int) -> JSONError {
    error(.oneofAlreadySet(oneof: oneof.description, message: message), at: place)
  }
}

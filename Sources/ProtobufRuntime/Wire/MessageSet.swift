// Message sets (`option message_set_wire_format`) are how extensions were written before there were any: each lies in a
// group of field 1, as its number (field 2) and its message (field 3). The extended message keeps its items as unknown
// fields; the messages of extensions and dynamic messages look into them.

/// One item of a message set, as it lies in the input.
public struct MessageSetItem {
  /// The extension's number; 0 where the item has none, or no message.
  public let typeID: UInt32
  @usableFromInline let payload: UnsafeRawBufferPointer
  /// What stands behind the group's start tag.
  @usableFromInline let whole: UnsafeRawBufferPointer
}

extension WireReader {
  /// Reads an item whose start tag has been read. The first number and the first message count, in either order.
  public mutating func messageSetItem() throws(WireError) -> MessageSetItem {
    let start = cursor
    let outer = try enterGroup(field: 1)
    var typeID: UInt32 = 0
    var payload: UnsafeRawBufferPointer?
    while true {
      let tag = try nextTag()
      switch tag {
      case 0:
        leave(outer)
        return MessageSetItem(
          typeID: payload == nil ? 0 : typeID, payload: payload ?? UnsafeRawBufferPointer(start: nil, count: 0),
          whole: UnsafeRawBufferPointer(start: start, count: cursor - start))
      case 2 << 3:
        let number = try uint32()
        if typeID == 0 { typeID = number }
      case 3 << 3 | 2:
        let count = try length()
        if payload == nil { payload = UnsafeRawBufferPointer(start: cursor, count: count) }
        cursor += count
      default: try skip(tag)
      }
    }
  }

  /// Merges an item's message.
  @inlinable
  public mutating func message<M: Message>(of item: MessageSetItem, _ field: inout M?) throws(WireError) {
    let behind = cursor
    let outer = try enter(item)
    var value = field ?? M()
    try value.merge(from: &self)
    field = value
    leave(outer)
    cursor = behind
  }

  /// Merges an item's message.
  @inlinable
  public mutating func message<M: Message>(of item: MessageSetItem, _ field: inout Boxed<M>) throws(WireError) {
    var value = field.value
    try message(of: item, &value)
    field.value = value
  }

  /// Goes back to the item's message, which is read next.
  @usableFromInline
  mutating func enter(_ item: MessageSetItem) throws(WireError) -> Outer {
    guard depth < Self.maximumDepth else { throw error(.nestedTooDeeply(limit: Self.maximumDepth)) }
    let outer = Outer(end: end, endGroup: endGroup)
    guard let start = item.payload.baseAddress else { return outer }
    cursor = start
    end = start + item.payload.count
    endGroup = 0
    depth += 1
    return outer
  }

  /// Keeps an item that the schema does not know.
  public func keep(_ item: MessageSetItem, in fields: inout UnknownFields) {
    fields.append(tag: 1 << 3 | 3, value: item.whole)
  }
}

extension WireWriter {
  @inlinable
  public mutating func messageSetItem<M: Message>(_ typeID: UInt32, _ value: M) {
    rawTag(1 << 3 | 4)
    field(MessageCodec<M>.self, 3 << 3 | 2, value)
    field(UInt32Codec.self, 2 << 3, typeID)
    rawTag(1 << 3 | 3)
  }
}

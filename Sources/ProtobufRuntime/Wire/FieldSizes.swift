// The size pass of repeated, packed and map fields, in step with what `WireWriter` writes.

/// Bytes of a repeated field with one tag an element.
@inlinable
public func repeatedSize<C: WireCodec>(
  _ codec: C.Type, _ tagSize: Int, _ values: [C.Value], _ sizes: inout SizeCache
) -> Int {
  var total = tagSize * values.count
  values.forEachInPlace { total += $0.pointee.size(codec, &sizes) }
  return total
}

/// Bytes of a packed field; notes the length of its payload.
@inlinable
public func packedSize<C: WireCodec>(
  _ codec: C.Type, _ tagSize: Int, _ values: [C.Value], _ sizes: inout SizeCache
) -> Int {
  if values.isEmpty { return 0 }
  let place = sizes.reserve()
  var payload = 0
  for value in values { payload += C.size(value, &sizes) }
  sizes.set(place, payload)
  return tagSize + varintSize(UInt64(payload)) + payload
}

/// Bytes of a map field; entries that note sizes are visited in the order in which they are written.
@inlinable
public func mapSize<K: WireCodec, V: WireCodec>(
  _ key: K.Type, _ value: V.Type, _ tagSize: Int, _ entries: [K.Value: V.Value], _ sizes: inout SizeCache
) -> Int where K.Value: MapKey {
  var total = 0
  if !V.notesSizes {
    for (entryKey, entryValue) in entries {
      let payload = 2 + K.size(entryKey, &sizes) + V.size(entryValue, &sizes)
      total += tagSize + varintSize(UInt64(payload)) + payload
    }
    return total
  }
  for index in orderedIndices(entries) {
    let (entryKey, entryValue) = entries[index]
    let place = sizes.reserve()
    let payload = 2 + K.size(entryKey, &sizes) + V.size(entryValue, &sizes)
    sizes.set(place, payload)
    total += tagSize + varintSize(UInt64(payload)) + payload
  }
  return total
}

/// Bytes of a group's fields and its two tags.
@inlinable
public func groupSize<M: Message>(_ tagSize: Int, _ value: M, _ sizes: inout SizeCache) -> Int {
  2 * tagSize + value.size(&sizes)
}

/// Bytes of a repeated group.
@inlinable
public func groupsSize<M: Message>(_ tagSize: Int, _ values: [M], _ sizes: inout SizeCache) -> Int {
  var total = 2 * tagSize * values.count
  values.forEachInPlace { total += $0.pointee.size(&sizes) }
  return total
}

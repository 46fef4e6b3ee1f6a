// What is known of an object while its entries are read.

/// Where the reader is inside one message's object: which fields it has seen.
public struct JSONObject {
  let table: FieldTable
  let message: String
  let skipsTypeKey: Bool
  var isFirst = true
  /// The field that comes next where all are there, in the order of the schema.
  var expected = 0
  /// One entry of an extended message's object, read as an object of its extensions.
  var isSingleField = false
  /// The message has extension ranges: entries with names in brackets are collected as fields in binary form.
  var isExtensible = false
  var extensionNames: Set<String> = []
  var extensionBytes: [UInt8] = []
  private var seen: UInt64 = 0
  private var seenBeyond: Set<Int> = []

  init(table: FieldTable, message: String, skipsTypeKey: Bool) {
    self.table = table
    self.message = message
    self.skipsTypeKey = skipsTypeKey
  }

  /// False if the field was there already.
  mutating func insert(_ index: Int) -> Bool {
    guard index < 64 else { return seenBeyond.insert(index).inserted }
    let bit: UInt64 = 1 << UInt64(index)
    defer { seen |= bit }
    return seen & bit == 0
  }
}

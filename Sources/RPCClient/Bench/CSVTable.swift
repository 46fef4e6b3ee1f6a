// Comma-separated values as RFC 4180 has them: the first line names the columns.

struct CSVTable {
  let columns: [String]
  let rows: [[String]]

  /// - Throws: `ToolError` with the line of what is wrong.
  init(_ text: String, path: String) throws(ToolError) {
    var records: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    var line = 1
    var start = 1
    let bytes = Array(text.utf8)
    var position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0

    func endField() {
      fields.append(String(decoding: field, as: UTF8.self))
      field = []
      wasQuoted = false
    }
    func endRecord() {
      let isEmpty = fields.isEmpty && field.isEmpty && !wasQuoted
      endField()
      if !isEmpty { records.append((start, fields)) }
      fields = []
      start = line
    }

    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0x0a { line += 1 }
      if isQuoted {
        if byte != 0x22 {
          field.append(byte)
        } else if position < bytes.count, bytes[position] == 0x22 {
          field.append(0x22)
          position += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case 0x22 where field.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
      case 0x2c: endField()
      case 0x0a: endRecord()
      case 0x0d where position < bytes.count && bytes[position] == 0x0a: continue
      default: field.append(byte)
      }
    }
    guard !isQuoted else { throw .usage("\(path):\(start): a quoted field has no end") }
    endRecord()

    guard let header = records.first, records.count > 1 else {
      throw .usage("\(path) needs a line with the names of its columns, then at least one row")
    }
    for record in records where record.fields.count != header.fields.count {
      throw .usage("\(path):\(record.line): \(record.fields.count) fields where the header has \(header.fields.count)")
    }
    columns = header.fields
    rows = records.dropFirst().map(\.fields)
  }
}

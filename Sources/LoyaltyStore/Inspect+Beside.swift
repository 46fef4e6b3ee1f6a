// The files around segments and snapshots, as JSON lines: indexes, data keys, a backup's runs, and what is known by its name
// alone.

extension StoreInspector {
  /// - Returns: whether it is a file of a store.
  static func inspect(
    other path: String, _ file: any DiskFile, _ magic: [UInt8], _ keys: Keyring?, _ line: (String) throws -> Void
  ) throws -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let size = try file.size()
    if magic == IndexHeader.magic {
      try inspect(index: file, path, keys, line)
    } else if magic == KeyringFile.magic {
      try inspect(keyring: try KeyringFile(file.readAll(at: 0, count: Int(size))), path, line)
    } else if magic == BackupRun.magic || name == FileNames.backupLog {
      try inspect(backup: file, path, line)
    } else if name == FileNames.lock || name == FileNames.keysLock {
      let holder = String(decoding: try file.readAll(at: 0, count: Int(min(size, 4_096))), as: UTF8.self)
      try line(object(("file", text(path)), ("kind", text("lock")), ("holder", text(holder))))
    } else if FileNames.isOfStore(name) || FileNames.isBeside(name) {
      let kind =
        name == FileNames.reserve ? "reserve" : FileNames.isTornTail(name) ? "tornTail" : "unfinished"
      try line(object(("file", text(path)), ("kind", text(kind)), ("bytes", "\(size)")))
    } else {
      return false
    }
    return true
  }

  private static func inspect(
    index file: any DiskFile, _ path: String, _ keys: Keyring?, _ line: (String) throws -> Void
  ) throws {
    let header = try IndexHeader(file.readAll(at: 0, count: IndexHeader.length))
    try line(
      object(
        ("file", text(path)), ("kind", text("index")), ("segment", "\(header.segment)"),
        ("history", text(header.history.description)), ("previousSequence", "\(header.previousSequence)"),
        ("lastSequence", "\(header.lastSequence)"), ("endHash", text(header.endHash.description)),
        ("batches", "\(header.batches)"), ("members", "\(header.members)"), ("listBytes", "\(header.listLength)"),
        ("dataKey", header.sealing.map { "\($0.dataKey)" } ?? "null")))
    // Without a key, sealed pages cannot be checked.
    guard header.sealing == nil || keys != nil else { return }
    let cipher = try keys.cipher(.index, header.sealing, path: path)
    for number in 0..<header.pageCount {
      let offset = UInt64(IndexHeader.length + number * IndexPage.length)
      let page = try file.readAll(at: offset, count: IndexPage.length)
      if IndexPage.body(of: page, number: number, cipher: cipher) == nil {
        try line(
          object(("file", text(path)), ("offset", "\(offset)"), ("error", text("the check of this page is wrong"))))
      }
    }
    try line(object(("pages", "\(header.pageCount)")))
  }

  private static func inspect(
    keyring: KeyringFile, _ path: String, _ line: (String) throws -> Void
  ) throws {
    try line(
      object(
        ("file", text(path)), ("kind", text("dataKeys")), ("generation", "\(keyring.generation)"),
        ("masterKey", text(hexadecimal(keyring.master))), ("keys", "\(keyring.keys.count)")))
    for key in keyring.keys { try line(object(("dataKey", "\(key.id)"), ("createdAt", "\(key.createdAt)"))) }
  }

  private static func inspect(
    backup file: any DiskFile, _ path: String, _ line: (String) throws -> Void
  ) throws {
    try line(object(("file", text(path)), ("kind", text("backupLog"))))
    var position: UInt64 = 0
    while case let block = try file.readAll(at: position, count: BackupRun.length), !block.isEmpty {
      if let run = BackupRun(block) {
        try line(
          object(
            ("finishedAt", "\(run.finishedAt)"), ("history", text(run.history.description)),
            ("incarnation", text(run.incarnation.description)), ("firstSegment", "\(run.firstSegment)"),
            ("lastSegment", "\(run.lastSegment)"), ("sequence", "\(run.sequence)"), ("hash", text(run.hash.description))
          ))
      } else {
        try line(
          object(
            ("file", text(path)), ("offset", "\(position)"),
            ("error", text("this line is not whole: it does not count"))))
      }
      position += UInt64(block.count)
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}

// What a file of the store says, as JSON lines, for a person with a problem. It reads; it changes nothing, takes no
// lock, and goes on as far as it can.

import Glibc

/// Prints the files of a store.
public enum StoreInspector {
  /// Gives a JSON object a line for a segment, a snapshot, or each of them in a directory: first what the header says,
  /// then a line a record or chunk, then how it ends. A damaged place is a line with `"error"`.
  ///
  /// - Parameters:
  ///   - render: gives a record as JSON; its line is left out when nil is given.
  ///   - line: takes each line, without a newline. What it throws ends the inspection.
  /// - Throws: `StoreError.disk` when a file cannot be read, `StoreError.missing` when the path is no file of a store.
  public static func inspect(
    path: String, masterKey: MasterKey? = nil, disk: any Disk = PosixDisk(),
    render: (_ sequence: UInt64, _ record: [UInt8]) throws -> String?,
    line: (String) throws -> Void
  ) throws {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var isDirectory = false
    var names: [String] = []
    do {
      names = try disk.list(directory: path)
      isDirectory = true
    } catch  where error.code == ENOTDIR {
    } catch { throw StoreError.disk(error) }
    let keys = try masterKey.flatMap { master in
      try Keyring.open(
        directory: isDirectory ? path : folder, disk: disk, environment: .system, master: master, creating: false)
    }
    if isDirectory {
      let files = names.filter { FileNames.segmentID($0) != nil || FileNames.snapshotSequence($0) != nil }.sorted()
      guard !files.isEmpty else {
        throw StoreError.missing(directory: path, what: "there is no segment and no snapshot in it")
      }
      for name in files { try inspect(file: FileNames.path(path, name), disk, keys, render, line) }
    } else {
      try inspect(file: path, disk, keys, render, line)
    }
  }

  private static func inspect(
    file path: String, _ disk: any Disk, _ keys: Keyring?, _ render: (UInt64, [UInt8]) throws -> String?,
    _ line: (String) throws -> Void
  ) throws {
    let file: any DiskFile
    let magic: [UInt8]
    do {
      file = try disk.open(path, .reading)
      magic = try file.readAll(at: 0, count: 8)
    } catch { throw StoreError.disk(error) }
    if magic == SegmentHeader.magic {
      try inspect(segment: file, path, keys, render, line)
    } else if magic == SnapshotHeader.magic {
      try inspect(snapshot: path, disk, keys, line)
    } else {
      throw StoreError.missing(directory: path, what: "it is neither a segment nor a snapshot of a store")
    }
  }

  private static func inspect(
    segment file: any DiskFile, _ path: String, _ keys: Keyring?, _ render: (UInt64, [UInt8]) throws -> String?,
    _ line: (String) throws -> Void
  ) throws {
    var reader: SegmentReader
    // Without a key, batches are shown and their records are not.
    do {
      let isSealed = try SegmentReader(file: file, path: path, keys: nil, opensRecords: false).header.sealing != nil
      reader = try SegmentReader(file: file, path: path, keys: keys, opensRecords: keys != nil || !isSealed)
    } catch let error as StoreError {
      return try line(object(("file", text(path)), ("error", text(error.description))))
    }
    let header = reader.header
    try line(
      object(
        ("file", text(path)), ("kind", text("segment")), ("segment", "\(header.id)"), ("epoch", "\(header.epoch)"),
        ("history", text(header.history.description)), ("previousSequence", "\(header.previousSequence)"),
        ("previousEnd", "\(header.previousEnd)"), ("previousHash", text(header.previousHash.description)),
        ("createdAt", "\(header.createdAt)"), ("schemaVersion", "\(header.schemaVersion)"),
        ("capacity", "\(header.capacity)"), ("incarnation", text(header.incarnation.description)),
        ("incarnationBegin", "\(header.incarnationBegin)"),
        ("dataKey", header.sealing.map { "\($0.dataKey)" } ?? "null")))
    while true {
      let start = reader.position
      switch try reader.next() {
      case .batch(let batch):
        try line(
          object(
            ("batch", "\(start)"), ("bytes", "\(reader.position - start)"), ("firstSequence", "\(batch.firstSequence)"),
            ("count", "\(batch.count)"), ("writtenAt", "\(batch.writtenAt)"), ("hash", text(reader.chain.description))))
        if batch.payload.isEmpty { continue }
        try batch.forEach { sequence, bytes in
          let record = try render(sequence, bytes.withUnsafeBytes { [UInt8]($0) })
          if let record { try line(object(("sequence", "\(sequence)"), ("record", record))) }
        }
      case .invalid(let problem):
        let verdict = try TailVerdict.judge(file: file, header: header, position: start, problem: problem)
        switch verdict {
        case .clean: try line(object(("end", "\(start)"), ("lastSequence", "\(reader.nextSequence - 1)")))
        case .torn(let end):
          try line(
            object(
              ("end", "\(start)"), ("lastSequence", "\(reader.nextSequence - 1)"), ("tornBytes", "\(end - start)")))
        case .rot(let offset, let problem):
          try line(object(("file", text(path)), ("offset", "\(offset)"), ("error", text(problem))))
        }
        return
      }
    }
  }

  private static func inspect(
    snapshot path: String, _ disk: any Disk, _ keys: Keyring?, _ line: (String) throws -> Void
  ) throws {
    do {
      let header = try SnapshotFile.header(at: path, disk: disk)
      try line(
        object(
          ("file", text(path)), ("kind", text("snapshot")), ("sequence", "\(header.sequence)"),
          ("segment", "\(header.segment)"), ("hash", text(header.hash.description)),
          ("history", text(header.history.description)), ("createdAt", "\(header.createdAt)"),
          ("schemaVersion", "\(header.schemaVersion)"),
          ("dataKey", header.sealing.map { "\($0.dataKey)" } ?? "null")))
      var chunks = 0
      var bytes = 0
      let cipher = keys == nil ? nil : try keys.cipher(.snapshot, header.sealing, path: path)
      try SnapshotFile.chunks(of: path, disk: disk, cipher: cipher) { chunk in
        chunks += 1
        bytes += chunk.count
      }
      try line(object(("chunks", "\(chunks)"), ("bytes", "\(bytes)")))
    } catch let problem as SnapshotProblem {
      try line(object(("file", text(path)), ("error", text(problem.description))))
    }
  }

  // MARK: JSON

  private static func object(_ fields: (name: String, value: String)...) -> String {
    "{" + fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  /// A JSON string.
  private static func text(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// What a file of the store says, as JSON lines, for a person with a problem. It reads; it changes nothing, takes no
// lock, and goes on as far as it can.

import Glibc
import LoyaltyMessages
import ProtobufRuntime

/// Prints the files of a store.
public enum StoreInspector {
  /// Something that a file of a store has.
  public enum Content: Hashable, Sendable {
    case record(sequence: UInt64)
    case chunk
  }

  /// Gives a JSON object a line for a file of a store, or for each one in a directory and in the two stores of personal data
  /// below it: first what the header says, then a line a record, chunk, key or run, then how it ends. A damaged place is a
  /// line with `"error"`.
  ///
  /// - Parameters:
  ///   - render: gives a record or a chunk of a file in a folder as JSON; its line is left out when nil is given.
  ///   - line: takes each line, without a newline. What it throws ends the inspection.
  /// - Throws: `StoreError.disk` when a file cannot be read, `StoreError.missing` when the path is no file of a store.
  public static func inspect(
    path: String, masterKey: MasterKey? = nil, disk: any Disk = PosixDisk(),
    render: Rendering = json, line: (String) throws -> Void
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
      let files = names.filter { FileNames.isOfStore($0) || FileNames.isBeside($0) }.sorted()
      guard !files.isEmpty else {
        throw StoreError.missing(directory: path, what: "there is no file of a store in it")
      }
      for name in files {
        try inspect(file: FileNames.path(path, name), disk, keys, { try render(path, $0, $1) }, line)
      }
      for name in [StoreFolders.personal, StoreFolders.memberKeys] where names.contains(name) {
        try inspect(path: FileNames.path(path, name), masterKey: masterKey, disk: disk, render: render, line: line)
      }
    } else {
      try inspect(file: path, disk, keys, { try render(folder, $0, $1) }, line)
    }
  }

  /// Gives what a file in a folder has as JSON.
  public typealias Rendering = (_ folder: String, _ content: Content, _ bytes: [UInt8]) throws -> String?

  /// The JSON of the messages that the stores of a server are made of. Members' keys are not shown.
  public static func json(folder: String, content: Content, bytes: [UInt8]) throws -> String? {
    let name = folder.split(separator: "/").last.map(String.init) ?? ""
    switch (name, content) {
    case (StoreFolders.personal, .record): return try PersonalRecord(serializedBytes: bytes).jsonString()
    case (StoreFolders.personal, .chunk): return try PersonalChunk(serializedBytes: bytes).jsonString()
    case (StoreFolders.memberKeys, .record):
      var record = try MemberKeyRecord(serializedBytes: bytes)
      if case .key? = record.change { record.change = .key([]) }
      return try record.jsonString()
    case (StoreFolders.memberKeys, .chunk):
      var chunk = try MemberKeyChunk(serializedBytes: bytes)
      for index in chunk.keys.indices { chunk.keys[index].key = [] }
      return try chunk.jsonString()
    case (_, .record): return try Record(serializedBytes: bytes).jsonString()
    case (_, .chunk): return try LoyaltyMessages.SnapshotChunk(serializedBytes: bytes).jsonString()
    }
  }

  private typealias FileRendering = (Content, [UInt8]) throws -> String?

  private static func inspect(
    file path: String, _ disk: any Disk, _ keys: Keyring?, _ render: FileRendering,
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
      try inspect(snapshot: path, disk, keys, render, line)
    } else {
      do {
        if try inspect(other: path, file, magic, keys, line) { return }
      } catch let problem as FormatProblem {
        let words =
          switch problem {
          case .damaged(let words): words
          case .newer(let found, let known): "it has version \(found), this program knows up to \(known)"
          }
        return try line(object(("file", text(path)), ("error", text(words))))
      } catch let error as DiskError { throw StoreError.disk(error) }
      throw StoreError.missing(directory: path, what: "it is no file of a store")
    }
  }

  private static func inspect(
    segment file: any DiskFile, _ path: String, _ keys: Keyring?, _ render: FileRendering,
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
          let record = try render(.record(sequence: sequence), bytes.withUnsafeBytes { [UInt8]($0) })
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
    snapshot path: String, _ disk: any Disk, _ keys: Keyring?, _ render: FileRendering, _ line: (String) throws -> Void
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
      let isReadable = cipher != nil || header.sealing == nil
      try SnapshotFile.chunks(of: path, disk: disk, cipher: cipher) { chunk in
        chunks += 1
        bytes += chunk.count
        if isReadable, let content = try render(.chunk, chunk) {
          try line(object(("chunk", "\(chunks)"), ("content", content)))
        }
      }
      try line(object(("chunks", "\(chunks)"), ("bytes", "\(bytes)")))
    } catch let problem as SnapshotProblem {
      try line(object(("file", text(path)), ("error", text(problem.description))))
    }
  }

  // MARK: JSON

  static func object(_ fields: (name: String, value: String)...) -> String {
    "{" + fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  /// A JSON string.
  static func text(_ string: String) -> String {
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

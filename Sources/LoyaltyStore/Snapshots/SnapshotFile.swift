// A snapshot on the disk: written under a name that does not count, read back from the medium, and only then named.

import LoyaltyEngine

/// Why a snapshot cannot be used. In words.
struct SnapshotProblem: Error, CustomStringConvertible {
  let description: String
}

/// Writes a state into a file.
enum SnapshotFile {
  /// - Parameter keepOn: asked before each chunk; what it throws ends the writing.
  static func write<State: StateMachine>(
    _ state: State, header: SnapshotHeader, to path: String, disk: any Disk, cipher: FileCipher?,
    keepOn: () throws -> Void
  ) throws {
    try LocalJournal.removeIfThere(path, disk: disk)
    let file = try disk.open(path, .creating)
    let digest = SHA256()
    var position: UInt64 = 0
    var synchronized: UInt64 = 0
    func append(_ bytes: [UInt8]) throws {
      digest.update(bytes.span.bytes)
      try file.writeAll(bytes.span.bytes, at: position)
      position += UInt64(bytes.count)
      if position - synchronized >= UInt64(DiskBulk.bytesPerSync) {
        try file.synchronize()
        synchronized = position
      }
    }
    try append(header.encoded())
    var chunks: UInt64 = 0
    try state.snapshot { chunk in
      try keepOn()
      guard (1...SnapshotChunk.maximumLength).contains(chunk.count) else {
        throw SnapshotProblem(
          description:
            "the state emitted a chunk of \(chunk.count) bytes, allowed is 1 to \(SnapshotChunk.maximumLength)")
      }
      let piece = cipher?.sealed(chunk.span.bytes, place: chunks, context: []) ?? chunk
      try append(SnapshotChunk.prefix(of: piece))
      try append(piece)
      chunks += 1
    }
    let end = SnapshotEnd(chunks: chunks, digest: digest.finish()).encoded()
    try file.writeAll(end.span.bytes, at: position)
    try file.synchronize()
    // What is verified next must come from the medium.
    file.forgetCached()
  }

  static func header(at path: String, disk: any Disk) throws -> SnapshotHeader {
    let block = try read(try open(path, disk), 0, SnapshotHeader.length)
    do {
      return try SnapshotHeader(block)
    } catch {
      switch error {
      case .newer(let found, let known):
        throw StoreError.newer(path: path, what: "snapshot format", found: found, known: known)
      case .damaged(let text): throw SnapshotProblem(description: text)
      }
    }
  }

  private static func open(_ path: String, _ disk: any Disk) throws -> any DiskFile {
    do { return try disk.open(path, .reading) } catch { throw SnapshotProblem(description: error.description) }
  }

  private static func read(_ file: any DiskFile, _ position: UInt64, _ count: Int) throws -> [UInt8] {
    do {
      return try file.readAll(at: position, count: count)
    } catch { throw SnapshotProblem(description: error.description) }
  }

  /// Reads a whole snapshot and checks all of it.
  /// - Throws: `SnapshotProblem` when it is damaged, `StoreError.newer` when a later program wrote it.
  static func read<State: StateMachine>(
    _ empty: State, from path: String, disk: any Disk, keys: Keyring?, keepOn: () throws -> Void = {}
  ) throws -> (header: SnapshotHeader, state: State) {
    let header = try header(at: path, disk: disk)
    guard header.schemaVersion <= State.schemaVersion else {
      throw StoreError.newer(
        path: path, what: "record schema", found: header.schemaVersion, known: State.schemaVersion)
    }
    var state = empty
    try chunks(of: path, disk: disk, cipher: try keys.cipher(.snapshot, header.sealing, path: path)) { chunk in
      try keepOn()
      do { try state.restore(chunk: chunk) } catch {
        throw SnapshotProblem(description: "the state does not take a chunk of it: \(error)")
      }
    }
    return (header, state)
  }

  /// Gives each chunk, checked; the digest of the whole is checked at the end.
  static func chunks(
    of path: String, disk: any Disk, cipher: FileCipher?, _ body: ([UInt8]) throws -> Void
  ) throws {
    let file = try open(path, disk)
    func damaged(_ position: UInt64, _ problem: String) -> SnapshotProblem {
      SnapshotProblem(description: "\(problem) (at byte \(position))")
    }
    let digest = SHA256()
    let head = try read(file, 0, SnapshotHeader.length)
    digest.update(head.span.bytes)
    var position = UInt64(SnapshotHeader.length)
    var chunks: UInt64 = 0
    while true {
      let prefix = try read(file, position, SnapshotChunk.prefixLength)
      guard prefix.count == SnapshotChunk.prefixLength else { throw damaged(position, "it is cut short") }
      let length = Int(prefix.span.bytes.load(UInt32.self, at: 0))
      if length == 0 { break }
      guard length <= SnapshotChunk.maximumLength + FileCipher.overhead else {
        throw damaged(position, "a chunk is too long")
      }
      let chunk = try read(file, position + UInt64(SnapshotChunk.prefixLength), length)
      guard chunk.count == length else { throw damaged(position, "it is cut short") }
      guard CRC32C.of(chunk.span.bytes) == prefix.span.bytes.load(UInt32.self, at: 4) else {
        throw damaged(position, "the checksum of a chunk is wrong")
      }
      digest.update(prefix.span.bytes)
      digest.update(chunk.span.bytes)
      if let cipher {
        guard let opened = cipher.opened(chunk.span.bytes, place: chunks, context: []) else {
          throw damaged(position, "a chunk does not open with its key")
        }
        try body(opened)
      } else {
        try body(chunk)
      }
      chunks += 1
      position += UInt64(SnapshotChunk.prefixLength + length)
    }
    guard let end = SnapshotEnd(try read(file, position, SnapshotEnd.length)) else {
      throw damaged(position, "its end is not there")
    }
    guard end.chunks == chunks, end.digest == digest.finish() else {
      throw damaged(position, "its chunks are not those that were written")
    }
  }
}

// By which key a file is encrypted: what stands of it in the file's header.

/// Names the data key that a file's own key is derived from.
struct FileSealing: Hashable, Sendable {
  /// Of the data key, in the keyring.
  var dataKey: UInt32
  /// Random, fresh for each file: with it the file's key, so that places of two files can be the same.
  var salt: [UInt8]

  static let saltLength = 32
  /// In the header of each kind of file: flags (4), data key (4), salt (32).
  static let offset = 128
  private static let encrypted: UInt32 = 1

  static func store(_ sealing: FileSealing?, in block: inout [UInt8]) {
    guard let sealing else { return }
    block.store(encrypted, at: offset)
    block.store(sealing.dataKey, at: offset + 4)
    block.store(sealing.salt, at: offset + 8)
  }

  static func load(_ bytes: RawSpan) throws(FormatProblem) -> FileSealing? {
    switch bytes.load(UInt32.self, at: offset) {
    case 0: return nil
    case encrypted:
      return FileSealing(
        dataKey: bytes.load(UInt32.self, at: offset + 4), salt: bytes.bytes(at: offset + 8, count: saltLength))
    case let flags: throw .damaged("the header has flags (\(flags)) that this program does not know")
    }
  }
}

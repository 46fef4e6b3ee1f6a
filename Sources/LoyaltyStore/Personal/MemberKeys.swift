// The members' own keys: who loses one is forgotten, wherever copies of the encrypted values are. A state machine, so that
// a key is durable before anything is encrypted under it.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

struct MemberKeys: StateMachine {
  typealias Record = MemberKeyRecord

  /// 32 bytes without a reference.
  struct Key: Hashable, Sendable {
    var words: (UInt64, UInt64, UInt64, UInt64)

    init?(_ bytes: [UInt8]) {
      guard bytes.count == SecretKey.length else { return nil }
      let raw = bytes.span.bytes
      words = (
        raw.load(UInt64.self, at: 0), raw.load(UInt64.self, at: 8), raw.load(UInt64.self, at: 16),
        raw.load(UInt64.self, at: 24)
      )
    }

    var bytes: [UInt8] {
      var bytes = [UInt8](repeating: 0, count: SecretKey.length)
      bytes.store(words.0, at: 0)
      bytes.store(words.1, at: 8)
      bytes.store(words.2, at: 16)
      bytes.store(words.3, at: 24)
      return bytes
    }

    var secret: SecretKey { SecretKey(bytes.span.bytes) }

    static func == (a: Key, b: Key) -> Bool { a.words == b.words }
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
  }

  private(set) var keys: [String: Key] = [:]
  /// When each was forgotten, Unix milliseconds.
  private(set) var erased: [String: Int64] = [:]
  /// Files older than this still have a key that was erased.
  private(set) var lastErasure: UInt64 = 0
  private(set) var contradiction: String?

  mutating func apply(_ record: MemberKeyRecord, sequence: UInt64) {
    switch record.change {
    case .key(let bytes)?:
      guard let key = Key(bytes), keys[record.member] == nil, erased[record.member] == nil else {
        contradiction = contradiction ?? "record \(sequence) gives a key to a member who has one or was erased"
        return
      }
      keys[record.member] = key
    case .erased?:
      if let index = keys.index(forKey: record.member) {
        keys.values[index].words = (0, 0, 0, 0)
        keys.remove(at: index)
      }
      erased[record.member] = record.timeMs
      lastErasure = sequence
    case nil: contradiction = contradiction ?? "record \(sequence) changes nothing"
    }
  }

  private static let membersPerChunk = 2_000

  func snapshot(_ emit: ([UInt8]) throws -> Void) throws {
    var chunk = MemberKeyChunk()
    chunk.lastErasure = lastErasure
    for (member, time) in erased.sorted(by: { $0.key < $1.key }) {
      chunk.erased.append(ErasedMember(member: member, timeMs: time))
      if chunk.erased.count == Self.membersPerChunk {
        try emit(chunk.serializedBytes())
        chunk = MemberKeyChunk()
      }
    }
    for member in keys.keys.sorted() {
      chunk.keys.append(MemberKey(member: member, key: keys[member]?.bytes ?? []))
      if chunk.keys.count == Self.membersPerChunk {
        try emit(chunk.serializedBytes())
        chunk = MemberKeyChunk()
      }
    }
    let rest = chunk.serializedBytes()
    if !rest.isEmpty { try emit(rest) }
  }

  mutating func restore(chunk bytes: [UInt8]) throws {
    let chunk = try MemberKeyChunk(serializedBytes: bytes)
    lastErasure = max(lastErasure, chunk.lastErasure)
    for entry in chunk.erased { erased[entry.member] = entry.timeMs }
    for entry in chunk.keys {
      guard let key = Key(entry.key) else { throw SnapshotProblem(description: "a member's key has another length") }
      keys[entry.member] = key
    }
  }
}

// Personal data as it is journalled and backed up: encrypted values by member and slot. Without the members' keys, which
// are elsewhere, it tells only how many there are and how long.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

struct PersonalData: StateMachine {
  typealias Record = PersonalRecord

  /// By member, each with its slots in the order of their names.
  private(set) var members: [String: [SealedValue]] = [:]
  private(set) var erased: [String: Int64] = [:]
  private(set) var contradiction: String?

  static func forEachMember(of record: PersonalRecord, _ body: (String) -> Void) { body(record.member) }

  mutating func apply(_ record: PersonalRecord, sequence: UInt64) {
    switch record.change {
    case .put(let value)?:
      guard erased[record.member] == nil else {
        contradiction = contradiction ?? "record \(sequence) puts a value for a member who was erased"
        return
      }
      var values = members[record.member] ?? []
      let place = values.firstIndex { $0.slot >= value.slot } ?? values.count
      if place < values.count && values[place].slot == value.slot {
        values[place] = value
      } else {
        values.insert(value, at: place)
      }
      members[record.member] = values
    case .removedSlot(let slot)?:
      members[record.member]?.removeAll { $0.slot == slot }
      if members[record.member]?.isEmpty == true { members[record.member] = nil }
    case .erased?:
      members[record.member] = nil
      erased[record.member] = record.timeMs
    case nil: contradiction = contradiction ?? "record \(sequence) changes nothing"
    }
  }

  func value(_ member: String, _ slot: String) -> SealedValue? { members[member]?.first { $0.slot == slot } }

  /// A chunk is closed when it has this many bytes of values: one value is at most 64 KiB, so it stays below 1 MiB.
  private static let chunkBytes = 512 << 10

  func snapshot(_ emit: ([UInt8]) throws -> Void) throws {
    var chunk = PersonalChunk()
    var bytes = 0
    func close() throws {
      let encoded = chunk.serializedBytes()
      if !encoded.isEmpty { try emit(encoded) }
      chunk = PersonalChunk()
      bytes = 0
    }
    for (member, time) in erased.sorted(by: { $0.key < $1.key }) {
      chunk.erased.append(ErasedMember(member: member, timeMs: time))
      bytes += member.utf8.count + 16
      if bytes >= Self.chunkBytes { try close() }
    }
    for member in members.keys.sorted() {
      var entry = PersonalMember(member: member)
      for value in members[member] ?? [] {
        entry.values.append(value)
        bytes += value.sealed.count + value.slot.utf8.count + 32
        // A member's slots may go on in the next chunk.
        if bytes >= Self.chunkBytes {
          chunk.members.append(entry)
          entry.values = []
          try close()
        }
      }
      if !entry.values.isEmpty { chunk.members.append(entry) }
      bytes += member.utf8.count + 16
    }
    try close()
  }

  mutating func restore(chunk bytes: [UInt8]) throws {
    let chunk = try PersonalChunk(serializedBytes: bytes)
    for entry in chunk.erased { erased[entry.member] = entry.timeMs }
    for entry in chunk.members { members[entry.member, default: []] += entry.values }
  }
}

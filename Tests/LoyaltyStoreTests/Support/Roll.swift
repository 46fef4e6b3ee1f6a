// The state machine of these tests: it keeps every record in order, so that a test can compare what came back, record
// by record, with what was acknowledged.

import LoyaltyEngine
import LoyaltyStore
import ProtobufRuntime

/// An ordered list of entries. The record is a well-known type, for its name and its bytes of any length.
struct Roll: StateMachine {
  typealias Record = ProtobufAny

  /// The name in each record; index is sequence less one.
  private(set) var names: [String] = []
  /// Bytes in all records: half-applied ones would show.
  private(set) var bytes = 0
  /// A record that came twice, or out of order.
  private(set) var disorder: [UInt64] = []
  /// Set by a record of this name.
  private(set) var contradiction: String?
  static let contradicting = "contradicting"

  mutating func apply(_ record: ProtobufAny, sequence: UInt64) {
    if sequence != UInt64(names.count) + 1 { disorder.append(sequence) }
    if record.typeURL == Self.contradicting { contradiction = contradiction ?? "record \(sequence) contradicts" }
    names.append(record.typeURL)
    bytes += record.value.count
  }

  /// An entry named `members/rest` concerns the members, which commas divide.
  static func forEachMember(of record: ProtobufAny, _ body: (String) -> Void) {
    guard let slash = record.typeURL.firstIndex(of: "/") else { return }
    for member in record.typeURL[..<slash].split(separator: ",") { body(String(member)) }
  }

  func snapshot(_ emit: ([UInt8]) throws -> Void) throws {
    try emit(ProtobufAny(typeURL: "\(bytes)").serializedBytes())
    // Several chunks, so that their order and number matter.
    for start in stride(from: 0, to: names.count, by: 5) {
      try emit(
        ProtobufAny(typeURL: names[start..<min(start + 5, names.count)].joined(separator: ",")).serializedBytes())
    }
  }

  private var expectsBytes = true

  mutating func restore(chunk: [UInt8]) throws {
    let text = try ProtobufAny(serializedBytes: chunk).typeURL
    if expectsBytes {
      guard let count = Int(text) else { throw Unreadable(text: text) }
      bytes = count
      expectsBytes = false
    } else {
      names += text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  struct Unreadable: Error { let text: String }
}

extension DurableStore<Roll> {
  /// Adds an entry of bytes that do not repeat, unless `repeating` says so: a batch of these is compressed.
  /// - Returns: its sequence.
  @discardableResult
  func add(_ name: String, length: Int = 0, repeating: Bool = false) throws -> UInt64 {
    var random = SeededRandom(seed: UInt64(length))
    let value = [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
      for index in 0..<length { bytes[index] = repeating ? 7 : UInt8(truncatingIfNeeded: random.next()) }
      count = length
    }
    return try commit { _ -> Step<ProtobufAny, Never> in .change(ProtobufAny(typeURL: name, value: value)) }.sequence
  }

  var names: [String] { read { $0.names }.value }
}

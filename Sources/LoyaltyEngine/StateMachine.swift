// What a store can make durable: a value that changes only by records, the same way every time. The store journals the
// records and replays them after a restart, so whatever is not a function of them is lost or, worse, different.

import ProtobufRuntime

/// A deterministic state that is the sum of its records.
///
/// The contract that durability stands on:
/// - two instances that applied the same records in the same order are equal, on any machine and in any later version
///   of the program: no clock, no random number, no hash order, no I/O, no rule that may change; what a rule decided is in
///   the record;
/// - `snapshot` then `restore` on a fresh instance gives an equal state;
/// - copies are independent: the store keeps one instance for service and another for snapshots, on another thread.
public protocol StateMachine: Sendable {
  /// One change, as it is written to the journal. A record is at most 1 MiB encoded (the store's default limit).
  associatedtype Record: Message

  /// The version of the meaning of records and snapshot chunks. It is written into every file; a program refuses files
  /// with a greater version than its own instead of replaying what it does not understand. Raise it with every change
  /// that an older program would get wrong. Default 1.
  static var schemaVersion: UInt32 { get }

  /// The state before the first record.
  init()

  /// Makes one change. It cannot fail: the record was decided against exactly the state it is applied to.
  ///
  /// - Parameters:
  ///   - record: as it was decided, or as it was read back from the journal.
  ///   - sequence: the record's place in history: 1 for the first ever, then without a gap.
  mutating func apply(_ record: Record, sequence: UInt64)

  /// Gives the id of each member that a record concerns, so that the record can be found by it; the same one twice does
  /// no harm. Called with the store's lock held. Default none.
  static func forEachMember(of record: Record, _ body: (String) -> Void)

  /// What in the records or chunks contradicted the state they were applied to, in words; nil for a state that can be
  /// trusted. Once set it stays. The store serves nothing from such a state, and makes no snapshot of it: a snapshot
  /// does not carry the contradiction on. Default nil.
  var contradiction: String? { get }

  /// Writes the whole state as chunks, to be given to `restore` in the same order.
  ///
  /// Equal states should give equal bytes, so that two snapshots can be compared: emit unordered collections sorted.
  /// - Parameter emit: takes one chunk of 1 byte to 1 MiB; chunks are whole for `restore`. What it throws must be
  ///   passed on.
  /// - Throws: what `emit` threw.
  func snapshot(_ emit: (_ chunk: [UInt8]) throws -> Void) throws

  /// Takes the next chunk of a snapshot into a state that was empty before the first one.
  ///
  /// Checksums have been verified before; an error here means that the chunk was made by a program that this one does
  /// not understand, or that the chunks contradict each other.
  /// - Throws: an error that says what is wrong with the chunk. The state is then thrown away.
  mutating func restore(chunk: [UInt8]) throws
}

/// What a command comes to, before the store has taken it.
public enum Step<Record: Sendable, Answer: Sendable>: Sendable {
  /// A record to apply and to journal.
  case change(Record)
  /// Something to say that changes nothing: a repeated key, a refusal that is not worth a record.
  case answer(Answer)
}

extension Step: Equatable where Record: Equatable, Answer: Equatable {}

extension StateMachine {
  public static var schemaVersion: UInt32 { 1 }
  public var contradiction: String? { nil }
  public static func forEachMember(of record: Record, _ body: (String) -> Void) {}
}

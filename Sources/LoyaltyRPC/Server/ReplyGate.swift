// Replies that wait for something slower than the handler: that a journal is durable up to a position. The reply waits,
// not the handler, so waiting costs no task and no thread.

import NIOCore
import Synchronization

/// A position that only grows, and the replies that wait for it.
///
/// `advance` may be called from any thread and is cheap: one wake-up per event loop that has replies to release, however
/// many they are.
public final class ReplyGate: Sendable {
  private let reached: Atomic<UInt64>
  private let hasFailed = Atomic<Bool>(false)
  private let shared = Mutex(Shared())

  private struct Shared {
    var queues: [(loop: ObjectIdentifier, queue: HeldReplies)] = []
    var failure: RPCError?
  }

  /// - Parameter position: where the gate stands at first.
  public init(position: UInt64 = 0) {
    reached = Atomic(position)
  }

  /// Replies held up to here have been released.
  public var position: UInt64 { reached.load(ordering: .sequentiallyConsistent) }

  /// Moves the gate on and releases what waits up to there. A lower position than before has no effect.
  public func advance(to position: UInt64) {
    var current = reached.load(ordering: .relaxed)
    while position > current {
      let (done, found) = reached.compareExchange(
        expected: current, desired: position, ordering: .sequentiallyConsistent)
      if done { break }
      current = found
    }
    wake(upTo: position)
  }

  /// What the gate stands for will never come: every held and every later reply is answered with `error` instead.
  public func fail(_ error: RPCError) {
    shared.withLock { if $0.failure == nil { $0.failure = error } }
    hasFailed.store(true, ordering: .sequentiallyConsistent)
    wake(upTo: .max - 1)
  }

  /// The error the gate has failed with.
  var failure: RPCError? {
    guard hasFailed.load(ordering: .sequentiallyConsistent) else { return nil }
    return shared.withLock { $0.failure }
  }

  /// A reply held for `position` may go.
  func isOpen(for position: UInt64) -> Bool {
    self.position >= position || hasFailed.load(ordering: .sequentiallyConsistent)
  }

  private func wake(upTo position: UInt64) {
    let queues = shared.withLock { $0.queues }
    for (_, queue) in queues { queue.wake(upTo: position) }
  }

  /// The replies that wait on one event loop. Called on that loop.
  func heldReplies(on loop: any EventLoop) -> HeldReplies {
    let key = ObjectIdentifier(loop)
    return shared.withLock { shared in
      for entry in shared.queues where entry.loop == key { return entry.queue }
      let queue = HeldReplies(gate: self, loop: loop)
      shared.queues.append((key, queue))
      return queue
    }
  }
}

/// The replies of one event loop that wait at one gate, by position; those of the same position in the order in which
/// they came.
///
/// `@unchecked Sendable` holds because `entries` and `touched` are used on `loop` only; `lowest` is atomic.
final class HeldReplies: @unchecked Sendable {
  private struct Entry {
    let position: UInt64
    let slot: Int
    let streamID: Int32
    let connection: ServerConnection
  }

  /// Nothing waits.
  private static let idle = UInt64.max

  private unowned let gate: ReplyGate
  private let loop: any EventLoop
  private var entries = CircularBuffer<Entry>()
  private var touched: [ServerConnection] = []

  /// The position of the first entry, for other threads to see whether this loop needs waking.
  private let lowest = Atomic<UInt64>(HeldReplies.idle)

  init(gate: ReplyGate, loop: any EventLoop) {
    self.gate = gate
    self.loop = loop
  }

  /// On the loop: adds a reply. If the gate has moved in the meantime it is released on the loop's next turn.
  func append(_ position: UInt64, slot: Int, streamID: Int32, connection: ServerConnection) {
    let entry = Entry(position: position, slot: slot, streamID: streamID, connection: connection)
    let isFirst: Bool
    if let last = entries.last, last.position > position {
      // Of a handler that was suspended while others passed it. `insert` copies the whole buffer.
      var place = entries.index(before: entries.endIndex)
      while place > entries.startIndex, entries[entries.index(before: place)].position > position {
        place = entries.index(before: place)
      }
      isFirst = place == entries.startIndex
      entries.insert(entry, at: place)
    } else {
      isFirst = entries.isEmpty
      entries.append(entry)
    }
    guard isFirst else { return }
    lowest.store(position, ordering: .sequentiallyConsistent)
    // The gate may have passed between the caller's look at it and the store: whoever looks second sees the other.
    if gate.isOpen(for: position) { wake(upTo: position) }
  }

  /// On any thread.
  func wake(upTo position: UInt64) {
    let waiting = lowest.load(ordering: .sequentiallyConsistent)
    guard waiting != Self.idle, waiting <= position else { return }
    let (mine, _) = lowest.compareExchange(
      expected: waiting, desired: Self.idle, ordering: .sequentiallyConsistent)
    guard mine else { return }
    // Holds the gate, since a queue does not own it.
    loop.execute { [self, gate] in release(at: gate) }
  }

  private func release(at gate: ReplyGate) {
    while true {
      let failure = gate.failure
      let position = gate.position
      while let first = entries.first, first.position <= position || failure != nil {
        entries.removeFirst()
        // A reply whose position was reached is true even if the gate failed later.
        first.connection.release(
          slot: first.slot, streamID: first.streamID, failure: first.position <= position ? nil : failure)
        if !first.connection.isTouchedByGate {
          first.connection.isTouchedByGate = true
          touched.append(first.connection)
        }
      }
      guard let first = entries.first else { break }
      lowest.store(first.position, ordering: .sequentiallyConsistent)
      guard gate.isOpen(for: first.position) else { break }
      lowest.store(Self.idle, ordering: .sequentiallyConsistent)
    }
    for connection in touched {
      connection.isTouchedByGate = false
      connection.flushNow()
    }
    touched.removeAll(keepingCapacity: true)
  }
}

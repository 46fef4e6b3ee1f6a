// A thread that repeats one step and sleeps in between. The steps hold all the logic, so that a test can take them one
// by one on its own thread, in an order that a seed decides.

import Glibc
import Synchronization

/// What a step wants next.
enum Pace: Equatable {
  /// At once.
  case again
  /// After this many nanoseconds; nothing can come up before.
  case pause(UInt64)
  /// When woken, or after this many nanoseconds at the latest.
  case sleep(UInt64?)
  /// Never.
  case stop
}

/// A named thread of the store.
@usableFromInline
final class Worker: Sendable {
  private let bed = Bed()
  @usableFromInline let isAsleep = Atomic<Bool>(false)
  private let thread = Mutex<pthread_t?>(nil)

  /// Begins to repeat `step`. `niceness` 0 to 19 lowers the thread's share of a busy processor.
  /// - Parameter name: shown by tools like top; at most 15 bytes.
  func start(name: String, niceness: Int32 = 0, step: @escaping @Sendable () -> Pace) throws {
    let body = ThreadBody {
      Self.nameThread(name)
      // On Linux a priority set for 0 is the calling thread's alone.
      if niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
      self.run(step)
    }
    let context = Unmanaged.passRetained(body)
    var created = pthread_t()
    let result = pthread_create(
      &created, nil,
      { context in
        if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, context.toOpaque())
    guard result == 0 else {
      context.release()
      throw StoreError.disk(
        DiskError(operation: "start thread", path: name, code: result, reason: String(cString: strerror(result))))
    }
    thread.withLock { $0 = created }
  }

  /// Ends the sleep, if the thread sleeps. Cheap when it does not.
  @inlinable
  func wake() {
    if isAsleep.load(ordering: .sequentiallyConsistent) { endSleep() }
  }

  @usableFromInline
  func endSleep() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bed.wake() }
  }

  /// Waits until a step has said `.stop`.
  func join() {
    let started = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let started { pthread_join(started, nil) }
  }

  private func run(_ step: () -> Pace) {
    while true {
      switch step() {
      case .stop: return
      case .again: continue
      case .pause(let nanoseconds):
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
      case .sleep:
        // Looked at once more with the flag up: whoever adds work after that look sees the flag and wakes us.
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        if case .sleep(let nanoseconds) = step() { bed.sleep(nanoseconds) }
        isAsleep.store(false, ordering: .sequentiallyConsistent)
      }
    }
  }

  private static func nameThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, name.utf8.count)
    close(file)
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

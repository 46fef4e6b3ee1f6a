// Where a thread sleeps: a condition variable on the monotonic clock, which Swift's library does not have.

import Glibc

/// Lets one thread sleep until another wakes it or a time has passed. A wake that comes before the sleep is not lost.
///
/// It is Sendable although it has pointers: they never change, what they point to is only touched by the pthread
/// functions, and `isRung` only between lock and unlock.
final class Bed: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var isRung = false

  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func wake() {
    pthread_mutex_lock(mutex)
    isRung = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Sleeps until woken, or at most for this many nanoseconds.
  func sleep(_ nanoseconds: UInt64?) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if let nanoseconds {
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      // A year is for ever here, and no sum can overflow.
      let length = min(nanoseconds, 365 * 86_400 * 1_000_000_000)
      let nanos = now.tv_nsec + Int(length % 1_000_000_000)
      var until = timespec(
        tv_sec: now.tv_sec + Int(length / 1_000_000_000) + nanos / 1_000_000_000, tv_nsec: nanos % 1_000_000_000)
      while !isRung && pthread_cond_timedwait(condition, mutex, &until) == 0 {}
    } else {
      while !isRung { pthread_cond_wait(condition, mutex) }
    }
    isRung = false
  }
}

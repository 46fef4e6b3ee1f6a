// Where a handler that takes and gives messages in turn goes on: on its connection's event loop, where its messages come and its
// replies go. On a pool's thread it would cost two switches of threads for each piece of the socket's input: a fifth of the time.

import NIOCore
import Synchronization

/// The event loop as the executor that tasks prefer.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop
  private let isStopped = Atomic<Bool>(false)

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard !isStopped.load(ordering: .acquiring) else {
      globalConcurrentExecutor.enqueue(job)
      return
    }
    loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  /// The loop is about to end: what a handler that outlives it still has to do is done elsewhere.
  func stop() { isStopped.store(true, ordering: .releasing) }
}

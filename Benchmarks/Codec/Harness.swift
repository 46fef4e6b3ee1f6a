// How one operation is measured, for all Swift programs alike: CPU time of the fastest of many short rounds, since others
// share the machine, and the allocations of one operation where `allocations.c` is preloaded.

import Glibc

enum Harness {
  private static let rounds = 25
  /// Nanoseconds; long against the clock's resolution, short against the scheduler's.
  private static let roundLength = 8_000_000.0

  private static let allocationCount: (@convention(c) () -> UInt)? = dlsym(nil, "allocation_count").map {
    unsafeBitCast($0, to: (@convention(c) () -> UInt).self)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  /// Prints `MESSAGE OPERATION NANOSECONDS ALLOCATIONS`, with tabs between.
  static func measure(_ message: String, _ operation: String, _ body: () throws -> Int) rethrows {
    var sink = 0
    // Lazy tables are made before anything counts.
    for _ in 0..<50 { sink &+= try body() }
    let allocationsBefore = allocationCount?() ?? 0
    sink &+= try body()
    let allocations = allocationCount.map { Int($0() - allocationsBefore) }
    var iterations = 1
    var elapsed = 0.0
    while true {
      let start = now()
      for _ in 0..<iterations { sink &+= try body() }
      elapsed = now() - start
      if elapsed > roundLength { break }
      iterations *= 2
    }
    var best = elapsed / Double(iterations)
    for _ in 0..<rounds {
      let start = now()
      for _ in 0..<iterations { sink &+= try body() }
      best = min(best, (now() - start) / Double(iterations))
    }
    let (whole, tenth) = Int(best * 10).quotientAndRemainder(dividingBy: 10)
    let count = allocations.map(String.init) ?? "-"
    print("\(message)\t\(operation)\t\(whole).\(tenth)\t\(count)\t\(sink & 1)")
  }

  static func payload(_ message: String) -> [UInt8] {
    let path = CommandLine.arguments[1] + "/\(message).bin"
    guard let file = fopen(path, "rb") else { fatalError("cannot read \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
  }
}

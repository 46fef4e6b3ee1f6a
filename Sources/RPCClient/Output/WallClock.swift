// The time of day, for lines that people put beside their logs.

import Glibc
import ProtobufRuntime

enum WallClock {
  /// Now in UTC, to the millisecond, as RFC 3339 writes it.
  static func now() -> String {
    let time = timestamp()
    let whole = ProtobufTimestamp(seconds: time.seconds, nanos: time.nanos / 1_000_000 * 1_000_000)
    return (try? whole.jsonString().filter { $0 != "\"" }) ?? ""
  }

  static func timestamp() -> ProtobufTimestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return ProtobufTimestamp(seconds: Int64(time.tv_sec), nanos: Int32(time.tv_nsec))
  }
}

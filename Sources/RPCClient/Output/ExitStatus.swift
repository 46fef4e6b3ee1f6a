// What the process ends with, so that scripts can tell failures apart. Documented in --help and the manual; a number,
// once shipped, never changes its meaning.

import ArgumentParser
import LoyaltyRPC

enum ExitStatus {
  /// Before a call: files, schemas, the configuration of TLS.
  static let failed = ExitCode(1)
  /// The request does not fit its type.
  static let badRequest = ExitCode(2)
  /// `health`: the answer is something else than SERVING.
  static let notServing = ExitCode(3)
  /// `wait`: the time is over.
  static let waitedInVain = ExitCode(4)
  /// `bench`: a threshold of --fail-if is crossed.
  static let thresholdCrossed = ExitCode(5)
  /// Arguments, as sysexits.h has it.
  static let usage = ExitCode(64)
  /// Ctrl-C: 128 + SIGINT.
  static let interrupted = ExitCode(130)

  /// A call that ended with a status other than OK.
  static func status(_ code: StatusCode) -> ExitCode { ExitCode(Int32(64 + code.rawValue)) }

  static let table = """
    Exit codes:
      0    done; all calls ended OK
      1    failed before a call: files, schemas, certificates
      2    the request does not fit its type
      3    health: not serving
      4    wait: the time is over
      5    bench: a threshold of --fail-if is crossed
      64   wrong arguments
      130  interrupted
      A call that ends with a gRPC status other than OK: 64 + its code
      65   CANCELLED            66   UNKNOWN              67   INVALID_ARGUMENT
      68   DEADLINE_EXCEEDED    69   NOT_FOUND            70   ALREADY_EXISTS
      71   PERMISSION_DENIED    72   RESOURCE_EXHAUSTED   73   FAILED_PRECONDITION
      74   ABORTED              75   OUT_OF_RANGE         76   UNIMPLEMENTED
      77   INTERNAL             78   UNAVAILABLE          79   DATA_LOSS
      80   UNAUTHENTICATED
      (no server, or no secure connection to it, is 78 UNAVAILABLE)
    """
}

// bench-server: what the benchmarks measure. See Benchmarks/bench.sh, which drives it.

import Foundation
import LoyaltyRPC
import Logging
import ServiceLifecycle

let usage = """
  usage: bench-server unary|accrue PORT CERTIFICATE KEY [CLIENT-CA]
                                                       serve until SIGTERM, then print the calls answered OK; with CLIENT-CA
                                                       clients are asked for a certificate
         bench-server request unary|accrue|list|chat|echo
                                                       write the framed request that the load tool sends

  """

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("request", 2):
  guard let request = BenchRequest.framed(arguments[1]) else { fallthrough }
  FileHandle.standardOutput.write(Data(request))
case ("unary", 4...5), ("accrue", 4...5):
  guard let port = Int(arguments[1]), (1...65_535).contains(port) else { fallthrough }
  Task.detached {
    do {
      try await BenchServer.serve(
        arguments[0], port: port, certificate: arguments[2], key: arguments[3],
        clientAuthority: arguments.count == 5 ? arguments[4] : nil)
      exit(0)
    } catch {
      FileHandle.standardError.write(Data("bench-server: \(error)\n".utf8))
      exit(1)
    }
  }
  // The main thread sleeps, rather than end in favour of libdispatch's, which valgrind does not survive.
  while true { pause() }
default:
  FileHandle.standardError.write(Data(usage.utf8))
  exit(2)
}

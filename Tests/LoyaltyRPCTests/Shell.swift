// Outside commands as oracles.

import Foundation
import Synchronization

@testable import LoyaltyRPC

/// Runs a command and gives its standard output without the last newline. The output goes through a file: a pipe would be
/// inherited by commands that other tests start at the same time, and end with the last of them.
func run(_ command: String) throws -> String {
  let file = FileManager.default.temporaryDirectory.appending(path: "loyalty-rpc-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: file) }
  let process = Process()
  process.executableURL = URL(filePath: "/bin/bash")
  process.arguments = ["-c", "{ \(command); } > '\(file)'"]
  try process.run()
  process.waitUntilExit()
  var text = try String(contentsOfFile: file, encoding: .utf8)
  while text.hasSuffix("\n") { text.removeLast() }
  return text
}

/// Runs a command on a thread of its own: one that waits would keep a thread of the handlers' pool.
func runAside(_ command: String) async throws -> String {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try run(command) }) }
  }
}

/// Keeps the certificates of the callers it sees.
final class PeerRecorder: ServerInterceptor {
  private let seen = Mutex<[PeerCertificate]>([])

  func callStarts(_ call: ServerContext) throws(RPCError) {
    guard let certificate = call.peer.certificate else { return }
    seen.withLock { $0.append(certificate) }
  }

  func first() async -> PeerCertificate? { seen.withLock { $0.first } }
}

// Outside commands as oracles.

import Foundation
import Synchronization

@testable import LoyaltyRPC

/// Runs a command and gives its standard output without the last newline.
func run(_ command: String) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/bin/bash")
  process.arguments = ["-c", command]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  var text = String(decoding: data, as: UTF8.self)
  while text.hasSuffix("\n") { text.removeLast() }
  return text
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

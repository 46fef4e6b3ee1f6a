// Options of `serve` for connections, certificates and the port for operators.

import ArgumentParser
import Configuration
import LoyaltyRPC
import LoyaltyService

struct TransportOptions: ParsableArguments {
  @Option(
    help: """
      Client certificates that are no longer accepted, CRLs in PEM; one for each authority in a client's chain. Read again at \
      SIGHUP and when the file changes, like all certificates: connections of revoked clients are closed at once.
      """)
  var clientCrl: String?

  @Option(
    help: "Certificate chain for another name of this server, PEM, shown to clients that ask for it; may be repeated.")
  var additionalCertificate: [String] = []

  @Option(help: "The key of an additional certificate, PEM; one for each, in the same order.")
  var additionalKey: [String] = []

  @Option(help: "File for the secrets of TLS sessions, for a debugger: who reads it reads every call (default: none).")
  var tlsKeyLog: String?

  @Option(
    help: "Seconds after which a connection is closed in good order, so that clients spread anew (default: never).")
  var maxConnectionAge: Int?

  @Option(help: "Seconds that calls under way may take at shutdown (default: 30).")
  var shutdownGrace: Int?

  @Option(
    help: """
      Loopback address and port for operators, HTTP/1.1 without TLS: /metrics (Prometheus), /healthz, /readyz, e.g. \
      127.0.0.1:9464 (default: none).
      """)
  var admin: String?

  func settings(_ environment: ConfigReader) throws -> TransportSettings {
    var settings = TransportSettings()
    settings.revocationList = clientCrl ?? environment.string(forKey: "loyalty.client.crl")
    settings.keyLogFile = tlsKeyLog
    guard additionalCertificate.count == additionalKey.count else {
      throw ValidationError("each --additional-certificate needs its --additional-key")
    }
    settings.additionalIdentities = zip(additionalCertificate, additionalKey).map {
      TLSIdentity(certificateChain: .file($0), privateKey: .file($1))
    }
    settings.maxConnectionAge = try Self.positive(
      maxConnectionAge ?? environment.int(forKey: "loyalty.max.connection.age"), "--max-connection-age")
    if let grace = shutdownGrace ?? environment.int(forKey: "loyalty.shutdown.grace") {
      guard (0...86_400).contains(grace) else { throw ValidationError("--shutdown-grace is 0 to 86400 seconds") }
      settings.shutdownGrace = grace
    }
    if let address = admin ?? environment.string(forKey: "loyalty.admin") {
      settings.admin = try Self.endpoint(address)
    }
    return settings
  }

  private static func positive(_ value: Int?, _ option: String) throws -> Int? {
    guard let value else { return nil }
    guard (1...10_000_000).contains(value) else {
      throw ValidationError("\(option) is a positive number of seconds, not \(value)")
    }
    return value
  }

  /// `ADDRESS:PORT` or `[ADDRESS]:PORT`.
  static func endpoint(_ text: String) throws -> (host: String, port: Int) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port), colon > text.startIndex
    else { throw ValidationError("\"\(text)\" is not ADDRESS:PORT") }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return (String(host), port)
  }
}

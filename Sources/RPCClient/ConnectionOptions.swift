// How the server is reached and who we are to it: the options that every command has.

import ArgumentParser
import LoyaltyRPC
import Logging

struct ConnectionOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "Host and port of the server.")
  var address = "127.0.0.1:8443"

  @Option(help: "PEM file with the certificate authorities to trust (default: the system's).")
  var cacert: String?

  @Option(help: "PEM file with the client certificate.")
  var cert: String?

  @Option(help: "PEM file with the client certificate's key.")
  var key: String?

  @Option(help: "Name to expect in the server's certificate (default: the host of --address).")
  var servername: String?

  @Option(help: "Seconds until the call is given up.")
  var timeout: Double = 30

  func validate() throws {
    if (cert == nil) != (key == nil) { throw ValidationError("--cert and --key go together") }
    guard timeout > 0, timeout < 1e9 else { throw ValidationError("--timeout must be a positive number of seconds") }
  }

  var deadline: Duration { .milliseconds(Int64(timeout * 1000)) }

  var callOptions: CallOptions { CallOptions(timeout: deadline) }

  /// Runs a body with a client and closes it afterwards.
  func withClient<R>(_ body: (RPCClient) async throws -> R) async throws -> R {
    var tls = ClientTLSConfiguration(serverName: servername)
    if let cacert { tls.trustRoots = .authorities(.file(cacert)) }
    if let cert, let key {
      tls.identity = .init(
        certificateChain: .file(cert), privateKey: .file(key))
    }
    var configuration = RPCClient.Configuration.defaults
    // What fails is told once, by the tool itself.
    configuration.logger = Logger(label: "rpc-client") { _ in SwiftLogNoOpLogHandler() }
    let client = try RPCClient(target: address, tls: tls, configuration: configuration)
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }
}

// A server for other implementations' clients: gRPC's interoperability service with health and reflection, until SIGTERM.
//
//     interop-server --certificate PEM --key PEM [--client-ca PEM] [--listen HOST:PORT | unix:PATH] --ready-file PATH
//     interop-server --plaintext …

import Foundation
import Logging
import LoyaltyRPC
import ServiceLifecycle

func option(_ name: String) -> String? {
  guard let place = CommandLine.arguments.firstIndex(of: "--" + name), place + 1 < CommandLine.arguments.count else {
    return nil
  }
  return CommandLine.arguments[place + 1]
}

var configuration: RPCServer.Configuration
if CommandLine.arguments.contains("--plaintext") {
  configuration = RPCServer.Configuration(security: .plaintext)
} else if let certificate = option("certificate"), let key = option("key") {
  configuration = RPCServer.Configuration(
    tls: ServerTLSConfiguration(
      certificateChain: .file(certificate), privateKey: .file(key),
      clientCertificate: option("client-ca").map { .requested(authorities: .file($0)) } ?? .none))
} else {
  fatalError("--plaintext, or --certificate and --key")
}
let address = option("listen") ?? "127.0.0.1:0"
if address.hasPrefix("unix:") {
  configuration.unixSocket = String(address.dropFirst(5))
} else if let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]) {
  (configuration.host, configuration.port) = (String(address[..<colon]), port)
}
configuration.shutdownGraceSeconds = 5
configuration.limits.maxReceivedMessageBytes = 32 << 20

let health = HealthService(services: [TestService.serviceName])
let services: [any RPCService] = [TestService(), health]
let server: RPCServer
do {
  server = try RPCServer(configuration, services: services + Reflection.describing(services))
  try await server.start()
} catch {
  FileHandle.standardError.write(Data("interop-server: \(error)\n".utf8))
  exit(1)
}
if let path = option("ready-file"), let address = server.boundAddress {
  try Data((address + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
}
try await ServiceGroup(
  configuration: ServiceGroupConfiguration(
    services: [.init(service: server)], gracefulShutdownSignals: [.sigterm], logger: configuration.logger)
).run()

// What an operator may say of connections, certificates and the port for operators. All of it has a default.

import LoyaltyRPC

/// The transport of a server, beside address and certificate.
public struct TransportSettings: Sendable {
  /// Path of a Unix socket to listen on instead of address and port.
  public var unixSocket: String?
  /// Certificates of clients that are no longer accepted, CRLs in PEM.
  public var revocationList: String?
  /// Certificates for other names of this server, with their keys.
  public var additionalIdentities: [TLSIdentity] = []
  /// Where the secrets of TLS sessions go, for a debugger; nil for nowhere.
  public var keyLogFile: String?
  /// Seconds after which a connection is closed in good order; nil for never.
  public var maxConnectionAge: Int?
  /// Seconds that calls under way may take at shutdown.
  public var shutdownGrace = 30
  /// Host and port of the port for operators, which is loopback; nil for none.
  public var admin: (host: String, port: Int)?
  /// Where numbers are kept that the port for operators shows.
  public var metrics = PrometheusExporter()

  public init() {}
}

extension RPCServer.Configuration {
  init(_ settings: ServerSettings) {
    let transport = settings.transport
    var tls = ServerTLSConfiguration(
      certificateChain: .file(settings.certificate), privateKey: .file(settings.key),
      clientCertificate: .requested(authorities: .file(settings.clientAuthorities)))
    tls.additionalIdentities = transport.additionalIdentities
    tls.revocationList = transport.revocationList.map { .file($0) }
    tls.keyLogFile = transport.keyLogFile
    self.init(tls: tls)
    (host, port, unixSocket) = (settings.host, settings.port, transport.unixSocket)
    connections.maxAgeSeconds = transport.maxConnectionAge
    shutdownGraceSeconds = transport.shutdownGrace
    loops = settings.loops
    cors.allowedOrigins = settings.webOrigins
  }
}

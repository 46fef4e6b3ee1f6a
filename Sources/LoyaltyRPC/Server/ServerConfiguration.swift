// How a server is set up.

import Logging
import ProtobufRuntime

extension RPCServer {
  /// What protects the connections of a server.
  public enum Security: Sendable, Hashable {
    case tls(ServerTLSConfiguration)
    /// Nothing does: for a proxy or a test on the same machine. Served on loopback or a Unix socket only.
    case plaintext
  }

  /// Where a server listens, who it is, what it allows.
  public struct Configuration: Sendable {
    /// Name or address to listen on. Loopback unless told otherwise: a server is opened to the world on purpose.
    public var host = "127.0.0.1"

    /// 0 for one the kernel chooses; `RPCServer.boundPort` tells.
    public var port = 8443

    /// Path of a Unix socket to listen on instead of host and port. A socket left behind by a server that is gone is
    /// replaced; it is removed at shutdown.
    public var unixSocket: String?

    /// Permissions of the Unix socket. 0600: who may connect may call.
    public var unixSocketMode: UInt32 = 0o600

    /// False for a server that clients of the same process call only (`RPCClient(inProcess:)`).
    public var listens = true

    public var security: Security

    public var limits = CallLimits.defaults

    /// How long connections live and how they are watched.
    public var connections = ConnectionPolicy.defaults

    /// Event loops, each a thread. Nil for one a core: handlers run on them.
    public var loops: Int?

    /// Connections that wait to be accepted. 1,024: what a burst of reconnecting clients needs; the kernel caps it at
    /// `net.core.somaxconn`.
    public var backlog = 1_024

    /// Connections at once; one more is closed as it is accepted. 10,000: 0.4 GB when all are idle.
    public var maxConnections = 10_000

    /// Bytes of requests, their metadata and replies that all connections together may hold, beyond 64 KiB for each connection and 1 KiB
    /// for each stream of replies that are not counted.
    /// 512 MiB: what 32 connections at their own limits hold; the call that goes beyond is answered RESOURCE_EXHAUSTED.
    public var maxHeldBytes = 512 << 20

    /// How replies are compressed for clients that accept it, unless a handler says otherwise
    /// (`ServerContext.compressReplies`). Identity: small typed messages gain nothing, and compressing secrets together
    /// with text of a peer's choice tells of them (CRIME).
    public var replyEncoding = MessageEncoding.identity

    /// Shorter messages are sent plain, in bytes. 1,024: below, gzip's frame and time cost more than the bytes saved.
    public var minCompressedBytes = 1_024

    /// Seconds that calls under way may take at shutdown before they are cut off. 30: what orchestrators allow before
    /// they kill.
    public var shutdownGraceSeconds = 30

    /// How often the files of certificates, keys, authorities and revocation lists are looked at for changes, in seconds;
    /// 0 for never. 10: a look is a `stat` of a few files.
    public var fileWatchSeconds = 10

    /// Services that answer clients without an accepted certificate, by full name. Health checks come from probes that
    /// have none.
    public var servicesWithoutCertificate: Set<String> = ["grpc.health.v1.Health"]

    /// Which web pages may call from a browser. None by default.
    public var cors = CORSPolicy()

    /// Generated types that an `Any` may hold in JSON, beside the well-known ones, `google.rpc`'s details and the requests
    /// and responses of the services.
    public var messageTypes: [any Message.Type] = []

    /// In the order in which they see a call start; all see its end.
    public var interceptors: [any ServerInterceptor] = []

    public var logger = Logger(label: "loyalty-rpc.server")

    public init(tls: ServerTLSConfiguration) {
      self.init(security: .tls(tls))
    }

    public init(security: Security) {
      self.security = security
    }

    /// For tests: no socket, no certificates, clients of the same process only.
    public static var inProcess: Configuration {
      var configuration = Configuration(security: .plaintext)
      configuration.listens = false
      return configuration
    }

    /// What messages call the place it listens on.
    var listeningAddress: String { unixSocket.map { "unix:\($0)" } ?? "\(host):\(port)" }

    /// How often connections are looked at, in seconds.
    var watchSeconds: Int { max(1, min(limits.watchSeconds, connections.watchSeconds)) }

    /// - Throws: `RPCServerError.plaintextBeyondThisMachine`
    func checkPlaintext() throws(RPCServerError) {
      guard listens, unixSocket == nil, !Loopback.isLoopback(host) else { return }
      throw .plaintextBeyondThisMachine(host: host)
    }
  }
}

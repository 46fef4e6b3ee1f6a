// How a server is set up.

import Logging
import ProtobufRuntime

extension RPCServer {
  /// Where a server listens, who it is, what it allows.
  public struct Configuration: Sendable {
    /// Name or address to listen on. Loopback unless told otherwise: a server is opened to the world on purpose.
    public var host = "127.0.0.1"

    /// 0 for one the kernel chooses; `RPCServer.boundPort` tells.
    public var port = 8443

    public var tls: ServerTLSConfiguration

    public var limits = CallLimits.defaults

    /// Event loops, each a thread. Nil for one a core: handlers run on them.
    public var loops: Int?

    /// Connections that wait to be accepted. 1,024: what a burst of reconnecting clients needs; the kernel caps it at
    /// `net.core.somaxconn`.
    public var backlog = 1_024

    /// Connections at once; one more is closed as it is accepted. 10,000: half a gigabyte when all are idle.
    public var maxConnections = 10_000

    /// Seconds that calls under way may take at shutdown before they are cut off. 30: what orchestrators allow before
    /// they kill.
    public var shutdownGraceSeconds = 30

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
      self.tls = tls
    }
  }
}

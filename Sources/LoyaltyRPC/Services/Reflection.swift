// Server reflection: what `grpcurl`, `buf curl` and `rpc-client` ask to call methods without a schema at hand.

import ProtobufRuntime

/// Makes the reflection services of a server.
public enum Reflection {
  /// The services (v1 and v1alpha) that describe `services` and themselves; give them to the server beside those.
  public static func describing(_ services: [any RPCService]) -> [any RPCService] {
    var described = services.map { service in
      (name: type(of: service).serviceName, file: type(of: service).serviceFile)
    }
    described.append((ReflectionV1.serviceName, ReflectionV1.serviceFile))
    described.append((ReflectionV1Alpha.serviceName, ReflectionV1Alpha.serviceFile))
    let index = ReflectionIndex(described)
    return [ReflectionV1(index), ReflectionV1Alpha(index)]
  }
}

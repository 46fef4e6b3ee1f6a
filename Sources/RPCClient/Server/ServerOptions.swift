// How the server is reached, who we are to it and where its schema comes from: the options that every command has.

import ArgumentParser
import Glibc
import LoyaltyRPC

struct ServerOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "Host and port of the server (default: 127.0.0.1:8443).")
  var address: String?

  @Option(
    help: "PEM file with the certificate authorities to trust (default: the system's).",
    completion: .file(extensions: ["pem", "crt"]))
  var cacert: String?

  @Option(help: "PEM file with the client certificate.", completion: .file(extensions: ["pem", "crt"]))
  var cert: String?

  @Option(help: "PEM file with the client certificate's key.", completion: .file(extensions: ["key", "pem"]))
  var key: String?

  @Option(help: "Name to expect in the server's certificate (default: the host of --address).")
  var servername: String?

  @Option(help: "Time until a call is given up, such as 5, 500ms or 2m (default: 30s).")
  var timeout: TimeSpan?

  @Option(help: "Time until an attempt to connect is given up (default: 10s).")
  var connectTimeout: TimeSpan?

  @Option(
    name: [.customShort("H"), .long],
    help: "Metadata as 'name: value', Base64 for names in -bin; sent with every call. May be repeated.")
  var header: [String] = []

  @Option(name: .customLong("proto"), help: "Schema file (.proto) to use instead of reflection; may be repeated.")
  var protos: [String] = []

  @Option(
    name: [.customShort("I"), .customLong("proto-path")], help: "Where to look for schemas and their imports.",
    completion: .directory)
  var protoPaths: [String] = []

  @Option(
    help: "FileDescriptorSet to use instead of reflection; may be repeated.", completion: .file(extensions: []))
  var descriptorSet: [String] = []

  @Option(
    help: "JSON file with gRPC's service config: retries, hedging, time limits by method, round_robin.",
    completion: .file(extensions: ["json"]))
  var serviceConfig: String?

  @Option(help: "Section of the configuration file to take the options above from.")
  var profile: String?

  @Option(help: "Configuration file (default: ~/.config/rpc-client/config).", completion: .file(extensions: []))
  var config: String?

  @Flag(name: [.short, .long], help: "Tell on standard error what is sent and received, and what each step took.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Nothing on standard error: the exit code tells.")
  var quiet = false

  func validate() throws {
    if verbose, quiet { throw ValidationError("--verbose and --quiet contradict each other") }
    for span in [timeout, connectTimeout] where span?.nanoseconds == 0 {
      throw ValidationError("a time to wait must be longer than 0")
    }
  }

  /// Runs a command's body with the server that all settings together name; any failure becomes one message on standard
  /// error and an exit code.
  func run(_ body: (Server) async throws -> Void) async throws {
    Output.isQuiet = quiet
    try await reportingErrors {
      try await body(try server())
    }
  }

  func server(environment: [String: String] = Environment.current) throws(ToolError) -> Server {
    let named = profile ?? environment["RPC_CLIENT_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
    let file =
      config ?? environment["RPC_CLIENT_CONFIG"].flatMap { $0.isEmpty ? nil : $0 } ?? Profile.defaultFile(environment)
    var section: Profile?
    if let named { section = try Profile.load(named, from: file, environment: environment) }
    let set = Preferences(profile: section, environment: environment)

    var tls = ClientTLSConfiguration(serverName: set.value("servername", servername))
    if let cacert = set.value("cacert", cacert) { tls.trustRoots = .authorities(.file(cacert)) }
    switch (set.value("cert", cert), set.value("key", key)) {
    case (let cert?, let key?): tls.identity = .init(certificateChain: .file(cert), privateKey: .file(key))
    case (nil, nil): break
    default: throw .usage("--cert and --key go together")
    }
    var service = ServiceConfig()
    if let serviceConfig {
      do {
        service = try ServiceConfig(json: String(decoding: try Output.read(serviceConfig), as: UTF8.self))
      } catch {
        throw .usage("\(serviceConfig): \(error)")
      }
    }
    return Server(
      address: set.value("address", address) ?? "127.0.0.1:8443", tls: tls,
      timeout: try set.timeSpan("timeout", timeout),
      connectTimeout: try set.timeSpan("connect-timeout", connectTimeout),
      metadata: try Server.metadata(set.values("header", header)),
      schema: SchemaSources(
        protos: set.values("proto", protos), protoPaths: set.values("proto-path", protoPaths),
        descriptorSets: set.values("descriptor-set", descriptorSet)),
      isVerbose: verbose, serviceConfig: service)
  }
}

enum Environment {
  static var current: [String: String] {
    var result: [String: String] = [:]
    for name in ["HOME", "XDG_CONFIG_HOME", "RPC_CLIENT_PROFILE", "RPC_CLIENT_CONFIG"] { result[name] = read(name) }
    for key in Profile.keys {
      let name = Preferences.variable(key)
      result[name] = read(name)
    }
    return result
  }

  static func read(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

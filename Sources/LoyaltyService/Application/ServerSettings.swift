// Everything that a server needs to be told to start.

import LoyaltyStore

/// Where a server listens, whom it trusts, where it keeps its data and by which rules it decides.
public struct ServerSettings: Sendable {
  /// Address to listen on. Loopback unless told otherwise.
  public var host = "127.0.0.1"
  /// 0 for one that the kernel chooses.
  public var port = 8443
  /// Folder of journal and snapshots; made if it is not there.
  public var dataDirectory: String
  /// The policy, YAML.
  public var policyFile: String
  /// The server's certificate chain, PEM.
  public var certificate: String
  /// Its key, PEM.
  public var key: String
  /// Authorities that clients' certificates must come from, PEM.
  public var clientAuthorities: String
  /// Origins of web pages that may call from a browser.
  public var webOrigins: Set<String> = []
  /// Written with the address once the server accepts calls; nil for none.
  public var readyFile: String?
  /// Encrypts what is written to the data folder; nil leaves it readable.
  public var masterKey: MasterKey?
  /// A second programme to try things in; nil for none.
  public var sandbox: SandboxSettings?
  /// Connections, further certificates, the port for operators.
  public var transport = TransportSettings()
  /// Journal and snapshots of the ledger.
  public var store = StoreConfiguration.defaults
  /// Those of personal data.
  public var personalStore = StoreConfiguration.personal
  /// How far the clock may be ahead of the last record and the time since before it is not believed, at least 24; nil
  /// believes everything. Three days: longer than a server is stopped over a weekend, shorter than anything that members
  /// are promised.
  public var clockJumpHours: Int? = 72
  /// Event loops; nil for one a core.
  public var loops: Int?

  public init(
    dataDirectory: String, policyFile: String, certificate: String, key: String, clientAuthorities: String
  ) {
    self.dataDirectory = dataDirectory
    self.policyFile = policyFile
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
  }
}

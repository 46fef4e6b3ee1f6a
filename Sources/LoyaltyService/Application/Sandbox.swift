// A place to try: a second programme beside the real one, with its own policy, ledger and data folder. Which of the two a
// call goes to is decided by the caller's certificate and by nothing in the call.

import Glibc
import LoyaltyEngine
import LoyaltyRPC
import ProtobufRuntime

/// Where the sandbox keeps its data and by which rules it decides.
public struct SandboxSettings: Sendable {
  /// Folder of its journal and snapshots, another than the real programme's.
  public var dataDirectory: String
  /// Its policy, YAML: another programme id, and certificates of its own.
  public var policyFile: String

  public init(dataDirectory: String, policyFile: String) {
    self.dataDirectory = dataDirectory
    self.policyFile = policyFile
  }
}

/// A sandbox that would not be apart from the real programme.
public enum SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Both policies have the same programme id.
  case sameProgramme(String)
  /// Both would keep their data in the same folder.
  case sameDirectory(String)
  /// Both policies know this certificate.
  case sameCertificate(String)

  public var description: String {
    switch self {
    case .sameProgramme(let id):
      "the sandbox's policy has the programme id '\(id)' of the real one: give it an id of its own"
    case .sameDirectory(let path): "the sandbox's data folder is the real programme's, \(path): give it another"
    case .sameCertificate(let subject):
      """
      the certificate '\(subject)' is in the real policy and in the sandbox's: a certificate is for one of the two, \
      make another for the sandbox
      """
    }
  }
}

/// Which programme a call is for; set by `IdentityInterceptor`.
enum CalledProgramme: ServerContextKey {
  typealias Value = CalledProgramme
  case real
  case sandbox
}

/// A service of both programmes as one.
struct RoutedService<Service: RPCService>: RPCService {
  static var serviceName: String { Service.serviceName }
  static var serviceFile: EmbeddedFile { Service.serviceFile }

  let methods: [ServerMethod]

  init(_ real: Service, sandbox: Service) {
    methods = real.methods(or: sandbox) { $0[CalledProgramme.self] == .sandbox }
  }
}

enum Sandbox {
  /// Checks that the two can be apart.
  /// - Throws: `SandboxError`.
  static func check(
    _ policy: CompiledPolicy, _ sandbox: SandboxSettings, against real: CompiledPolicy, _ settings: ServerSettings
  ) throws(SandboxError) {
    let id = policy.document.programme?.id ?? ""
    if id == real.document.programme?.id { throw .sameProgramme(id) }
    if isSame(sandbox.dataDirectory, settings.dataDirectory) { throw .sameDirectory(settings.dataDirectory) }
    if let subject = policy.subjects.first(where: { real.caller(subject: $0) != nil }) {
      throw .sameCertificate(subject)
    }
  }

  /// Whether two paths name one folder, by whatever way.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    if first == second { return true }
    var one = stat()
    var other = stat()
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }

  /// The services of both programmes as one each. They come in the same order.
  static func join(_ real: [any RPCService], sandbox: [any RPCService]) -> [any RPCService] {
    var joined: [any RPCService] = []
    for (real, sandbox) in zip(real, sandbox) { joined.append(join(real, with: sandbox)) }
    return joined
  }

  private static func join<S: RPCService>(_ real: S, with sandbox: any RPCService) -> any RPCService {
    guard let sandbox = sandbox as? S else { preconditionFailure("the sandbox has other services than the programme") }
    return RoutedService(real, sandbox: sandbox)
  }
}

extension CompiledPolicy {
  /// Every certificate that the policy knows.
  var subjects: [String] {
    document.partners.flatMap(\.certificateSubjects) + document.operators.map(\.certificateSubject)
  }
}

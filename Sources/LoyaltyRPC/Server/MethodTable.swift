// The methods of a server, each with what answers it.

/// A method in service.
final class ServedMethod: Sendable {
  let descriptor: MethodDescriptor
  let invoker: any MethodInvoker
  /// Place in the table.
  let index: Int
  /// The call is refused without an accepted client certificate.
  let needsCertificate: Bool

  init(_ method: ServerMethod, index: Int, needsCertificate: Bool) {
    descriptor = method.descriptor
    invoker = method.invoker
    self.index = index
    self.needsCertificate = needsCertificate
  }
}

/// All methods of a server. Built once, then only read.
struct MethodTable: Sendable {
  let entries: [ServedMethod]
  let paths: MethodPaths
  /// What is asked of a method before there is a call.
  let traits: [Traits]

  /// Trivial, so that a look at it costs no retain.
  struct Traits {
    let kind: MethodKind
    let needsCertificate: Bool
  }

  init(_ entries: [ServedMethod]) {
    self.entries = entries
    traits = entries.map { Traits(kind: $0.descriptor.kind, needsCertificate: $0.needsCertificate) }
    paths = MethodPaths(entries.map { Array($0.descriptor.path.utf8) })
  }
}

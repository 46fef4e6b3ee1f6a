// Who calls: the client certificate's common name, looked up in the policy. Denied unless the policy knows it.

import LoyaltyEngine
import LoyaltyRPC

/// The caller of a call, in its context: there for every method that needs a certificate.
public enum CallerIdentity: ServerContextKey {
  public typealias Value = Caller
}

/// Puts the caller into each call's context, or answers PERMISSION_DENIED for a certificate that the policy does not
/// know, and RESOURCE_EXHAUSTED for a partner that calls more often than it may. A call without an accepted certificate never gets here: the server answers it UNAUTHENTICATED.
public struct IdentityInterceptor: ServerInterceptor {
  /// Metadata in which a service may name the end user it acts for; recorded beside the caller.
  public static let endUserHeader = "x-end-user"
  /// Longest name of an end user, bytes: an id or an address, not a document.
  public static let longestEndUser = 256

  private let programme: Programme
  private let sandbox: Programme?
  private let openServices: Set<String>

  /// - Parameters:
  ///   - sandbox: the programme of callers that only its policy knows; nil for none.
  ///   - openServices: services that answer anyone, such as health.
  public init(programme: Programme, sandbox: Programme? = nil, openServices: Set<String>) {
    self.programme = programme
    self.sandbox = sandbox
    self.openServices = openServices
  }

  public func callStarts(_ call: ServerContext) throws(RPCError) {
    guard let certificate = call.peer.certificate else {
      if openServices.contains(call.method.service) { return }
      throw RPCError(.unauthenticated, "this call needs a client certificate")
    }
    guard let name = certificate.commonName, var caller = try caller(name, call) else {
      if openServices.contains(call.method.service) { return }
      throw RPCError(
        .permissionDenied,
        "the certificate of \"\(certificate.subject)\" is accepted, but the policy knows no partner or operator by it")
    }
    if !call.metadata.isEmpty, let endUser = call.metadata[Self.endUserHeader] {
      guard endUser.utf8.count <= Self.longestEndUser else {
        throw RPCError(
          .invalidArgument,
          "\(Self.endUserHeader) has \(endUser.utf8.count) bytes; at most \(Self.longestEndUser) are accepted")
      }
      caller.endUser = endUser
    }
    if !openServices.contains(call.method.service) {
      try (call[CalledProgramme.self] == .sandbox ? sandbox ?? programme : programme).countCall(caller, call)
    }
    call[CallerIdentity.self] = caller
  }

  /// Who a certificate's name stands for, in the programme that knows it; the call goes to that one. A name that both
  /// know is for neither: a published policy must not turn a trial into the real thing.
  private func caller(_ name: String, _ call: ServerContext) throws(RPCError) -> Caller? {
    let real = programme.policy.caller(subject: name)
    guard let sandbox, let trial = sandbox.policy.caller(subject: name) else { return real }
    if real != nil {
      throw RPCError(
        .permissionDenied,
        "the certificate \"\(name)\" is in the policy of the programme and in that of its sandbox: it can be for one only"
      )
    }
    call[CalledProgramme.self] = .sandbox
    return trial
  }
}

// A server's certificates, authorities and revocation lists as they are now, and how they are exchanged while it runs.

import COpenSSL
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The TLS contexts that new connections are made with. From any thread.
///
/// A change is always a new `SSL_CTX`: a list of revoked certificates that is changed in place leaves sessions that resume
/// all the same, and with the context the keys of its session tickets go.
final class ServerTLS: Sendable {
  private let configuration: ServerTLSConfiguration
  private let current: Mutex<TLSContext>

  init(_ configuration: ServerTLSConfiguration) throws(TLSError) {
    self.configuration = configuration
    current = Mutex(try TLSContext.server(configuration))
  }

  var context: TLSContext { current.withLock { $0 } }

  /// Reads all files again.
  /// - Throws: `TLSError` naming the file that does not do; what was in use stays in use.
  func reload() throws(TLSError) -> TLSContext {
    let context = try TLSContext.server(configuration)
    current.withLock { $0 = context }
    return context
  }

  /// The files that the contexts were made from.
  var files: [String] {
    var sources = [configuration.certificateChain, configuration.privateKey]
    for identity in configuration.additionalIdentities { sources += [identity.certificateChain, identity.privateKey] }
    if case .requested(let authorities) = configuration.clientCertificate { sources.append(authorities) }
    if let list = configuration.revocationList { sources.append(list) }
    return sources.compactMap { source in
      if case .file(let path) = source { path } else { nil }
    }
  }
}

extension RPCServer {
  /// Reads certificates, keys, authorities and revocation lists again. New connections are made with them; connections of
  /// peers whose certificate they no longer accept are closed, all others go on.
  /// - Throws: `TLSError` naming the file that does not do; the server goes on with what it had.
  public func reloadTLS() throws(TLSError) {
    guard let tls else { return }
    let context = try tls.reload()
    configuration.logger.info("certificates reloaded", metadata: ["subject": "\(context.ownSubject ?? "")"])
    forEachConnection { $0.checkPeer(against: context) }
  }

  /// Reloads when one of the files has changed.
  func watchFiles(on group: any EventLoopGroup) {
    guard let tls, configuration.fileWatchSeconds > 0, !tls.files.isEmpty else { return }
    let watcher = FileWatcher(tls.files)
    let period = TimeAmount.seconds(Int64(configuration.fileWatchSeconds))
    group.next().scheduleRepeatedTask(initialDelay: period, delay: period) { [weak self] task in
      guard let self else { return task.cancel() }
      // A look at a file may wait for a disk, which an event loop may not.
      NIOThreadPool.singleton.submit { [self] _ in
        if watcher.hasChanged() { reloadOrGoOn() }
      }
    }
  }

  private func reloadOrGoOn() {
    do {
      try reloadTLS()
    } catch {
      // Certificate and key are rarely replaced at the same moment: the next change is looked at again.
      configuration.logger.error(
        "certificates are not reloaded, the server goes on with those it has", metadata: ["reason": "\(error)"])
    }
  }
}

extension ServerConnection {
  /// Closes the connection if the peer's certificate, accepted so far, is no longer.
  func checkPeer(against context: TLSContext) {
    guard phase == .open, let certificate = peer.certificate, let session = security as? TLSSession,
      let reason = session.rejection(by: context)
    else { return }
    shared.logger.notice(
      "connection closed: the client certificate is no longer accepted",
      metadata: ["peer": "\(address)", "subject": "\(certificate.subject)", "reason": "\(reason)"])
    sendAway(.closedHere("the client certificate of \(certificate.subject) is no longer accepted: \(reason)"))
  }
}

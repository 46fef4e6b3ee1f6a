// TLS sessions that a client may take up again: a connection made anew costs a fraction of a full handshake.

import COpenSSL
import Synchronization

/// The sessions that servers have offered, by server. From any thread.
final class ClientSessions: Sendable {
  /// Owns a reference to an `SSL_SESSION`.
  ///
  /// `@unchecked Sendable` holds because libssl counts references atomically and nothing changes a session once it is offered.
  final class Session: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
      self.pointer = pointer
    }

    deinit {
      SSL_SESSION_free(pointer)
    }
  }

  /// Sessions kept for a server. 4: a server gives two tickets a handshake, and each is used once (RFC 8446 §C.4), so that an
  /// observer cannot tell that two connections are of one client.
  static let maxEach = 4
  /// Servers with sessions. 256: more addresses than a name has.
  static let maxServers = 256

  private let held = Mutex<[String: [Session]]>([:])

  func add(_ session: Session, for server: String) {
    held.withLock { held in
      guard held[server] != nil || held.count < Self.maxServers else { return }
      held[server, default: []].append(session)
      if held[server, default: []].count > Self.maxEach { held[server]?.removeFirst() }
    }
  }

  /// The session that came last, which is forgotten here; nil if there is none.
  func take(for server: String) -> Session? {
    held.withLock { $0[server]?.popLast() }
  }
}

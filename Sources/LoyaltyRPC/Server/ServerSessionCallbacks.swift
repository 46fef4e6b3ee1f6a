// nghttp2's callbacks for a server's connection: from C to methods, nothing else.

import CNGHTTP2

extension ServerConnection {
  /// Made once for the process; nghttp2 copies what is in it.
  ///
  /// `nonisolated(unsafe)` holds because it is written before anyone else sees it and only read after.
  nonisolated(unsafe) private static let callbacks: OpaquePointer? = {
    var callbacks: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, user in
      guard let header, let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef { $0.frameBegins(header.pointee) }
    }
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef { $0.headersBegin(frame) }
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let frame, let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef {
        $0.header(
          frame, UnsafeRawBufferPointer(start: name, count: nameLength),
          UnsafeRawBufferPointer(start: value, count: valueLength))
      }
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, flags, stream, data, count, user in
      guard let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef {
        $0.data(
          stream, UnsafeRawBufferPointer(start: data, count: count),
          endsStream: flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0)
      }
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef { $0.frameReceived(frame) }
    }
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef { $0.frameSent(frame) }
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
      guard let user else { return 0 }
      return ServerConnection.of(user)._withUnsafeGuaranteedRef { $0.streamClosed(stream, code) }
    }
    return callbacks
  }()

  /// nghttp2's answer to a stream's want of data.
  static let readReply: nghttp2_data_source_read_callback = { _, stream, buffer, capacity, flags, source, user in
    guard let buffer, let flags, let source, let user else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
    return ServerConnection.of(user)._withUnsafeGuaranteedRef {
      $0.readReply(
        stream, slot: Int(source.pointee.fd), into: buffer, capacity: min(capacity, longestData), flags: flags)
    }
  }

  /// The session belongs to its connection, so it is there during each callback: no callback retains it. A tenth of a small
  /// call's time went there.
  private static func of(_ user: UnsafeMutableRawPointer) -> Unmanaged<ServerConnection> {
    Unmanaged<ServerConnection>.fromOpaque(user)
  }

  /// A session whose user data is this connection, which outlives it.
  func newSession() -> OpaquePointer? {
    var option: OpaquePointer?
    guard let callbacks = Self.callbacks, nghttp2_option_new(&option) == 0 else { return nil }
    defer { nghttp2_option_del(option) }
    // The window opens as handlers take what came, not as it comes.
    nghttp2_option_set_no_auto_window_update(option, 1)
    // Closed streams are not kept for RFC 7540's priorities, which are off.
    nghttp2_option_set_no_closed_streams(option, 1)
    // Answers to PING and SETTINGS that wait for a peer that does not read (CVE-2019-9512, -9515).
    nghttp2_option_set_max_outbound_ack(option, 100)
    // Header blocks cut into many CONTINUATION frames (CVE-2024-28182).
    nghttp2_option_set_max_continuations(option, 8)
    // Streams opened and reset (CVE-2023-44487): a burst, then so many a second.
    nghttp2_option_set_stream_reset_rate_limit(option, 1_000, 100)
    var session: OpaquePointer?
    var memory = resources.sessionMemory.functions
    guard
      nghttp2_session_server_new3(
        &session, callbacks, Unmanaged.passUnretained(self).toOpaque(), option, &memory) == 0
    else { return nil }
    return session
  }
}

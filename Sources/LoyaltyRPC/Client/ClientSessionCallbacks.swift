// nghttp2's callbacks for a client's connection: from C to methods, nothing else.

import CNGHTTP2

extension ClientConnection {
  /// Made once for the process; nghttp2 copies what is in it.
  ///
  /// `nonisolated(unsafe)` holds because it is written before anyone else sees it and only read after.
  nonisolated(unsafe) private static let callbacks: OpaquePointer? = {
    var callbacks: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      return ClientConnection.of(user).headersBegin(frame.pointee.hd.stream_id)
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let frame, let user else { return 0 }
      return ClientConnection.of(user).header(
        frame.pointee.hd.stream_id, UnsafeRawBufferPointer(start: name, count: nameLength),
        UnsafeRawBufferPointer(start: value, count: valueLength))
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, user in
      guard let user else { return 0 }
      return ClientConnection.of(user).data(stream, UnsafeRawBufferPointer(start: data, count: count))
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      return ClientConnection.of(user).frameReceived(frame)
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
      guard let user else { return 0 }
      return ClientConnection.of(user).streamClosed(stream, code)
    }
    return callbacks
  }()

  static let readRequest: nghttp2_data_source_read_callback = { _, stream, buffer, capacity, flags, source, user in
    guard let buffer, let flags, let source, let user else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
    return ClientConnection.of(user).readRequest(
      stream, slot: Int(source.pointee.fd), into: buffer, capacity: capacity, flags: flags)
  }

  private static func of(_ user: UnsafeMutableRawPointer) -> ClientConnection {
    Unmanaged<ClientConnection>.fromOpaque(user).takeUnretainedValue()
  }

  /// A session whose user data is this connection, which outlives it.
  func newSession() -> OpaquePointer? {
    var option: OpaquePointer?
    guard let callbacks = Self.callbacks, nghttp2_option_new(&option) == 0 else { return nil }
    defer { nghttp2_option_del(option) }
    nghttp2_option_set_no_auto_window_update(option, 1)
    nghttp2_option_set_no_closed_streams(option, 1)
    nghttp2_option_set_max_outbound_ack(option, 100)
    nghttp2_option_set_max_continuations(option, 8)
    // Until the server's SETTINGS say otherwise (RFC 9113 §6.5.2 advises servers to allow as many).
    nghttp2_option_set_peer_max_concurrent_streams(option, 100)
    var session: OpaquePointer?
    var memory = resources.sessionMemory.functions
    guard
      nghttp2_session_client_new3(
        &session, callbacks, Unmanaged.passUnretained(self).toOpaque(), option, &memory) == 0
    else { return nil }
    return session
  }
}

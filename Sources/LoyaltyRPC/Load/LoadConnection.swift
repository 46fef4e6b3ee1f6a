// One connection of a load generator: a table of slots, each with at most one call.

import CNGHTTP2
import NIOCore

/// Calls that differ in their request only, on `eventLoop` only.
///
/// `@unchecked Sendable` for the reason given at its superclass.
final class LoadConnection: HTTP2Connection, @unchecked Sendable {
  private struct Slot {
    var stream: Int32 = 0
    var request: [UInt8] = []
    var position = 0
    var due: UInt64 = 0
    var sent: UInt64 = 0
    /// `grpc-status`; -1 until it has come.
    var status = -1
    var httpStatus = 0
    var responses = ResponseCounter()
    var message: String?
  }

  let index: Int
  private let generator: LoadGenerator
  private var slots: [Slot]
  private var free: [Int]
  private var isDraining = false

  init(_ generator: LoadGenerator, index: Int, security: any ConnectionSecurity, resources: LoopResources) {
    self.generator = generator
    self.index = index
    slots = Array(repeating: Slot(), count: generator.plan.streams)
    free = Array((0..<generator.plan.streams).reversed())
    super.init(
      eventLoop: generator.eventLoop, limits: generator.configuration.limits, security: security, resources: resources)
  }

  // MARK: - The connection

  var isOpen: Bool { phase == .open && !isDraining }

  /// Calls at once that the server allows; nil if it does not say.
  var allowedStreams: Int? {
    guard let session else { return nil }
    let allowed = nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
    return allowed == UInt32.max ? nil : Int(allowed)
  }

  override func makeSession() -> OpaquePointer? {
    var option: OpaquePointer?
    guard let callbacks = Self.callbacks, nghttp2_option_new(&option) == 0 else { return nil }
    defer { nghttp2_option_del(option) }
    nghttp2_option_set_no_closed_streams(option, 1)
    nghttp2_option_set_max_continuations(option, 8)
    nghttp2_option_set_peer_max_concurrent_streams(option, 100)
    var session: OpaquePointer?
    var memory = resources.sessionMemory.functions
    guard
      nghttp2_session_client_new3(
        &session, callbacks, Unmanaged.passUnretained(self).toOpaque(), option, &memory) == 0,
      let session
    else { return nil }
    let settings = [
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(clamping: min(limits.streamWindowBytes, Int(Int32.max)))),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(clamping: limits.maxHeaderListBytes)),
    ]
    nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
    // Responses of many calls share it: as much as h2load opens.
    nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, (1 << 30) - 1)
    return session
  }

  override func opened() { generator.opened(self) }

  override func ended(_ end: ConnectionEnd) {
    isDraining = true
    let now = LoadGenerator.now
    for slot in slots.indices where slots[slot].stream != 0 {
      finish(slot, .unavailable, "the connection is gone: \(end)", now)
    }
    generator.lost(self, end)
  }

  override func settled() {
    guard let session else { return }
    if isDraining, free.count == slots.count {
      end(.closedHere("the server takes no more calls on this connection"))
    } else if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 {
      end(endOfSession)
    }
  }

  func stop() {
    isDraining = true
    let now = LoadGenerator.now
    for slot in slots.indices where slots[slot].stream != 0 { finish(slot, .cancelled, "", now) }
    if let session, phase == .open {
      nghttp2_submit_goaway(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
    }
    end(.closedHere("the load is over"))
  }

  // MARK: - Calls

  func submit(_ frames: [UInt8], due: UInt64, now: UInt64) -> Bool {
    guard isOpen, let session, let slot = free.popLast() else { return false }
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readRequest
    let headers = generator.headers.fields
    let stream = nghttp2_submit_request(
      session, nil, headers.baseAddress, headers.count, &provider, UnsafeMutableRawPointer(bitPattern: slot + 1))
    guard stream > 0 else {
      // Stream numbers are used up, or the server has sent GOAWAY.
      free.append(slot)
      isDraining = true
      return false
    }
    slots[slot] = Slot(stream: stream, request: frames, due: due, sent: now)
    setNeedsFlush()
    return true
  }

  func endCalls(sentBefore limit: UInt64) {
    guard let session else { return }
    let now = LoadGenerator.now
    for slot in slots.indices where slots[slot].stream != 0 && slots[slot].sent < limit {
      nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), slots[slot].stream, UInt32(NGHTTP2_CANCEL.rawValue))
      setNeedsFlush()
      finish(slot, .deadlineExceeded, "the time of the call is over", now)
    }
  }

  private func finish(_ slot: Int, _ status: StatusCode, _ message: String, _ now: UInt64) {
    let call = slots[slot]
    slots[slot].stream = 0
    slots[slot].request = []
    free.append(slot)
    generator.ended(
      LoadOutcome(
        status: status, message: message, due: call.due, sent: call.sent, ended: now,
        responses: call.responses.messages, connection: index))
  }

  /// The slot of a stream whose call has not ended.
  private func slot(of stream: Int32) -> Int? {
    guard let session, let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    let slot = Int(bitPattern: data) - 1
    return slots.indices.contains(slot) && slots[slot].stream == stream ? slot : nil
  }

  // MARK: - Callbacks of nghttp2

  private func readRequest(
    slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int, flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let position = slots[slot].position
    let count = min(capacity, slots[slot].request.count - position)
    if count > 0 {
      slots[slot].request.withUnsafeBytes { raw in
        if let base = raw.baseAddress {
          UnsafeMutableRawPointer(buffer).copyMemory(from: base + position, byteCount: count)
        }
      }
    }
    slots[slot].position = position + count
    if position + count == slots[slot].request.count { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return count
  }

  private func header(_ stream: Int32, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    switch name.count {
    case 11 where name.equals("grpc-status"):
      if let slot = slot(of: stream) { slots[slot].status = Self.number(value) ?? StatusCode.unknown.rawValue }
    case 12 where name.equals("grpc-message"):
      if let slot = slot(of: stream) { slots[slot].message = PercentEncoding.decode(value) }
    case 7 where name.equals(":status"):
      if let slot = slot(of: stream) { slots[slot].httpStatus = Self.number(value) ?? 0 }
    default: break
    }
  }

  private static func number(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 4 else { return nil }
    var number = 0
    for byte in bytes {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    return number
  }

  private func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let slot = slot(of: stream) else { return }
    slots[slot].responses.receive(bytes)
  }

  private func streamClosed(_ stream: Int32, _ code: UInt32) {
    guard let slot = slot(of: stream) else { return }
    let call = slots[slot]
    let now = LoadGenerator.now
    if call.status > 0 {
      finish(slot, StatusCode(rawValue: call.status) ?? .unknown, call.message ?? "", now)
    } else if code != NGHTTP2_NO_ERROR.rawValue {
      let reason = String(cString: nghttp2_http2_strerror(code))
      finish(slot, StatusCode(http2Reset: code), "the server reset the call (\(reason))", now)
    } else if call.status < 0 {
      let status = call.httpStatus == 200 ? .unknown : StatusCode(httpStatus: call.httpStatus)
      finish(slot, status, "HTTP status \(call.httpStatus) and no grpc-status", now)
    } else if generator.method.kind.givesOneResponse, call.responses.messages != 1 {
      finish(slot, .internal, "OK with \(call.responses.messages) messages where one is due", now)
    } else if !call.responses.isComplete {
      finish(slot, .internal, "the response ended within a message", now)
    } else {
      finish(slot, .ok, "", now)
    }
  }

  private static let readRequest: nghttp2_data_source_read_callback = { _, _, buffer, capacity, flags, source, user in
    guard let buffer, let flags, let source, let user else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
    return of(user).readRequest(slot: Int(source.pointee.fd), into: buffer, capacity: capacity, flags: flags)
  }

  private static func of(_ user: UnsafeMutableRawPointer) -> LoadConnection {
    Unmanaged<LoadConnection>.fromOpaque(user).takeUnretainedValue()
  }

  /// Made once for the process; nghttp2 copies what is in it.
  ///
  /// `nonisolated(unsafe)` holds because it is written before anyone else sees it and only read after.
  nonisolated(unsafe) private static let callbacks: OpaquePointer? = {
    var callbacks: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let frame, let user else { return 0 }
      of(user).header(
        frame.pointee.hd.stream_id, UnsafeRawBufferPointer(start: name, count: nameLength),
        UnsafeRawBufferPointer(start: value, count: valueLength))
      return 0
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, user in
      guard let user else { return 0 }
      of(user).data(stream, UnsafeRawBufferPointer(start: data, count: count))
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let frame, let user else { return 0 }
      switch UInt32(frame.pointee.hd.type) {
      case NGHTTP2_SETTINGS.rawValue: of(user).peerHasSpoken()
      case NGHTTP2_GOAWAY.rawValue: of(user).isDraining = true
      default: break
      }
      return 0
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
      guard let user else { return 0 }
      of(user).streamClosed(stream, code)
      return 0
    }
    return callbacks
  }()
}

/// Counts the messages of one response without keeping them. A value.
struct ResponseCounter {
  private(set) var messages = 0
  /// Bytes of the message under way that have not come.
  private var missing = 0
  /// What has come of a prefix that a frame cut.
  private var prefix: UInt64 = 0
  private var prefixCount = 0

  /// True between messages.
  var isComplete: Bool { missing == 0 && prefixCount == 0 }

  mutating func receive(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    while position < bytes.count {
      if missing > 0 {
        let count = min(missing, bytes.count - position)
        missing -= count
        position += count
        if missing == 0 { messages += 1 }
        continue
      }
      prefix = prefix << 8 | UInt64(bytes[position])
      prefixCount += 1
      position += 1
      guard prefixCount == MessageDeframer.prefixLength else { continue }
      missing = Int(prefix & 0xffff_ffff)
      prefix = 0
      prefixCount = 0
      if missing == 0 { messages += 1 }
    }
  }
}

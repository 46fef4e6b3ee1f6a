// What nghttp2 tells of: header fields, data and ends of streams, on their way to a call.

import CNGHTTP2
import NIOCore

extension ServerConnection {
  /// Counts what carries nothing of a call.
  func frameBegins(_ header: nghttp2_frame_hd) -> Int32 {
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue, NGHTTP2_CONTINUATION.rawValue, NGHTTP2_WINDOW_UPDATE.rawValue:
      break
    case NGHTTP2_HEADERS.rawValue:
      checkOrder(of: header.stream_id)
    case NGHTTP2_PRIORITY.rawValue where header.stream_id == 0:
      // RFC 9113 §6.3; nghttp2 looks at none of these frames where priorities are off.
      breakOff(NGHTTP2_PROTOCOL_ERROR)
    case NGHTTP2_PING.rawValue where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
      notePing()
    case NGHTTP2_PING.rawValue:
      noteClientPing()
    case NGHTTP2_SETTINGS.rawValue:
      peerHasSpoken()
      noteControlFrame()
    default:
      noteControlFrame()
    }
    return 0
  }

  func headersBegin(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    headerBlockBytes = 0
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, let session else { return 0 }
    pingStrikes = 0
    let stream = frame.pointee.hd.stream_id
    guard runningCalls < limits.maxConcurrentStreams else {
      // What follows of the stream may be here already.
      streamOrder.hasReset = true
      nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(NGHTTP2_REFUSED_STREAM.rawValue))
      return 0
    }
    let slot = open(stream)
    currentSlot = slot
    nghttp2_session_set_stream_user_data(session, stream, UnsafeMutableRawPointer(bitPattern: slot + 1))
    return 0
  }

  func header(
    _ frame: UnsafePointer<nghttp2_frame>, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) -> Int32 {
    headerBlockBytes += name.count + value.count
    if headerBlockBytes > headerLimits.maxReadBytes { return ignoreHeaders(frame.pointee.hd.stream_id) }
    // Trailers of a request mean nothing in gRPC.
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, let slot = slot(of: frame.pointee.hd.stream_id) else {
      return 0
    }
    streams[slot].head.receive(name: name, value: value, methods: paths, limits: headerLimits)
    return 0
  }

  /// A header block far beyond the limit: its stream is reset, and nghttp2 tells of no more of its fields.
  private func ignoreHeaders(_ stream: Int32) -> Int32 {
    if let session {
      nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue))
    }
    return Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  }

  func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      guard let slot = slot(of: header.stream_id) else { return 0 }
      if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST { begin(slot) }
      if endsStream { requestEnded(header.stream_id) }
    case NGHTTP2_DATA.rawValue:
      // The length of the padding includes its own byte.
      if header.length <= frame.pointee.data.padlen, !endsStream { noteControlFrame() }
      if endsStream { requestEnded(header.stream_id) }
    case NGHTTP2_PING.rawValue where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
      let isOfDrain = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { $0.elementsEqual(Self.drainPing) }
      if isOfDrain { finishDrain() }
    default:
      break
    }
    return 0
  }

  func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer, endsStream: Bool) -> Int32 {
    unconsumed += bytes.count
    pingStrikes = 0
    guard let slot = slot(of: stream), streams[slot].call != nil || streams[slot].head.isAccepted else {
      consume(stream, bytes.count)
      if let slot = slot(of: stream), let web = streams[slot].head.web { discard(bytes.count, slot, web) }
      return 0
    }
    if streams[slot].state.kind.takesOneRequest {
      if borrowed != nil { inputTaken() }
      if endsStream, streams[slot].head.web == nil, streams[slot].deframer.isEmpty,
        bytes.count >= MessageDeframer.prefixLength, bytes[0] == 0,
        streams[slot].state.messagesReceived == 0, isOneMessage(bytes)
      {
        do {
          try streams[slot].state.receiveMessages(1)
        } catch {
          refuse(slot, error)
          return 0
        }
        borrowed = (slot, UnsafeRawBufferPointer(rebasing: bytes[MessageDeframer.prefixLength...]))
        return 0
      }
      if !endsStream { consume(stream, bytes.count) }
    }
    receive(slot, bytes)
    return 0
  }

  func isOneMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let length = Int(bytes[1]) << 24 | Int(bytes[2]) << 16 | Int(bytes[3]) << 8 | Int(bytes[4])
    return length == bytes.count - MessageDeframer.prefixLength && length <= limits.maxReceivedMessageBytes
  }

  func consume(_ stream: Int32, _ count: Int) {
    guard let session else { return }
    nghttp2_session_consume_stream(session, stream, count)
  }

  /// The slow way of request bytes: messages in pieces, compressed ones, streams.
  func receive(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
    var whole: [IncomingMessages.Entry] = []
    // Before a mistake is answered: what came ahead of it is read first.
    func pushWhole() {
      guard !whole.isEmpty, let requests = streams[slot].requests, let call = streams[slot].call else { return }
      requests.push(whole, owner: call)
    }
    do throws(RPCError) {
      try hold(bytes.count, slot)
      for run in try takeMessages(slot, bytes) {
        try streams[slot].state.receiveMessages(run.count)
        let encoding = streams[slot].head.encoding
        if run.isCompressed, encoding == .identity {
          throw RPCError(.internal, "a message is marked as compressed, but grpc-encoding names no compression")
        }
        guard streams[slot].requests != nil, streams[slot].call != nil else {
          // Decompressed once the call begins: until then it takes what it counts for.
          streams[slot].requestIsCompressed = run.isCompressed
          streams[slot].request = run.first
          continue
        }
        whole.append(
          IncomingMessages.Entry(
            run: run, encoding: run.isCompressed ? encoding : .identity, givenBack: streams[slot].window.complete()))
      }
      if !whole.isEmpty { try hold(whole.count * IncomingMessages.Entry.overhead, slot) }
      pushWhole()
      openWindow(slot)
    } catch {
      pushWhole()
      refuse(slot, error)
    }
  }

  /// Everything that comes counts until it is taken or the stream is over.
  /// - Throws: RESOURCE_EXHAUSTED if that is more than may wait.
  func hold(_ count: Int, _ slot: Int) throws(RPCError) {
    streams[slot].bufferedBytes += count
    bufferedBytes += count
    guard bufferedBytes <= limits.maxBufferedBytes else {
      throw RPCError(
        .resourceExhausted,
        "the connection holds more than \(limits.maxBufferedBytes) bytes of requests that wait for their handlers")
    }
    guard mayHold(0) else { throw budgetError }
  }

  private func takeMessages(
    _ slot: Int, _ bytes: UnsafeRawBufferPointer
  ) throws(RPCError) -> [MessageRun] {
    guard let web = streams[slot].head.web else { return try streams[slot].deframer.takeWhole(bytes) }
    return try web.body.receive(bytes, &streams[slot].deframer)
  }

  /// Gives back what has come of an incomplete message of a stream, if it may.
  func openWindow(_ slot: Int) {
    guard let requests = streams[slot].requests else { return }
    let held = streams[slot].deframer.heldBytes
    guard held > streams[slot].window.givenBack, requests.isEmptyOrWillTell() else { return }
    consume(streams[slot].id, streams[slot].window.release(held: held))
  }

  func requestEnded(_ stream: Int32) {
    guard let slot = slot(of: stream) else { return }
    streams[slot].requestHasEnded = true
    guard streams[slot].head.isAccepted else { return }
    do {
      if let web = streams[slot].head.web { try endWebRequest(slot, web) }
      try streams[slot].state.receiveEnd(isBetweenMessages: streams[slot].deframer.isEmpty)
    } catch {
      refuse(slot, error)
      return
    }
    guard streams[slot].state.kind.takesOneRequest else {
      streams[slot].requests?.end()
      return
    }
    if let (owner, bytes) = borrowed, owner == slot {
      borrowed = nil
      start(slot, bytes)
    } else {
      let request = streams[slot].request
      streams[slot].request = ReceivedMessage()
      let held = streams[slot].bufferedBytes - streams[slot].headBytes
      bufferedBytes -= held
      streams[slot].bufferedBytes -= held
      guard streams[slot].requestIsCompressed else {
        request.withBytes { start(slot, $0) }
        return
      }
      do throws(RPCError) {
        let message = try Compression.decompress(
          request.bytes, streams[slot].head.encoding, limit: limits.maxReceivedMessageBytes)
        message.withUnsafeBytes { start(slot, $0) }
      } catch {
        refuse(slot, error)
      }
    }
  }

  /// A frame has gone out.
  func frameSent(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    switch UInt32(frame.pointee.hd.type) {
    case NGHTTP2_HEADERS.rawValue:
      return responseSent(frame)
    case NGHTTP2_DATA.rawValue:
      return responseSent(frame)
    case NGHTTP2_RST_STREAM.rawValue:
      streamOrder.hasReset = true
      // Whatever made it necessary, the peer did it.
      if frame.pointee.rst_stream.error_code != NGHTTP2_NO_ERROR.rawValue { noteControlFrame() }
    default:
      break
    }
    return 0
  }

  /// If that was the last frame of a response, a request that is still coming is of no use any more.
  private func responseSent(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let slot = slot(of: header.stream_id), !streams[slot].requestHasEnded, let session
    else { return 0 }
    // Clients of the web take a reset for a failure even after the whole response (curl until 8): they may say the rest,
    // within limits.
    if streams[slot].head.web != nil { return 0 }
    // NO_ERROR: the response stands (RFC 9113 §8.1).
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), header.stream_id, UInt32(NGHTTP2_NO_ERROR.rawValue))
    return 0
  }

  func streamClosed(_ stream: Int32, _ code: UInt32) -> Int32 {
    guard let slot = slot(of: stream) else { return 0 }
    close(slot, RPCError(.cancelled, "the client reset the call (\(String(cString: nghttp2_http2_strerror(code))))"))
    return 0
  }
}

// From what a handler returns to frames: one reply or a stream of them, the status, and replies held at a gate.

import CNGHTTP2
import NIOCore
import ProtobufRuntime

extension ServerConnection {
  // MARK: - From the handler to the wire

  /// A handler has returned its one response: it is encoded straight into the connection's memory.
  func answer<R: Message>(_ call: ServerContext, _ response: R, _ ending: ServerContext.Ending) {
    if let web = call.web {
      // A reply that is more than bytes behind a prefix takes the way of those that were made elsewhere.
      do {
        answer(call, frame: try web.frame(response, shared.json, limits), ending)
      } catch {
        fail(call, error, ending)
      }
      return
    }
    response.withSerializedBytes { answer(call, $0, ending) }
  }

  /// The same for a response whose bytes are there.
  func answer(_ call: ServerContext, _ body: UnsafeRawBufferPointer, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    do {
      try limits.checkSent(body.count)
      try checkQueued(body.count)
    } catch {
      respond(call, .failed(error), ending)
      return
    }
    let (arena, range) = resources.replies.reserve(MessageDeframer.prefixLength + body.count)
    MessageFrame.write(body, to: arena[range])
    queue(ReplyBytes(arena, range), call.slot)
    respond(call, .ok(ending.trailers), ending)
  }

  /// The same for a handler that ended on another thread and encoded there.
  func answer(_ call: ServerContext, frame: [UInt8], _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    var frame = frame
    if let web = call.web { frame = answerWeb(call, web, frame: frame, ending.trailers) }
    do {
      try checkQueued(frame.count)
    } catch {
      respond(call, .failed(error), ending)
      return
    }
    let (arena, range) = resources.replies.reserve(frame.count)
    arena[range].copyBytes(from: frame)
    queue(ReplyBytes(arena, range), call.slot)
    respond(call, .ok(ending.trailers), ending)
  }

  func queue(_ reply: ReplyBytes, _ slot: Int) {
    queuedReplyBytes += reply.count
    streams[slot].reply = reply
  }

  func dropReply(_ slot: Int) {
    queuedReplyBytes -= streams[slot].reply.count
    streams[slot].reply.discard()
  }

  /// - Throws: RESOURCE_EXHAUSTED if one more reply is more than may wait. A single one may always.
  private func checkQueued(_ count: Int) throws(RPCError) {
    guard mayHold(count) else { throw budgetError }
    guard queuedReplyBytes > 0, queuedReplyBytes + count > limits.maxQueuedReplyBytes else { return }
    throw RPCError(
      .resourceExhausted,
      "\(queuedReplyBytes) bytes of replies wait for the client, and this one of \(count) would go beyond the limit of "
        + "\(limits.maxQueuedReplyBytes): read them, or make fewer calls at once")
  }

  /// A streaming handler has ended.
  func succeed(_ call: ServerContext, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    respond(call, .ok(ending.trailers), ending)
  }

  func fail(_ call: ServerContext, _ error: RPCError, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    var error = error
    error.metadata.append(contentsOf: ending.trailers)
    respond(call, .failed(error), ending)
  }

  /// The status is known: the response goes out, or waits at a gate.
  func respond(_ call: ServerContext, _ trailers: ServerStream.Trailers, _ ending: ServerContext.Ending) {
    let slot = call.slot
    streams[slot].trailers = trailers
    streams[slot].replyEncoding = ending.encoding
    if let hold = ending.hold, !hold.gate.isOpen(for: hold.position) {
      streams[slot].isHeld = true
      streams[slot].initialMetadata = ending.initialMetadata
      runningCalls += 1
      heldReplies(at: hold.gate).append(hold.position, slot: slot, streamID: call.streamID, connection: self)
      // A handler that had suspended is past `afterStart`; its deadline is watched already.
      return
    }
    if let hold = ending.hold, hold.gate.position < hold.position, let failure = hold.gate.failure {
      dropReply(slot)
      streams[slot].trailers = .failed(failure)
    }
    streams[slot].initialMetadata = ending.initialMetadata
    send(slot)
    setNeedsFlush()
  }

  /// Where replies wait at a gate; asked for once, as nearly all of a connection's replies wait at the same one.
  private func heldReplies(at gate: ReplyGate) -> HeldReplies {
    if let lastGate, lastGate.gate === gate { return lastGate.queue }
    let queue = gate.heldReplies(on: eventLoop)
    lastGate = (gate, queue)
    return queue
  }

  /// A gate lets a held reply go. The caller flushes.
  func release(slot: Int, streamID: Int32, failure: RPCError?) {
    handlerEnded()
    guard phase == .open, streams[slot].id == streamID, streams[slot].isHeld else { return }
    streams[slot].isHeld = false
    if let failure {
      dropReply(slot)
      streams[slot].trailers = .failed(failure)
    }
    send(slot)
  }

  /// Hands the response of a call whose status is known to nghttp2.
  func send(_ slot: Int) {
    guard let session, let call = streams[slot].call else { return }
    switch streams[slot].trailers {
    case .pending: return
    case .ok: report(call, slot, .ok, "")
    case .failed(let error): report(call, slot, error.code, error.message)
    }
    if let web = call.web {
      sendWeb(slot, web, call)
      return
    }
    if streams[slot].responses != nil || call.hasResponses {
      if streams[slot].responses == nil { streams[slot].responses = call.responses }
      streams[slot].responses?.finish(owner: call)
      if streams[slot].state.response == .nothingSent, case .failed(let error) = streams[slot].trailers {
        streams[slot].responses?.fail(error)
        sendTrailersOnly(slot, error)
        return
      }
      sendHeadersIfNeeded(slot)
      return
    }
    guard streams[slot].state.response == .nothingSent else {
      // The headers went ahead of the message.
      resumeIfDeferred(slot)
      return
    }
    if case .failed(let error) = streams[slot].trailers {
      sendTrailersOnly(slot, error)
      return
    }
    guard streams[slot].state.sendMessage() == true else { return }
    submitResponse(session, slot)
  }

  private func resumeIfDeferred(_ slot: Int) {
    guard streams[slot].isDeferred, let session else { return }
    streams[slot].isDeferred = false
    nghttp2_session_resume_data(session, streams[slot].id)
  }

  /// Sends the response headers of a call that has not been answered.
  func sendHeaders(_ call: ServerContext) {
    // Where the status decides on the head, as Connect has it, the head waits for it.
    guard isAlive(call), call.web == nil, !streams[call.slot].isHeld, streams[call.slot].state.response == .nothingSent
    else { return }
    if call.hasResponses, streams[call.slot].responses == nil { streams[call.slot].responses = call.responses }
    sendHeadersIfNeeded(call.slot)
    setNeedsFlush()
  }

  func submitResponse(_ session: OpaquePointer, _ slot: Int) {
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readReply
    if let web = streams[slot].head.web, let form = web.form {
      streams[slot].endsWithBody = true
      webHead(slot, web, form).withFields { fields, count in
        _ = nghttp2_submit_response(session, streams[slot].id, fields, count, &provider)
      }
      return
    }
    let headers = StaticHeaders.response
    if streams[slot].initialMetadata.isEmpty, streams[slot].replyEncoding == .identity {
      nghttp2_submit_response(session, streams[slot].id, headers.fields, headers.count, &provider)
    } else {
      var block = HeaderBlock()
      block.add(":status", "200")
      block.add("content-type", "application/grpc")
      if streams[slot].replyEncoding != .identity { block.add("grpc-encoding", streams[slot].replyEncoding.name) }
      block.add(streams[slot].initialMetadata)
      block.withFields { fields, count in
        _ = nghttp2_submit_response(session, streams[slot].id, fields, count, &provider)
      }
    }
  }

  /// A response that is a status and nothing else.
  func sendTrailersOnly(_ slot: Int, _ error: RPCError) {
    if let form = streams[slot].head.web?.form {
      sendWebRefusal(slot, form, error, initial: Metadata())
      return
    }
    guard let session, streams[slot].state.sendStatus() == true else { return }
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", "application/grpc")
    if error.code == .unimplemented { block.add("grpc-accept-encoding", MessageEncoding.accepted) }
    block.add(status: error)
    block.withFields { fields, count in
      _ = nghttp2_submit_response(session, streams[slot].id, fields, count, nil)
    }
  }

  /// Ends a call whose handler has not answered: it was refused, or its time is over.
  func refuse(_ slot: Int, _ error: RPCError) {
    guard streams[slot].state.response != .ended else { return }
    streams[slot].isHeld = false
    dropReply(slot)
    if let call = streams[slot].call {
      call.cancel(error)
      report(call, slot, error.code, error.message)
    } else {
      reportRefused(slot, error)
    }
    streams[slot].requests?.end(error)
    streams[slot].request = ReceivedMessage()
    streams[slot].trailers = .failed(error)
    // The handler's own end finds another call here, and is dropped.
    streams[slot].call = nil
    streams[slot].head.refuse()
    if streams[slot].state.response == .nothingSent {
      sendTrailersOnly(slot, error)
    } else if !hasRoom(slot) {
      // The status would wait behind the window of a client that does not read.
      reset(slot)
    } else if let form = streams[slot].head.web?.form {
      cutOffWeb(slot, form)
    } else {
      resumeIfDeferred(slot)
    }
    setNeedsFlush()
  }

  /// The client has opened its windows for data of this stream.
  private func hasRoom(_ slot: Int) -> Bool {
    guard let session else { return false }
    return nghttp2_session_get_stream_remote_window_size(session, streams[slot].id) > 0
      && nghttp2_session_get_remote_window_size(session) > 0
  }

  /// Ends a stream without its status.
  func reset(_ slot: Int) {
    guard let session else { return }
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), streams[slot].id, UInt32(NGHTTP2_CANCEL.rawValue))
  }

  // MARK: - Streams of responses

  /// A streaming handler has queued messages, or nothing more follows.
  func resume(_ call: ServerContext) {
    guard isAlive(call) else { return }
    let slot = call.slot
    if streams[slot].responses == nil { streams[slot].responses = call.responses }
    if streams[slot].isHeld { return }
    sendHeadersIfNeeded(slot)
    setNeedsFlush()
  }

  func sendHeadersIfNeeded(_ slot: Int) {
    guard let session else { return }
    if streams[slot].state.response == .nothingSent {
      guard streams[slot].state.sendHeaders() else { return }
      if let call = streams[slot].call {
        (streams[slot].initialMetadata, streams[slot].replyEncoding) = call.settleHeaders()
      }
      submitResponse(session, slot)
    } else {
      resumeIfDeferred(slot)
    }
  }

  /// A streaming handler has taken messages: the client may send as many bytes more.
  func taken(window: Int, size: Int, by call: ServerContext) {
    guard isAlive(call) else { return }
    let slot = call.slot
    let returned = min(size, streams[slot].bufferedBytes)
    streams[slot].bufferedBytes -= returned
    bufferedBytes -= returned
    consume(call.streamID, window)
    openWindow(slot)
    setNeedsFlush()
  }

  /// nghttp2 has room for this stream's data.
  func readReply(
    _ stream: Int32, slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int,
    flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard streams.indices.contains(slot), streams[slot].id == stream else {
      return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    var count = 0
    if let responses = streams[slot].responses {
      switch responses.take(into: buffer, capacity: capacity) {
      case .bytes(let taken):
        count = taken
        creditPing()
      case .wait, .finished: break
      }
      var isLast = responses.isDrained
      if case .pending = streams[slot].trailers { isLast = false }
      if streams[slot].isHeld { isLast = false }
      if !isLast {
        if count == 0 {
          streams[slot].isDeferred = true
          return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        return count
      }
    } else {
      // The headers went ahead, the message is not there or not free to go.
      var isReady = !streams[slot].isHeld
      if case .pending = streams[slot].trailers { isReady = false }
      guard isReady else {
        streams[slot].isDeferred = true
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
      }
      count = streams[slot].reply.move(to: buffer, capacity: capacity)
      queuedReplyBytes -= count
      creditPing()
      guard streams[slot].reply.isEmpty else { return count }
    }
    if streams[slot].endsWithBody {
      _ = streams[slot].state.sendStatus()
      flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      return count
    }
    flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    sendTrailers(slot)
    return count
  }

  func sendTrailers(_ slot: Int) {
    guard let session, streams[slot].state.sendStatus() != nil else { return }
    switch streams[slot].trailers {
    case .pending: return
    case .ok(let metadata) where metadata.isEmpty:
      let trailers = StaticHeaders.okTrailers
      nghttp2_submit_trailer(session, streams[slot].id, trailers.fields, trailers.count)
    case .ok(let metadata):
      var block = HeaderBlock()
      block.add("grpc-status", "0")
      block.add(metadata)
      block.withFields { fields, count in _ = nghttp2_submit_trailer(session, streams[slot].id, fields, count) }
    case .failed(let error):
      var block = HeaderBlock()
      block.add(status: error)
      block.withFields { fields, count in _ = nghttp2_submit_trailer(session, streams[slot].id, fields, count) }
    }
  }
}

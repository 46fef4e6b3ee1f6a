// From complete headers to a running handler: the verdict, the deadline, and what interceptors are told.

import NIOCore

extension ServerConnection {
  // MARK: - From headers to the handler

  /// The headers are complete.
  func begin(_ slot: Int) {
    streams[slot].hasHead = true
    let method = streams[slot].head.plainMethod
    if method >= 0 {
      if mayHoldHead(slot) { accept(slot, method) }
      return
    }
    if let web = streams[slot].head.web, !beginWeb(slot, web) { return }
    guard mayHoldHead(slot) else { return }
    switch streams[slot].head.verdict() {
    case .notGRPC(let status): respondHTTP(slot, status)
    case .failed(let error): refuse(slot, error)
    case .accepted(let index): accept(slot, index)
    }
  }

  /// - Returns: false if the call is refused, since its metadata is more than may be held.
  private func mayHoldHead(_ slot: Int) -> Bool {
    let kept = streams[slot].head.keptBytes
    guard kept > 0 else { return true }
    streams[slot].headBytes = kept
    do {
      try hold(kept, slot)
      return true
    } catch {
      refuse(slot, error)
      return false
    }
  }

  /// The headers are in order: a call that takes a stream begins.
  private func accept(_ slot: Int, _ index: Int) {
    let traits = shared.methods.traits[index]
    streams[slot].head.accept()
    streams[slot].state = ServerCallState(kind: traits.kind)
    streams[slot].deframer = MessageDeframer(limit: limits.maxReceivedMessageBytes)
    if traits.needsCertificate, peer.certificate == nil {
      refuse(slot, certificateError())
      return
    }
    guard !traits.kind.takesOneRequest else { return }
    let served = shared.methods.entries[index]
    guard let call = makeCall(slot, served) else { return }
    let requests = IncomingMessages(limits: limits)
    streams[slot].requests = requests
    call.attach(requests)
    served.invoker.start(call, requests: requests)
    afterStart(call)
  }

  func certificateError() -> RPCError {
    guard let rejection = peer.certificateRejection else {
      return RPCError(.unauthenticated, "a client certificate is required: none was shown")
    }
    return RPCError(.unauthenticated, "the client certificate is not accepted: \(rejection)")
  }

  /// A call that takes one message has it all.
  func start(_ slot: Int, _ request: UnsafeRawBufferPointer) {
    let index = streams[slot].head.method
    guard streams[slot].head.isAccepted, index >= 0 else { return }
    let served = shared.methods.entries[index]
    guard let call = makeCall(slot, served) else { return }
    served.invoker.start(call, request: request)
    afterStart(call)
  }

  /// Nil if an interceptor has refused the call.
  func makeCall(_ slot: Int, _ served: ServedMethod) -> ServerContext? {
    let timeout = streams[slot].head.timeout
    let needsTime = timeout != nil || !shared.interceptors.isEmpty
    let now = needsTime ? timeOfInput() : .uptimeNanoseconds(0)
    let call = ServerContext(
      served, connection: self, slot: slot, streamID: streams[slot].id, metadata: streams[slot].head.metadata,
      deadline: timeout.map { now + .nanoseconds($0) }, started: now, accepts: streams[slot].head.accepts,
      web: streams[slot].head.web?.form)
    if streams[slot].requestIsCompressed { call.noteCompressedRequest() }
    streams[slot].call = call
    runningCalls += 1
    // By position: a loop over the array would copy each interceptor.
    for index in shared.interceptors.indices {
      do {
        try shared.interceptors[index].callStarts(call)
      } catch {
        fail(call, error, ServerContext.Ending())
        return nil
      }
    }
    return call
  }

  /// A call that has not been answered by now has its deadline watched.
  func afterStart(_ call: ServerContext) {
    guard let deadline = call.deadline, isAlive(call) else { return }
    if case .pending = streams[call.slot].trailers {
      watch(deadline)
    } else if streams[call.slot].isHeld {
      watch(deadline)
    }
  }

  /// One timer for all calls: it is set to the earliest deadline and looks through the table when it fires.
  func watch(_ deadline: NIODeadline) {
    guard deadline < nextDeadline else { return }
    deadlineTimer?.cancel()
    nextDeadline = deadline
    deadlineTimer = eventLoop.scheduleTask(deadline: deadline) { [self] in sweepDeadlines() }
  }

  func sweepDeadlines() {
    nextDeadline = .distantFuture
    deadlineTimer = nil
    guard phase == .open else { return }
    let now = NIODeadline.now()
    var next = NIODeadline.distantFuture
    for slot in streams.indices {
      guard streams[slot].id != 0, let call = streams[slot].call, let deadline = call.deadline else { continue }
      if deadline > now {
        next = min(next, deadline)
        continue
      }
      refuse(slot, RPCError(.deadlineExceeded, "the deadline of the call passed before it was answered"))
    }
    if next < .distantFuture { watch(next) }
    flushNow()
  }

  // MARK: - Interceptors

  func report(_ call: ServerContext, _ slot: Int, _ status: StatusCode, _ message: String) {
    guard !streams[slot].hasReportedEnd else { return }
    streams[slot].hasReportedEnd = true
    if status == .ok { succeededCalls &+= 1 } else { failedCalls &+= 1 }
    for index in shared.interceptors.indices {
      shared.interceptors[index].callEnds(call, status: status, message: message)
    }
  }

  /// The same for a call without a context.
  func reportRefused(_ slot: Int, _ error: RPCError) {
    guard !streams[slot].hasReportedEnd else { return }
    streams[slot].hasReportedEnd = true
    failedCalls &+= 1
    guard !shared.interceptors.isEmpty else { return }
    let head = streams[slot].head
    let path = head.method >= 0 ? shared.methods.entries[head.method].descriptor.path : head.unknownPath ?? ""
    for interceptor in shared.interceptors {
      interceptor.callRefused(path: path, peer: peer, status: error.code, message: error.message)
    }
  }
}

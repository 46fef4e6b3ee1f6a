// The way of calls that come by gRPC-Web or Connect, where it differs from that of gRPC: before the handler (origin,
// content type, body) and after it (everything goes into the body, which ends the stream).

import CNGHTTP2
import NIOCore
import ProtobufRuntime

extension ServerConnection {
  // MARK: - Before the handler

  /// The headers of a call that is not plain gRPC are complete.
  /// - Returns: false if the call is answered already.
  func beginWeb(_ slot: Int, _ web: WebRequest) -> Bool {
    if streams[slot].head.httpMethod == .options, web.origin != nil, web.wantedMethod != nil {
      respondPreflight(slot, web)
      return false
    }
    streams[slot].head.settleWeb(web, shared.methods.paths, limits)
    guard let form = web.form else { return true }
    if let origin = web.origin {
      guard shared.cors.allows(origin) else {
        refuse(
          slot,
          RPCError(
            .permissionDenied, "pages of \(origin) may not call this server: its operator allows origins by name"))
        return false
      }
      web.allowedOrigin = origin
    }
    guard case .accepted(let index) = streams[slot].head.verdict() else { return true }
    let method = shared.methods.entries[index].descriptor
    if form.isGet, !method.hasNoSideEffects {
      respondHTTP(slot, 405, "\(method.path) may have side effects: call it with POST\n")
      return false
    }
    guard form.proto.carries(method.kind) else {
      let wanted = method.kind == .unary ? "application/json or application/proto" : "application/connect+json"
      respondHTTP(slot, 415, "\(method.path) is of another kind: call it with content-type \(wanted)\n")
      return false
    }
    return true
  }

  /// The body of a web request has ended.
  func endWebRequest(_ slot: Int, _ web: WebRequest) throws(RPCError) {
    guard web.body.isBetweenGroups else { throw RPCError(.internal, "the request ended within a group of Base64") }
    guard web.body.form == .whole else { return }
    try streams[slot].state.receiveMessages(1)
    streams[slot].request = ReceivedMessage(
      try Compression.decompress(
        web.body.takeWhole(), streams[slot].head.encoding, limit: limits.maxReceivedMessageBytes))
  }

  /// Bytes have come for a call that is answered already. What a client sends of no use is taken up to the longest message.
  func discard(_ count: Int, _ slot: Int, _ web: WebRequest) {
    web.discardedBytes += count
    if web.discardedBytes > limits.maxReceivedMessageBytes { reset(slot) }
  }

  /// A browser asks whether a page may call. It shows no certificate with that.
  private func respondPreflight(_ slot: Int, _ web: WebRequest) {
    guard let session, let origin = web.origin else { return }
    guard shared.cors.allows(origin) else {
      respondHTTP(slot, 403, "pages of \(origin) may not call this server: its operator allows origins by name\n")
      return
    }
    _ = streams[slot].state.sendStatus()
    var block = HeaderBlock()
    block.add(":status", "204")
    block.add("access-control-allow-origin", origin)
    block.add("access-control-allow-credentials", "true")
    block.add("access-control-allow-methods", "POST, GET")
    if let headers = web.wantedHeaders { block.add("access-control-allow-headers", headers) }
    block.add("access-control-max-age", String(shared.cors.maxAgeSeconds))
    block.add("vary", "origin, access-control-request-method, access-control-request-headers")
    block.withFields { fields, count in _ = nghttp2_submit_response(session, streams[slot].id, fields, count, nil) }
  }

  // MARK: - After the handler

  /// A handler has given its one response, framed: it and what follows it become the body.
  func answerWeb(_ call: ServerContext, _ form: WebForm, frame: [UInt8], _ trailers: Metadata) -> [UInt8] {
    streams[call.slot].head.web?.replyIsCompressed = frame.first == 1
    return form.proto.body(of: frame) + form.proto.ending(nil, trailers: trailers, json: shared.json)
  }

  /// The status of a web call is known; it is reported already.
  func sendWeb(_ slot: Int, _ form: WebForm, _ call: ServerContext) {
    guard let session else { return }
    let isFirst = streams[slot].state.response == .nothingSent
    if case .failed(let error) = streams[slot].trailers, isFirst {
      streams[slot].responses?.fail(error)
      sendWebRefusal(slot, form, error, initial: call.settleHeaders().0)
      return
    }
    guard call.hasResponses else {
      guard streams[slot].state.sendMessage() == true else { return }
      submitResponse(session, slot)
      return
    }
    if streams[slot].responses == nil { streams[slot].responses = call.responses }
    guard endWebStream(slot, form) else {
      reset(slot)
      return
    }
    sendHeadersIfNeeded(slot)
  }

  /// Puts the end of a stream of responses behind its messages.
  /// - Returns: false if a message is cut off there.
  private func endWebStream(_ slot: Int, _ form: WebForm) -> Bool {
    guard let responses = streams[slot].responses else { return false }
    switch streams[slot].trailers {
    case .pending: return true
    case .ok(let trailers):
      return responses.finish(with: form.proto.ending(nil, trailers: trailers, json: shared.json))
    case .failed(let error):
      return responses.finish(with: form.proto.ending(error, trailers: Metadata(), json: shared.json))
    }
  }

  /// A call that is refused or out of time after its response has begun: the end is said if it can be told from the
  /// messages before it, otherwise the stream is reset.
  func cutOffWeb(_ slot: Int, _ form: WebForm) {
    guard streams[slot].responses != nil, endWebStream(slot, form) else {
      reset(slot)
      return
    }
    sendHeadersIfNeeded(slot)
  }

  /// The header block that opens a web response with messages.
  func webHead(_ slot: Int, _ web: WebRequest, _ form: WebForm) -> HeaderBlock {
    var trailers = Metadata()
    if case .ok(let metadata) = streams[slot].trailers { trailers = metadata }
    var block = form.proto.head(
      form, initial: streams[slot].initialMetadata, trailers: trailers, isCompressed: web.replyIsCompressed)
    addOrigin(web, streams[slot].initialMetadata, trailers, to: &block)
    return block
  }

  /// A response that is an error and no message.
  func sendWebRefusal(_ slot: Int, _ form: WebForm, _ error: RPCError, initial: Metadata) {
    guard let web = streams[slot].head.web else { return }
    var (block, body) = form.proto.refusal(error, form, initial: initial, json: shared.json)
    addOrigin(web, initial, error.metadata, to: &block)
    submit(slot, block, body: body)
  }

  private func addOrigin(_ web: WebRequest, _ initial: Metadata, _ trailers: Metadata, to block: inout HeaderBlock) {
    guard let origin = web.allowedOrigin else { return }
    block.add("access-control-allow-origin", origin)
    block.add("access-control-allow-credentials", "true")
    var names = CORSPolicy.exposedHeaders
    names += initial.entries.map(\.name)
    for entry in trailers.entries { names += [entry.name, "trailer-" + entry.name] }
    block.add("access-control-expose-headers", names.joined(separator: ", "))
    block.add("vary", "origin")
  }

  // MARK: - HTTP without a call

  /// An answer for who does not speak any of the protocols: a status and a sentence that a person can read.
  func respondHTTP(_ slot: Int, _ status: Int, _ text: String? = nil) {
    var block = HeaderBlock()
    block.add(":status", String(status))
    if status == 405 { block.add("allow", "POST") }
    if status == 415 { block.add("accept-post", WebContentType.accepted) }
    block.add("content-type", "text/plain; charset=utf-8")
    streams[slot].head.refuse()
    streams[slot].trailers = .ok(Metadata())
    submit(slot, block, body: Array((text ?? Self.text(status)).utf8))
    setNeedsFlush()
  }

  private static func text(_ status: Int) -> String {
    switch status {
    case 405: "calls are made with POST: gRPC, gRPC-Web or Connect (for curl: --json)\n"
    default: "a call's content-type is one of \(WebContentType.accepted)\n"
    }
  }

  /// Sends a response whose body is at hand and ends the stream.
  private func submit(_ slot: Int, _ block: HeaderBlock, body: [UInt8]) {
    guard let session, streams[slot].state.response == .nothingSent else { return }
    guard !body.isEmpty else {
      _ = streams[slot].state.sendStatus()
      block.withFields { fields, count in _ = nghttp2_submit_response(session, streams[slot].id, fields, count, nil) }
      return
    }
    // What waits for the peer from here on is watched like any reply.
    _ = streams[slot].state.sendMessage()
    let (arena, range) = resources.replies.reserve(body.count)
    arena[range].copyBytes(from: body)
    queue(ReplyBytes(arena, range), slot)
    streams[slot].responses = nil
    streams[slot].endsWithBody = true
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readReply
    block.withFields { fields, count in
      _ = nghttp2_submit_response(session, streams[slot].id, fields, count, &provider)
    }
  }
}

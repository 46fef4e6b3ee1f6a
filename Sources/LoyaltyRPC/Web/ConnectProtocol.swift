// The Connect protocol (https://connectrpc.com/docs/protocol): plain HTTP for calls with one response, so that `curl`
// is a client; frames with a JSON message at the end for streams.

import ProtobufRuntime

/// Calls with one request and one response: bodies are the bare messages, errors are HTTP statuses with JSON.
struct ConnectUnaryProtocol: WebProtocol {
  var bodyForm: WebBody.Form { .whole }

  func carries(_ kind: MethodKind) -> Bool { kind == .unary }

  func head(_ form: WebForm, initial: Metadata, trailers: Metadata, isCompressed: Bool) -> HeaderBlock {
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", form.codec == .json ? "application/json" : "application/proto")
    if isCompressed { block.add("content-encoding", "gzip") }
    addCaching(form, initial, to: &block)
    block.add(initial)
    block.add(trailers, prefix: "trailer-")
    return block
  }

  func body(of frame: [UInt8]) -> [UInt8] { Array(frame.dropFirst(MessageDeframer.prefixLength)) }

  func ending(_ error: RPCError?, trailers: Metadata, json: JSONMapping) -> [UInt8] { [] }

  func refusal(_ error: RPCError, _ form: WebForm, initial: Metadata, json: JSONMapping) -> (HeaderBlock, [UInt8]) {
    var block = HeaderBlock()
    block.add(":status", String(ConnectError.httpStatus(error.code)))
    block.add("content-type", "application/json")
    if error.code == .unimplemented { block.add("accept-encoding", MessageEncoding.accepted) }
    addCaching(form, initial, to: &block)
    block.add(initial)
    block.add(error.metadata, prefix: "trailer-")
    return (block, ConnectError.json(error, json))
  }

  /// What a GET answers is the caller's own, known by its certificate: nobody stores it unless the handler says so.
  private func addCaching(_ form: WebForm, _ initial: Metadata, to block: inout HeaderBlock) {
    if form.isGet, initial["cache-control"] == nil { block.add("cache-control", "no-store") }
  }
}

/// Calls with a stream on either side.
struct ConnectStreamProtocol: WebProtocol {
  /// The second bit of a frame's flags: the end of the stream, in JSON.
  static let endFlag: UInt8 = 0x02

  var bodyForm: WebBody.Form { .framed }

  func carries(_ kind: MethodKind) -> Bool { kind != .unary }

  func head(_ form: WebForm, initial: Metadata, trailers: Metadata, isCompressed: Bool) -> HeaderBlock {
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", form.codec == .json ? "application/connect+json" : "application/connect+proto")
    if form.takesGzip { block.add("connect-content-encoding", "gzip") }
    block.add(initial)
    return block
  }

  func body(of frame: [UInt8]) -> [UInt8] { frame }

  func ending(_ error: RPCError?, trailers: Metadata, json: JSONMapping) -> [UInt8] {
    MessageFrame.make(ConnectError.endOfStream(error, trailers: trailers, json), flags: Self.endFlag)
  }

  /// Streams always are HTTP 200: the error is in the last frame, here the only one.
  func refusal(_ error: RPCError, _ form: WebForm, initial: Metadata, json: JSONMapping) -> (HeaderBlock, [UInt8]) {
    let block = head(form, initial: initial, trailers: Metadata(), isCompressed: false)
    return (block, ending(error, trailers: Metadata(), json: json))
  }
}

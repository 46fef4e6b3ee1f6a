// gRPC-Web: gRPC for what cannot see HTTP trailers. They are a last frame of the body
// (grpc/doc/PROTOCOL-WEB.md).

import ProtobufRuntime

/// gRPC-Web, binary or as Base64 text.
struct GRPCWebProtocol: WebProtocol {
  let isText: Bool

  /// The top bit of a frame's flags: trailers instead of a message.
  static let trailersFlag: UInt8 = 0x80

  var bodyForm: WebBody.Form { isText ? .framedBase64 : .framed }

  func carries(_ kind: MethodKind) -> Bool { true }

  private func contentType(_ form: WebForm) -> StaticString {
    if isText { return "application/grpc-web-text+proto" }
    return form.codec == .json ? "application/grpc-web+json" : "application/grpc-web+proto"
  }

  func head(_ form: WebForm, initial: Metadata, trailers: Metadata, isCompressed: Bool) -> HeaderBlock {
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", contentType(form))
    if form.takesGzip { block.add("grpc-encoding", "gzip") }
    block.add(initial)
    return block
  }

  /// Text is padded after each frame: a reader decodes group by group.
  func body(of frame: [UInt8]) -> [UInt8] { isText ? Base64.encode(frame) : frame }

  func ending(_ error: RPCError?, trailers: Metadata, json: JSONMapping) -> [UInt8] {
    var block = HeaderBlock()
    if let error { block.add(status: error) } else { block.add("grpc-status", "0") }
    block.add(trailers)
    return body(of: MessageFrame.make(block.http1Text, flags: Self.trailersFlag))
  }

  /// As in gRPC: the status is in the headers, and there is no body.
  func refusal(_ error: RPCError, _ form: WebForm, initial: Metadata, json: JSONMapping) -> (HeaderBlock, [UInt8]) {
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", contentType(form))
    if error.code == .unimplemented { block.add("grpc-accept-encoding", MessageEncoding.accepted) }
    block.add(initial)
    block.add(status: error)
    return (block, [])
  }
}

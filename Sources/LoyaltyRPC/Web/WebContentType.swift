// Which protocol and which encoding a `content-type` names.

/// The content types that are served beside `application/grpc`.
enum WebContentType: Hashable, CaseIterable {
  case grpcWeb
  case grpcWebJSON
  case grpcWebText
  case connectBinary
  case connectJSON
  case connectStreamBinary
  case connectStreamJSON

  /// Type and subtype in lower case; parameters (`charset=utf-8`) mean nothing here.
  init?(_ value: UnsafeRawBufferPointer) {
    let end = value.firstIndex(of: 0x3b) ?? value.count
    let bytes = UnsafeRawBufferPointer(rebasing: value[..<end]).trimmingSpaces
    guard bytes.count <= 40 else { return nil }
    switch bytes.text.lowercased() {
    case "application/grpc-web", "application/grpc-web+proto": self = .grpcWeb
    case "application/grpc-web+json": self = .grpcWebJSON
    case "application/grpc-web-text", "application/grpc-web-text+proto": self = .grpcWebText
    case "application/proto": self = .connectBinary
    case "application/json": self = .connectJSON
    case "application/connect+proto": self = .connectStreamBinary
    case "application/connect+json": self = .connectStreamJSON
    default: return nil
    }
  }

  var codec: WebCodec {
    switch self {
    case .grpcWebJSON, .connectJSON, .connectStreamJSON: .json
    case .grpcWeb, .grpcWebText, .connectBinary, .connectStreamBinary: .binary
    }
  }

  var proto: any WebProtocol {
    switch self {
    case .grpcWeb, .grpcWebJSON: GRPCWebProtocol(isText: false)
    case .grpcWebText: GRPCWebProtocol(isText: true)
    case .connectBinary, .connectJSON: ConnectUnaryProtocol()
    case .connectStreamBinary, .connectStreamJSON: ConnectStreamProtocol()
    }
  }

  /// What a client that sent something else is told to send.
  static let accepted: StaticString =
    "application/grpc, application/grpc-web, application/grpc-web-text, application/json, application/proto, application/connect+json, application/connect+proto"
}

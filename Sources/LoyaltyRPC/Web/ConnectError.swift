// Errors of the Connect protocol: names of codes, HTTP statuses, and the JSON they travel in
// (https://connectrpc.com/docs/protocol, "Error Codes" and "Error End-Stream").

import ProtobufRuntime

enum ConnectError {
  /// The code's name on the wire.
  static func name(_ code: StatusCode) -> String {
    // One l, unlike gRPC.
    code == .cancelled ? "canceled" : code.name.lowercased()
  }

  /// The HTTP status of a response that is this error.
  static func httpStatus(_ code: StatusCode) -> Int {
    switch code {
    case .ok: 200
    case .cancelled: 499
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .resourceExhausted: 429
    case .unknown, .internal, .dataLoss: 500
    case .unimplemented: 501
    case .unavailable: 503
    case .deadlineExceeded: 504
    }
  }

  /// `{"code": …, "message": …, "details": […]}`
  static func json(_ error: RPCError, _ json: JSONMapping) -> [UInt8] {
    var fields = [("code", string(name(error.code)))]
    if !error.message.isEmpty { fields.append(("message", string(error.message))) }
    if !error.details.isEmpty { fields.append(("details", list(error.details.map { detail($0, json) }))) }
    return object(fields)
  }

  /// `{"error": {…}, "metadata": {"name": ["value", …]}}`, each part only if there is something in it.
  static func endOfStream(_ error: RPCError?, trailers: Metadata, _ json: JSONMapping) -> [UInt8] {
    var all = trailers
    var fields: [(String, [UInt8])] = []
    if let error {
      fields.append(("error", Self.json(error, json)))
      all.append(contentsOf: error.metadata)
    }
    var metadata: [(name: String, values: [[UInt8]])] = []
    for entry in all.entries {
      let value = string(entry.value.wireText)
      if let index = metadata.firstIndex(where: { $0.name == entry.name }) {
        metadata[index].values.append(value)
      } else {
        metadata.append((entry.name, [value]))
      }
    }
    if !metadata.isEmpty { fields.append(("metadata", object(metadata.map { ($0.name, list($0.values)) }))) }
    return object(fields)
  }

  /// Type and bytes, and for people who read it `debug`, the same in JSON if the type is known here.
  private static func detail(_ detail: ProtobufAny, _ json: JSONMapping) -> [UInt8] {
    var fields = [
      ("type", string(detail.typeName ?? detail.typeURL)),
      ("value", string(String(decoding: Base64.encode(detail.value, padded: false), as: UTF8.self))),
    ]
    if let name = detail.typeName, let type = json.encoding.registry.type(named: name),
      let debug = debug(type, detail.value, json)
    {
      fields.append(("debug", debug))
    }
    return object(fields)
  }

  private static func debug<M: Message>(_ type: M.Type, _ bytes: [UInt8], _ json: JSONMapping) -> [UInt8]? {
    try? M(serializedBytes: bytes).jsonUTF8(options: json.encoding)
  }

  // MARK: - JSON, in the order in which a person reads it

  private static func string(_ text: String) -> [UInt8] {
    // A string always has a JSON form.
    (try? ProtobufStringValue(value: text).jsonUTF8()) ?? Array("\"\"".utf8)
  }

  private static func list(_ values: [[UInt8]]) -> [UInt8] {
    [0x5b] + values.joined(separator: [0x2c]) + [0x5d]
  }

  private static func object(_ fields: [(String, [UInt8])]) -> [UInt8] {
    let members = fields.map { name, value in string(name) + [0x3a] + value }
    return [0x7b] + members.joined(separator: [0x2c]) + [0x7d]
  }
}

extension Metadata.Value {
  /// As it is written in a header: text, or unpadded Base64.
  var wireText: String {
    switch self {
    case .text(let text): return text
    case .binary(let bytes):
      var out: [UInt8] = []
      MetadataBase64.encode(bytes, into: &out)
      return String(decoding: out, as: UTF8.self)
    }
  }
}

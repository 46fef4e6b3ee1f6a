// One message through the codecs under test: decoded from what the runner sent, encoded as it asks. Generated messages
// and dynamic ones stand behind the same face, so that one suite checks both.

import ProtobufRuntime

/// What a conformance request can ask for.
enum Payload {
  case binary([UInt8])
  case json(String)
}

enum Outcome {
  case binary([UInt8])
  case json(String)
  case parseError(String)
  case serializeError(String)
}

protocol Codec {
  associatedtype Decoded
  func decode(binary: [UInt8]) throws -> Decoded
  func decode(json: String, options: JSONDecodingOptions) throws -> Decoded
  func binary(_ message: Decoded) -> [UInt8]
  func json(_ message: Decoded) throws -> String
}

extension Codec {
  func run(_ payload: Payload, asJSON: Bool, ignoringUnknown: Bool, registry: TypeRegistry) -> Outcome {
    let message: Decoded
    do {
      switch payload {
      case .binary(let bytes): message = try decode(binary: bytes)
      case .json(let text):
        var options = JSONDecodingOptions()
        options.ignoresUnknownFields = ignoringUnknown
        options.registry = registry
        message = try decode(json: text, options: options)
      }
    } catch {
      return .parseError("\(error)")
    }
    guard asJSON else { return .binary(binary(message)) }
    do {
      return .json(try json(message))
    } catch {
      return .serializeError("\(error)")
    }
  }
}

/// The code that codegen wrote.
struct GeneratedCodec<M: Message>: Codec {
  let registry: TypeRegistry

  func decode(binary: [UInt8]) throws -> M { try M(serializedBytes: binary) }
  func decode(json: String, options: JSONDecodingOptions) throws -> M { try M(jsonString: json, options: options) }
  func binary(_ message: M) -> [UInt8] { message.serializedBytes() }
  func json(_ message: M) throws -> String {
    var options = JSONEncodingOptions()
    options.registry = registry
    return try message.jsonString(options: options)
  }
}

/// Descriptors at run time instead of generated code.
struct DynamicCodec: Codec {
  let descriptor: MessageDescriptor
  let pool: DescriptorPool

  func decode(binary: [UInt8]) throws -> DynamicMessage {
    try DynamicMessage(descriptor, in: pool, serializedBytes: binary)
  }
  func decode(json: String, options: JSONDecodingOptions) throws -> DynamicMessage {
    try DynamicMessage(descriptor, in: pool, jsonUTF8: Array(json.utf8), options: options)
  }
  func binary(_ message: DynamicMessage) -> [UInt8] { message.serializedBytes() }
  func json(_ message: DynamicMessage) throws -> String { try message.jsonString() }
}

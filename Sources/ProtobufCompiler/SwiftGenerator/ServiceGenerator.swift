// A schema's service: the protocol that a server implements, the table of its methods, and the client's stub.

import ProtobufRuntime

struct ServiceGenerator {
  let service: ServiceDescriptorProto
  let file: FileDescriptorProto
  let types: TypeIndex
  let comments: DocComments
  let path: [Int32]
  let access: String

  private struct Method {
    let descriptor: MethodDescriptorProto
    let name: String
    let input: String
    let output: String
    let index: Int

    /// As `MethodKind` of the RPC runtime.
    var kind: String {
      switch (descriptor.clientStreaming == true, descriptor.serverStreaming == true) {
      case (false, false): "unary"
      case (false, true): "serverStreaming"
      case (true, false): "clientStreaming"
      case (true, true): "bidirectional"
      }
    }
  }

  private var name: String { TypeIndex.prefix(of: file) + (service.name ?? "") }
  private var fullName: String {
    let package = file.package ?? ""
    return package.isEmpty ? service.name ?? "" : package + "." + (service.name ?? "")
  }

  private var methods: [Method] {
    service.method.enumerated().map { index, method in
      Method(
        descriptor: method, name: SwiftNames.method(method.name ?? ""),
        input: types.message(method.inputType ?? "")?.swiftName ?? "ProtobufEmpty",
        output: types.message(method.outputType ?? "")?.swiftName ?? "ProtobufEmpty", index: index)
    }
  }

  func write(to out: inout CodeWriter) {
    writeHandler(to: &out)
    writeMethods(to: &out)
    writeClient(to: &out)
  }

  private func writeHandler(to out: inout CodeWriter) {
    out.line()
    comments.write(path, to: &out)
    out.block("\(access)protocol \(name)Handler: RPCService") { out in
      for method in methods {
        let isDeprecated = method.descriptor.options?.deprecated == true
        comments.write(path + [2, Int32(method.index)], isDeprecated: isDeprecated, to: &out)
        out.line(handlerSignature(method))
      }
    }
    out.line()
    out.block("extension \(name)Handler") { out in
      out.line("\(access)static var serviceName: String { \"\(fullName)\" }")
      out.line(
        "\(access)static var serviceFile: EmbeddedFile { .\(EmbeddedFileGenerator.propertyName(for: file.name ?? "")) }"
      )
      out.block("\(access)var methods: [ServerMethod]") { out in
        out.line("[")
        out.indented { out in
          for method in methods { out.line(".\(method.kind)(\(name)Methods.\(method.name), \(method.name)),") }
        }
        out.line("]")
      }
    }
  }

  private func handlerSignature(_ method: Method) -> String {
    let (input, output) = (method.input, method.output)
    return switch method.kind {
    case "unary": "func \(method.name)(_ request: \(input), context: ServerContext) async throws -> \(output)"
    case "serverStreaming":
      "func \(method.name)(_ request: \(input), responses: ResponseWriter<\(output)>, context: ServerContext) async throws"
    case "clientStreaming":
      "func \(method.name)(_ requests: RequestStream<\(input)>, context: ServerContext) async throws -> \(output)"
    default:
      "func \(method.name)(_ requests: RequestStream<\(input)>, responses: ResponseWriter<\(output)>, "
        + "context: ServerContext) async throws"
    }
  }

  private func writeMethods(to out: inout CodeWriter) {
    out.line()
    out.line("/// Names and kinds of the methods of `\(fullName)`.")
    out.block("\(access)enum \(name)Methods") { out in
      for method in methods {
        let level = method.descriptor.options?.idempotencyLevel
        let isIdempotent = level == .idempotent || level == .noSideEffects
        out.line("\(access)static let \(method.name) = MethodDescriptor(")
        out.indented { out in
          out.line("service: \"\(fullName)\", method: \"\(method.descriptor.name ?? "")\", kind: .\(method.kind),")
          out.line("isIdempotent: \(isIdempotent), hasNoSideEffects: \(level == .noSideEffects))")
        }
      }
    }
  }

  private func writeClient(to out: inout CodeWriter) {
    out.line()
    out.line("/// Calls the methods of `\(fullName)`.")
    out.block("\(access)struct \(name)Client: Sendable") { out in
      out.line("private let client: RPCClient")
      out.line()
      out.line("\(access)init(_ client: RPCClient) { self.client = client }")
      for method in methods {
        out.line()
        comments.write(path + [2, Int32(method.index)], to: &out)
        if method.descriptor.options?.deprecated == true { out.line(DocComments.deprecation) }
        let (input, output) = (method.input, method.output)
        let options = "options: CallOptions = .defaults"
        let descriptor = "\(name)Methods.\(method.name)"
        let signature: String
        var call = "try await client.\(method.kind)(\(descriptor), request, options: options)"
        switch method.kind {
        case "unary": signature = "(_ request: \(input), \(options)) async throws -> \(output)"
        case "serverStreaming":
          signature = "(_ request: \(input), \(options)) async throws -> ResponseStream<\(output)>"
        default:
          let result = method.kind == "clientStreaming" ? "ClientStreamingCall" : "BidirectionalCall"
          signature = "(\(options)) async throws -> \(result)<\(input), \(output)>"
          call = "try await client.\(method.kind)(\(descriptor), options: options)"
        }
        out.block("\(access)func \(method.name)\(signature)") { out in out.line(call) }
      }
    }
  }
}

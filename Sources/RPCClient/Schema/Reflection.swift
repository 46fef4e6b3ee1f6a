// Asks a server for its schemas: server reflection v1, then v1alpha where the server is older
// (github.com/grpc/grpc/blob/master/doc/server-reflection.md). The two differ in their package name only, so one
// encoded exchange serves both.

import LoyaltyRPC
import ProtobufRuntime

struct Reflection {
  struct UnknownSymbol: Error { let symbol: String }

  private let client: RPCClient
  private let options: CallOptions

  init(_ client: RPCClient, options: CallOptions) {
    self.client = client
    self.options = options
  }

  private static let services = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

  /// Full names of the services that the server offers.
  func services() async throws -> [String] {
    let answers = try await ask([ServerReflectionRequest(messageRequest: .listServices(""))])
    guard case .listServicesResponse(let list)? = answers.first?.messageResponse else {
      throw ToolError.failed("the server's reflection did not list its services")
    }
    return list.service.map(\.name)
  }

  /// The files that declare the symbols, with everything they import.
  func pool(declaring symbols: [String]) async throws -> DescriptorPool {
    var files: [String: FileDescriptorProto] = [:]
    var asked: Set<String> = []
    var requests = symbols.map { ServerReflectionRequest(messageRequest: .fileContainingSymbol($0)) }
    while !requests.isEmpty {
      for answer in try await ask(requests) {
        switch answer.messageResponse {
        case .fileDescriptorResponse(let response)?:
          for bytes in response.fileDescriptorProto {
            let file = try FileDescriptorProto(serializedBytes: bytes)
            files[file.name ?? ""] = file
          }
        case .errorResponse(let error)?:
          if case .fileContainingSymbol(let symbol)? = answer.originalRequest?.messageRequest {
            throw UnknownSymbol(symbol: symbol)
          }
          throw ToolError.failed("the server's reflection failed: \(error.errorMessage)")
        default: throw ToolError.failed("the server's reflection gave an answer of another kind")
        }
      }
      let wellKnown = Set(EmbeddedFile.wellKnown.map(\.name))
      let missing = Set(files.values.flatMap(\.dependency)).filter { name in
        files[name] == nil && !wellKnown.contains(name) && asked.insert(name).inserted
      }
      requests = missing.sorted().map { ServerReflectionRequest(messageRequest: .fileByFilename($0)) }
    }
    return try DescriptorPool(files.values.sorted { ($0.name ?? "") < ($1.name ?? "") })
  }

  /// One stream, one answer for each request.
  private func ask(_ requests: [ServerReflectionRequest]) async throws -> [ServerReflectionResponse] {
    for service in Self.services {
      do {
        return try await ask(requests, service: service)
      } catch let error as RPCError where error.code == .unimplemented {
        continue
      }
    }
    throw ToolError.failed(
      "the server offers no reflection: give its schema with --proto FILE --proto-path DIR or --descriptor-set FILE")
  }

  private func ask(
    _ requests: [ServerReflectionRequest], service: String
  ) async throws -> [ServerReflectionResponse] {
    let method = MethodDescriptor(service: service, method: "ServerReflectionInfo", kind: .bidirectional)
    let call = client.open(method, options: options)
    var answers: [ServerReflectionResponse] = []
    for request in requests {
      try await call.send(request.serializedBytes())
      guard let bytes = try await call.next() else {
        throw ToolError.failed("the server's reflection ended early")
      }
      answers.append(try ServerReflectionResponse(serializedBytes: bytes))
    }
    call.finishSending()
    while try await call.next() != nil {}
    return answers
  }
}

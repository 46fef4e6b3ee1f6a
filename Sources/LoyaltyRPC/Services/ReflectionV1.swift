// grpc.reflection.v1 over the index.

import ProtobufRuntime

final class ReflectionV1: ServerReflectionHandler {
  private let index: ReflectionIndex

  init(_ index: ReflectionIndex) {
    self.index = index
  }

  func serverReflectionInfo(
    _ requests: RequestStream<ServerReflectionRequest>,
    responses: ResponseWriter<ServerReflectionResponse>, context: ServerContext
  ) async throws {
    for try await request in requests {
      try await responses.send(
        ServerReflectionResponse(
          validHost: request.host, originalRequest: request, messageResponse: answer(request)))
    }
  }

  private func answer(_ request: ServerReflectionRequest) -> ServerReflectionResponse.MessageResponse {
    switch request.messageRequest {
    case .fileByFilename(let name):
      return files(index.file(named: name))
    case .fileContainingSymbol(let symbol):
      return files(index.file(declaring: symbol))
    case .fileContainingExtension(let wanted):
      return files(index.file(extending: wanted.containingType, number: wanted.extensionNumber))
    case .allExtensionNumbersOfType(let type):
      switch index.extensionNumbers(of: type) {
      case .success(let numbers):
        return .allExtensionNumbersResponse(
          ExtensionNumberResponse(baseTypeName: type, extensionNumber: numbers))
      case .failure(let error):
        return failure(error)
      }
    case .listServices:
      return .listServicesResponse(
        ListServiceResponse(service: index.services.map { ServiceResponse(name: $0) }))
    case nil:
      return failure(RPCError(.invalidArgument, "the request asks for nothing"))
    }
  }

  private func files(_ answer: ReflectionIndex.Answer) -> ServerReflectionResponse.MessageResponse {
    switch answer {
    case .success(let files): .fileDescriptorResponse(FileDescriptorResponse(fileDescriptorProto: files))
    case .failure(let error): failure(error)
    }
  }

  private func failure(_ error: RPCError) -> ServerReflectionResponse.MessageResponse {
    .errorResponse(ErrorResponse(errorCode: Int32(error.code.rawValue), errorMessage: error.message))
  }
}

// grpc.reflection.v1alpha over the index: the same answers as v1 in the types of
// before, which grpcurl and other tools still ask for first.

import ProtobufRuntime

final class ReflectionV1Alpha: V1AlphaServerReflectionHandler {
  private let index: ReflectionIndex

  init(_ index: ReflectionIndex) {
    self.index = index
  }

  func serverReflectionInfo(
    _ requests: RequestStream<V1AlphaServerReflectionRequest>,
    responses: ResponseWriter<V1AlphaServerReflectionResponse>, context: ServerContext
  ) async throws {
    for try await request in requests {
      try await responses.send(
        V1AlphaServerReflectionResponse(
          validHost: request.host, originalRequest: request, messageResponse: answer(request)))
    }
  }

  private func answer(_ request: V1AlphaServerReflectionRequest) -> V1AlphaServerReflectionResponse.MessageResponse {
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
          V1AlphaExtensionNumberResponse(baseTypeName: type, extensionNumber: numbers))
      case .failure(let error):
        return failure(error)
      }
    case .listServices:
      return .listServicesResponse(
        V1AlphaListServiceResponse(service: index.services.map { V1AlphaServiceResponse(name: $0) }))
    case nil:
      return failure(RPCError(.invalidArgument, "the request asks for nothing"))
    }
  }

  private func files(_ answer: ReflectionIndex.Answer) -> V1AlphaServerReflectionResponse.MessageResponse {
    switch answer {
    case .success(let files): .fileDescriptorResponse(V1AlphaFileDescriptorResponse(fileDescriptorProto: files))
    case .failure(let error): failure(error)
    }
  }

  private func failure(_ error: RPCError) -> V1AlphaServerReflectionResponse.MessageResponse {
    .errorResponse(V1AlphaErrorResponse(errorCode: Int32(error.code.rawValue), errorMessage: error.message))
  }
}

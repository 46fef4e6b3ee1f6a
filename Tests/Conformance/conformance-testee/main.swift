// The program that protobuf's conformance_test_runner talks to. With `--dynamic` it answers with DynamicMessage instead
// of generated code. Text format is not implemented here and says so.

import ProtobufRuntime

let registry: TypeRegistry = {
  var registry = TypeRegistry.wellKnown
  registry.register(TestAllTypesProto3.self)
  registry.register(TestAllTypesProto2.self)
  registry.register(extensions: GoogleProtobufTestMessagesProto2TestAllTypesProto2Extensions.self)
  return registry
}()

let pool: DescriptorPool? = {
  guard CommandLine.arguments.contains("--dynamic") else { return nil }
  let files = [EmbeddedFile.googleProtobufTestMessagesProto2, .googleProtobufTestMessagesProto3]
  return try! DescriptorPool(files.map { try FileDescriptorProto(serializedBytes: $0.serializedDescriptor) })
}()

func outcome(_ request: ConformanceRequest, _ payload: Payload) -> Outcome? {
  let asJSON = request.requestedOutputFormat == .json
  let ignoringUnknown = request.testCategory == .jsonIgnoreUnknownParsingTest
  func run(_ codec: some Codec) -> Outcome {
    codec.run(payload, asJSON: asJSON, ignoringUnknown: ignoringUnknown, registry: registry)
  }
  if let pool {
    return pool.message(named: request.messageType).map { run(DynamicCodec(descriptor: $0, pool: pool)) }
  }
  switch request.messageType {
  case TestAllTypesProto3.fullName: return run(GeneratedCodec<TestAllTypesProto3>(registry: registry))
  case TestAllTypesProto2.fullName: return run(GeneratedCodec<TestAllTypesProto2>(registry: registry))
  default: return nil
  }
}

func answer(_ request: ConformanceRequest) -> ConformanceResponse.Result {
  // The runner's first question: which failures are expected. None are.
  if request.messageType == FailureSet.fullName { return .protobufPayload([]) }
  guard request.requestedOutputFormat == .protobuf || request.requestedOutputFormat == .json else {
    return .skipped("only binary and JSON")
  }
  let payload: Payload
  switch request.payload {
  case .protobufPayload(let bytes)?: payload = .binary(bytes)
  case .jsonPayload(let text)?: payload = .json(text)
  default: return .skipped("only binary and JSON")
  }
  switch outcome(request, payload) {
  case .binary(let bytes)?: return .protobufPayload(bytes)
  case .json(let text)?: return .jsonPayload(text)
  case .parseError(let reason)?: return .parseError(reason)
  case .serializeError(let reason)?: return .serializeError(reason)
  case nil: return .runtimeError("no message type \(request.messageType)")
  }
}

while let frame = Pipe.read() {
  var response = ConformanceResponse()
  do {
    response.result = answer(try ConformanceRequest(serializedBytes: frame))
  } catch {
    response.result = .runtimeError("the request itself: \(error)")
  }
  Pipe.write(response.serializedBytes())
}

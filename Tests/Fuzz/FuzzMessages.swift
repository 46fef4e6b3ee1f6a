// What is generated from the schemas, and the pool that knows the same types at run time.

import ProtobufRuntime

let fuzzPool: DescriptorPool = {
  do {
    return try DescriptorPool(
      [EmbeddedFile.testingEverything, .testingLegacy].map {
        try FileDescriptorProto(serializedBytes: $0.serializedDescriptor)
      })
  } catch {
    fatalError("the schemas do not link: \(error)")
  }
}()

let fuzzRegistry: TypeRegistry = {
  var registry = TypeRegistry.wellKnown
  for type in [Everything.self, Child.self, Nothing.self, Legacy.self] as [any Message.Type] { registry.register(type) }
  return registry
}()

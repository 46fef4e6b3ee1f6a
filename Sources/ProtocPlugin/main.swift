// protoc-gen-loyalty-swift: the generator as a plugin of protoc and buf. One CodeGeneratorRequest on standard input, one
// CodeGeneratorResponse on standard output; what is wrong with the schemas goes into the response, as plugin.proto asks.

import ProtobufRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

if CommandLine.arguments.count > 1 {
  print(PluginParameter.help, terminator: "")
  exit(CommandLine.arguments[1] == "--help" || CommandLine.arguments[1] == "-h" ? 0 : 2)
}
do {
  let request = try CodeGeneratorRequest(serializedBytes: try StandardStreams.readAll())
  try StandardStreams.output(CodeGeneratorResponse(answering: request).serializedBytes())
} catch {
  StandardStreams.printError("protoc-gen-loyalty-swift: \(error)")
  exit(1)
}

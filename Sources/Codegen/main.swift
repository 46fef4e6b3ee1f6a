// codegen: protobuf schemas in, Swift out. `Arguments` has the manual.

import ProtobufCompiler
import ProtobufRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

do {
  let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
  if arguments.wantsHelp {
    print(Arguments.help, terminator: "")
  } else if arguments.wantsVersion {
    print("codegen \(Generation.version)")
  } else {
    try Generation(arguments).run()
  }
} catch let error as Arguments.UsageError {
  Files.printError("codegen: \(error.message); codegen --help shows what there is")
  exit(2)
} catch let error as Generation.SchemaErrors {
  for diagnostic in error.diagnostics { Files.printError(diagnostic) }
  exit(1)
} catch {
  Files.printError("codegen: \(error)")
  exit(2)
}

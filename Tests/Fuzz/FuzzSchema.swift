// Lexer, parser, linker and generator. What is accepted has to hold together: its descriptor survives its binary form, links
// at run time, and becomes Swift.

import ProtobufCompiler
import ProtobufRuntime

private struct OneFile: SourceProvider {
  let bytes: [UInt8]

  func source(named name: String, limit: Int) throws(SourceError) -> SourceFile? {
    name == "fuzz.proto" ? SourceFile(bytes: bytes, path: nil) : nil
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSchema(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let result = Compiler(sources: OneFile(bytes: bytes)).compile(["fuzz.proto"])
  guard !result.hasErrors else { return 0 }
  let files = result.runtimeDescriptors
  guard let again = try? FileDescriptorProto(serializedBytes: files.last?.serializedBytes() ?? []) else {
    fatalError("the descriptor of an accepted schema cannot be read")
  }
  guard again == files.last else { fatalError("the descriptor of an accepted schema changes in its binary form") }
  guard (try? DescriptorPool(files)) != nil else { fatalError("an accepted schema does not link at run time") }
  guard SwiftGenerator(files).generate("fuzz.proto") != nil else { fatalError("an accepted schema gives no Swift") }
  return 0
}

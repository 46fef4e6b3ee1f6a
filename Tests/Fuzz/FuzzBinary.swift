// Binary messages. Generated code and dynamic messages take or refuse the same bytes, and what they took they write alike.

import ProtobufRuntime

private func compare<M: Message>(_ type: M.Type, _ bytes: [UInt8]) {
  guard let descriptor = fuzzPool.message(named: M.fullName) else { fatalError("no \(M.fullName)") }
  let generated = Result { () throws(WireError) in try M(serializedBytes: bytes) }
  let dynamic = Result { () throws(WireError) in try DynamicMessage(descriptor, in: fuzzPool, serializedBytes: bytes) }
  switch (generated, dynamic) {
  case (.success(let left), .success(let right)):
    let written = left.serializedBytes()
    guard written == right.serializedBytes() else { fatalError("\(M.fullName) is written in two ways") }
    guard let again = try? M(serializedBytes: written), again.serializedBytes() == written else {
      fatalError("\(M.fullName) does not survive its binary form")
    }
    // Has to end, whatever it says.
    _ = try? left.jsonUTF8()
    _ = right.textFormat()
  case (.failure(let left), .failure(let right)):
    guard left == right else { fatalError("\(left) and \(right)") }
  default: fatalError("\(M.fullName): \(generated) and \(dynamic)")
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBinary(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  switch start[0] % 3 {
  case 0: compare(Everything.self, bytes)
  case 1: compare(Legacy.self, bytes)
  default: compare(FileDescriptorProto.self, bytes)
  }
  return 0
}

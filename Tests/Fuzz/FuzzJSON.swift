// JSON. Generated code and dynamic messages take or refuse the same text, and what was taken survives its binary form and,
// where it has one again, its JSON form.

import ProtobufRuntime

private func compare<M: Message>(_ type: M.Type, _ text: [UInt8], _ options: JSONDecodingOptions) {
  guard let descriptor = fuzzPool.message(named: M.fullName) else { fatalError("no \(M.fullName)") }
  let generated = Result { () throws(JSONError) in try M(jsonUTF8: text, options: options) }
  let dynamic = Result { () throws(JSONError) in
    try DynamicMessage(descriptor, in: fuzzPool, jsonUTF8: text, options: options)
  }
  switch (generated, dynamic) {
  case (.success(let left), .success(let right)):
    let bytes = left.serializedBytes()
    guard bytes == right.serializedBytes() else { fatalError("\(M.fullName) is read in two ways") }
    guard let again = try? M(serializedBytes: bytes), again.serializedBytes() == bytes else {
      fatalError("\(M.fullName) does not survive its binary form")
    }
    var encoding = JSONEncodingOptions()
    encoding.registry = fuzzRegistry
    guard let json = try? left.jsonUTF8(options: encoding) else { return }
    guard let reread = try? M(jsonUTF8: json, options: options), reread.serializedBytes() == bytes else {
      fatalError("\(M.fullName) does not survive its JSON form")
    }
  case (.failure, .failure): break
  default: fatalError("\(M.fullName): \(generated) and \(dynamic)")
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let text = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  var options = JSONDecodingOptions()
  options.registry = fuzzRegistry
  options.ignoresUnknownFields = start[0] & 2 != 0
  if start[0] & 1 == 0 { compare(Everything.self, text, options) } else { compare(Legacy.self, text, options) }
  return 0
}

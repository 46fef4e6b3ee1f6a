// The codecs that codegen generates.

import ProtobufRuntime

func measure<M: Message>(_ name: String, _ type: M.Type) throws {
  let bytes = Harness.payload(name)
  let message = try M(serializedBytes: bytes)
  let again = try M(serializedBytes: message.serializedBytes())
  precondition(again == message, "\(name) does not survive")
  let json = try message.jsonUTF8()
  try Harness.measure(name, "decode") { try M(serializedBytes: bytes).unknownFields.bytes.count }
  Harness.measure(name, "encode") { message.serializedBytes().count }
  try Harness.measure(name, "json decode") { try M(jsonUTF8: json).unknownFields.bytes.count }
  try Harness.measure(name, "json encode") { try message.jsonUTF8().count }
}

try measure("accrue", AccrueRequest.self)
try measure("google1", GoogleMessage1.self)
try measure("google2", GoogleMessage2.self)
try measure("deep", Deep.self)
try measure("wide", Wide.self)

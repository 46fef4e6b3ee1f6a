// swift-protobuf's, through the calls that do the least.

import SwiftProtobuf

func measure<M: SwiftProtobuf.Message>(_ name: String, _ type: M.Type) throws {
  let bytes = Harness.payload(name)
  let message = try M(serializedBytes: bytes)
  let json: [UInt8] = try message.jsonUTF8Bytes()
  try Harness.measure(name, "decode") { try M(serializedBytes: bytes).unknownFields.data.count }
  try Harness.measure(name, "encode") { (try message.serializedBytes() as [UInt8]).count }
  try Harness.measure(name, "json decode") { try M(jsonUTF8Bytes: json).unknownFields.data.count }
  try Harness.measure(name, "json encode") { (try message.jsonUTF8Bytes() as [UInt8]).count }
}

try measure("accrue", Codec_AccrueRequest.self)
try measure("google1", Benchmarks_Proto3_GoogleMessage1.self)
try measure("google2", Benchmarks_Proto2_GoogleMessage2.self)
try measure("deep", Codec_Deep.self)
try measure("wide", Codec_Wide.self)

// What peers send that is no message: frames, time-outs, metadata, headers of requests, bodies and queries of the web, and the events
// of a channel and of a call's attempts.
// The first byte chooses.

import ProtobufRuntime

@testable import LoyaltyRPC

/// Bytes cut into pieces of `step` give the same as in one.
private func inPieces<R: Equatable>(_ bytes: [UInt8], _ what: String, _ read: (_ step: Int) -> R) {
  let whole = read(max(1, bytes.count))
  for step in [1, 2, 7] where read(step) != whole { fatalError("\(what) depend on where they are cut") }
}

private func frames(_ bytes: [UInt8], _ form: WebBody.Form, _ step: Int) -> [[UInt8]] {
  var found: [[UInt8]] = []
  var deframer = MessageDeframer(limit: 1_000)
  var body = WebBody(form, limit: 1_000)
  for start in stride(from: 0, to: bytes.count, by: step) {
    let piece = Array(bytes[start..<min(start + step, bytes.count)])
    do {
      for run in try piece.withUnsafeBytesTyped({ (raw) throws(RPCError) in try body.receive(raw, &deframer) }) {
        found += run.messages.map { [run.isCompressed ? 1 : 0] + $0.bytes }
      }
    } catch {
      // What came before the mistake is lost or not with its piece; only that it is a mistake is certain.
      return [[2]]
    }
    guard deframer.heldBytes <= 1_000 + MessageDeframer.prefixLength else { fatalError("more is held than may be") }
  }
  return found + [[3] + body.takeWhole()]
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRPC(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  switch start[0] % 11 {
  case 0: inPieces(bytes, "frames") { frames(bytes, .framed, $0) }
  case 1: inPieces(bytes, "frames in Base64") { frames(bytes, .framedBase64, $0) }
  case 2: inPieces(bytes, "whole bodies") { frames(bytes, .whole, $0) }
  case 3:
    guard let nanoseconds = bytes.withUnsafeBytes({ GRPCTimeout.parse($0) }) else { return 0 }
    guard (0...GRPCTimeout.longest).contains(nanoseconds) else { fatalError("a time-out of \(nanoseconds) ns") }
    var text: [UInt8] = []
    GRPCTimeout.format(nanoseconds: nanoseconds, into: &text)
    guard let again = text.withUnsafeBytes({ GRPCTimeout.parse($0) }), again >= nanoseconds else {
      fatalError("a time-out gets shorter on its way")
    }
  case 4:
    var text: [UInt8] = []
    MetadataBase64.encode(bytes, into: &text)
    guard text.withUnsafeBytes({ MetadataBase64.decode($0) }) == bytes else {
      fatalError("metadata changes on its way")
    }
    _ = bytes.withUnsafeBytes { MetadataBase64.decode($0) }
    let message = bytes.withUnsafeBytes { PercentEncoding.decode($0) }
    text = []
    PercentEncoding.encode(message, into: &text)
    guard text.withUnsafeBytes({ PercentEncoding.decode($0) }) == message else {
      fatalError("a message changes on its way")
    }
  case 5:
    _ = try? bytes.withUnsafeBytesTyped { (raw) throws(RPCError) in try ConnectQuery(raw) }
  case 6: ChannelFuzz.run(.pickFirst, bytes) { fatalError($0) }
  case 7: AttemptFuzz.run(bytes) { fatalError($0) }
  case 8, 9: RequestHeadFuzz.run(bytes)
  default: ChannelFuzz.run(.roundRobin, bytes) { fatalError($0) }
  }
  return 0
}

// gRPC's interoperability cases that a command line cannot ask for: a program cancels, or makes calls beside each other
// (grpc/doc/interop-test-descriptions.md). The others are asked for by rpc-client (Tests/Interop/test_client_interop.py).
//
//     interop-client --address HOST:PORT --ca PEM --server-name NAME CASE

import Foundation
import InteropAPI
import LoyaltyRPC

struct Failed: Error, CustomStringConvertible {
  let description: String

  static func unless(_ holds: Bool, _ what: String) throws {
    if !holds { throw Failed(description: what) }
  }

  /// What the call fails with.
  static func error(_ body: () async throws -> some Any) async throws -> RPCError {
    do {
      throw Failed(description: "the call was answered: \(try await body())")
    } catch let error as RPCError {
      return error
    }
  }
}

enum InteropCase: String, CaseIterable {
  case cancelAfterBegin = "cancel_after_begin"
  case cancelAfterFirstResponse = "cancel_after_first_response"
  case concurrentLargeUnary = "concurrent_large_unary"

  /// Large calls under way. 8: ruby-grpc has 30 threads and refuses what finds none free, this server holds 16 MiB a
  /// connection.
  private static let atOnce = 8

  func run(_ service: TestServiceClient) async throws {
    switch self {
    case .cancelAfterBegin:
      let call = try await service.streamingInputCall()
      call.cancel()
      let error = try await Failed.error { try await call.finish() }
      try Failed.unless(error.code == .cancelled, "\(error)")
    case .cancelAfterFirstResponse:
      let call = try await service.fullDuplexCall()
      try await call.send(
        StreamingOutputCallRequest(
          responseParameters: [ResponseParameters(size: 31_415)],
          payload: Payload(body: [UInt8](repeating: 0, count: 27_182))))
      var responses = call.responses.makeAsyncIterator()
      let first = try await responses.next()
      try Failed.unless(first?.payload?.body.count == 31_415, "\(first?.payload?.body.count ?? -1) bytes came")
      call.cancel()
      let error = try await Failed.error { try await responses.next() as Any }
      try Failed.unless(error.code == .cancelled, "\(error)")
    case .concurrentLargeUnary:
      let request = SimpleRequest(
        responseSize: 314_159, payload: Payload(body: [UInt8](repeating: 0, count: 271_828)))
      try await withThrowingTaskGroup(of: Int?.self) { group in
        for number in 0..<1_000 {
          if number >= Self.atOnce, let count = try await group.next() {
            try Failed.unless(count == 314_159, "\(count ?? -1) bytes came")
          }
          group.addTask { try await service.unaryCall(request).payload?.body.count }
        }
        for try await count in group { try Failed.unless(count == 314_159, "\(count ?? -1) bytes came") }
      }
    }
  }
}

func option(_ name: String) -> String? {
  guard let place = CommandLine.arguments.firstIndex(of: "--" + name), place + 1 < CommandLine.arguments.count else {
    return nil
  }
  return CommandLine.arguments[place + 1]
}

guard let address = option("address"), let authority = option("ca"),
  let chosen = CommandLine.arguments.last.flatMap(InteropCase.init)
else {
  let cases = InteropCase.allCases.map(\.rawValue).joined(separator: "|")
  FileHandle.standardError.write(
    Data("usage: interop-client --address HOST:PORT --ca PEM [--server-name NAME] \(cases)\n".utf8))
  exit(64)
}
do {
  let client = try RPCClient(
    target: address,
    tls: ClientTLSConfiguration(trustRoots: .authorities(.file(authority)), serverName: option("server-name")))
  try await chosen.run(TestServiceClient(client))
  await client.close()
} catch {
  FileHandle.standardError.write(Data("\(chosen.rawValue): \(error)\n".utf8))
  exit(1)
}

// The requests of one call: from the command line, a file, or standard input.

import LoyaltyRPC
import ProtobufRuntime

struct RequestSource: Sendable {
  private enum Kind: Sendable {
    /// Encoded.
    case messages([[UInt8]])
    /// As they come on standard input.
    case lines
  }

  private let kind: Kind
  private let method: Method

  /// 64 MiB: the longest message that is sent.
  private static let maxPendingBytes = 64 << 20

  /// - Parameter data: JSON, `@FILE` or `@-`.
  /// - Throws: `ToolError` for what does not fit the method's request, before anything is sent.
  init(_ data: String?, _ method: Method) throws(ToolError) {
    self.method = method
    let isStream = method.schema.isClientStreaming
    if isStream, data == "@-" {
      kind = .lines
      return
    }
    guard let data else {
      kind = .messages(isStream ? [] : [[]])
      return
    }
    let text = data.hasPrefix("@") ? try Output.read(String(data.dropFirst())) : Array(data.utf8)
    let type = method.schema.input
    do {
      kind = .messages(
        isStream
          ? try DynamicMessage.sequence(type, in: method.pool, jsonUTF8: text).map { $0.serializedBytes() }
          : [try DynamicMessage(type, in: method.pool, jsonUTF8: text).serializedBytes()])
    } catch {
      throw Self.misfit(error, method)
    }
  }

  /// Hands out the requests, encoded, each as soon as it is there.
  func forEach(_ body: ([UInt8]) async throws -> Void) async throws {
    switch kind {
    case .messages(let messages):
      for message in messages { try await body(message) }
    case .lines:
      var reader = try InputReader("-")
      var pending: [UInt8] = []
      while let chunk = try reader.next() {
        guard let newline = chunk.lastIndex(of: 0x0a) else {
          pending += chunk
          continue
        }
        pending += chunk[...newline]
        if let messages = try parse(pending, isEnd: false) {
          pending = []
          for message in messages { try await body(message) }
        }
        pending += chunk[(newline + 1)...]
        guard pending.count <= Self.maxPendingBytes else {
          throw ToolError.badRequest("a request on standard input is longer than \(Self.maxPendingBytes) bytes")
        }
      }
      for message in try parse(pending, isEnd: true) ?? [] { try await body(message) }
    }
  }

  /// The whole values in a text; nil if the last goes on.
  private func parse(_ text: [UInt8], isEnd: Bool) throws(ToolError) -> [[UInt8]]? {
    do {
      return try DynamicMessage.sequence(method.schema.input, in: method.pool, jsonUTF8: text)
        .map { $0.serializedBytes() }
    } catch {
      if error.kind == .unexpectedEnd, !isEnd { return nil }
      throw Self.misfit(error, method)
    }
  }

  private static func misfit(_ error: JSONError, _ method: Method) -> ToolError {
    .badRequest("the request does not fit \(method.schema.input.fullName): \(error)")
  }
}

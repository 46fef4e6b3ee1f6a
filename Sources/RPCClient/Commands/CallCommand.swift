// `rpc-client call`: JSON in, JSON out, over any method whose schema can be had.

import ArgumentParser
import LoyaltyRPC
import ProtobufRuntime

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls a method of any kind: JSON in, JSON or protobuf text out.",
    discussion: """
      A method that takes a stream of requests gets the JSON values of -d one after the other, with white space between
      them. From standard input (-d @-) each is sent as soon as its line is there, so that two programs can hold a
      conversation. Each response is printed as it arrives.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, text }
  enum Compression: String, ExpressibleByArgument, CaseIterable { case none, gzip, deflate }

  @Argument(help: "SERVICE/METHOD, such as loyalty.v1.LoyaltyService/GetTier.", completion: SymbolCompletion.methods)
  var method: String

  @Option(
    name: [.short, .long],
    help: "The request as JSON; @FILE reads a file, @- standard input (default: an empty request, or an empty stream).")
  var data: String?

  @Option(help: "How responses are printed: json, or text (protobuf's text format).")
  var format = Format.json

  @Flag(help: "Print fields that hold their default, too (JSON).")
  var emitDefaults = false

  @Flag(help: "Print each response on one line: NDJSON (JSON).")
  var compact = false

  @Option(help: "How requests are compressed: none, gzip or deflate. Responses are read whatever they use.")
  var compress = Compression.none

  @OptionGroup var options: ServerOptions

  func validate() throws {
    guard format == .text, emitDefaults || compact else { return }
    throw ValidationError("--emit-defaults and --compact are for JSON, not for --format text")
  }

  func run() async throws {
    try await options.run { server in
      try await server.withClient { client in
        let method = try await server.method(self.method, client)
        let requests = try RequestSource(data, method)
        var callOptions = server.callOptions
        switch compress {
        case .none: break
        case .gzip: callOptions.encoding = .gzip
        case .deflate: callOptions.encoding = .deflate
        }
        let trace = server.isVerbose ? CallTrace(method, callOptions) : nil
        let call = client.open(method.descriptor, options: callOptions)
        do {
          try await exchange(requests, method, call, trace, client)
          await trace?.end(call, client, nil)
        } catch let error as RPCError {
          await trace?.end(call, client, error)
          guard error.details.isEmpty else {
            throw ToolError.status(error, pool: await detailTypes(error, method, server, client))
          }
          throw error
        }
      }
    }
  }

  private func exchange(
    _ requests: RequestSource, _ method: Method, _ call: EncodedCall, _ trace: CallTrace?, _ client: RPCClient
  ) async throws {
    // Sending goes on while responses arrive: a peer may answer before it has read everything. Nobody waits for the sender
    // in the end, since it may hang on a standard input that never ends.
    let sender = Task.detached { () -> ToolError? in
      do {
        try await requests.forEach { request in
          trace?.sent(request)
          try await call.send(request)
        }
        call.finishSending()
        return nil
      } catch let error as ToolError {
        call.cancel()
        return error
      } catch {
        // The call has ended; its status tells.
        return nil
      }
    }
    defer { sender.cancel() }
    do {
      while let bytes = try await call.next() {
        await trace?.received(bytes, call, client)
        try show(bytes, method)
      }
    } catch let error as RPCError where error.code == .cancelled {
      if let cause = await sender.value { throw cause }
      throw error
    }
  }

  private func show(_ bytes: [UInt8], _ method: Method) throws {
    let response: DynamicMessage
    do {
      response = try DynamicMessage(method.schema.output, in: method.pool, serializedBytes: bytes)
    } catch {
      throw RPCError(.internal, "the response is no \(method.schema.output.fullName): \(error)")
    }
    switch format {
    case .text:
      // Its last line ends by itself.
      Output.data(String(response.textFormat().dropLast()))
    case .json:
      var options = JSONEncodingOptions()
      options.isPretty = !compact
      options.emitsDefaults = emitDefaults
      Output.data(try response.jsonString(options: options))
    }
  }

  /// The schemas of details that are of the service's own types.
  private func detailTypes(
    _ error: RPCError, _ method: Method, _ server: Server, _ client: RPCClient
  ) async -> DescriptorPool? {
    let names = error.details.map { String($0.typeURL.split(separator: "/").last ?? "") }
    let unknown = names.filter { !$0.hasPrefix("google.rpc.") && method.pool.message(named: $0) == nil }
    guard !unknown.isEmpty, server.schema.isEmpty else { return method.pool }
    return (try? await Reflection(client, options: server.callOptions).pool(declaring: unknown)) ?? method.pool
  }
}

// A server and a client in this process, without a socket, for as long as a test's body runs.

import LoyaltyRPC

/// - Parameters:
///   - serverInterceptors: of the server, in order.
///   - clientInterceptors: of the client, in order.
func withInProcessServer(
  _ service: any RPCService, server serverInterceptors: [any ServerInterceptor] = [],
  client clientInterceptors: [any ClientInterceptor] = [], _ body: (RPCClient) async throws -> Void
) async throws {
  var configuration = RPCServer.Configuration.inProcess
  configuration.loops = 1
  configuration.interceptors = serverInterceptors
  let server = try RPCServer(configuration, services: [service])
  try await server.start()
  var ofClient = RPCClient.Configuration()
  ofClient.interceptors = clientInterceptors
  let client = RPCClient(inProcess: server, configuration: ofClient)
  do {
    try await body(client)
  } catch {
    await client.close()
    await server.shutDown()
    throw error
  }
  await client.close()
  await server.shutDown()
}

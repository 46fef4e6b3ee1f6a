// rpc-client: explore and call any gRPC server from the command line. Nothing about a particular service is compiled
// in: schemas come from the server's reflection, from .proto files or from a descriptor set.

import ArgumentParser

@main
struct RPCClientTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc-client",
    abstract: "Explores and calls gRPC servers.",
    discussion: """
      Examples:
        rpc-client list --cacert ca.pem
        rpc-client describe loyalty.v1.LoyaltyService --cacert ca.pem
        rpc-client call loyalty.v1.LoyaltyService/GetTier -d '{"memberId":"M-1001"}' \\
          --cacert ca.pem --cert partner.pem --key partner.key

      Exit codes: 0 done; 1 failed before a call (connection, schema); 2 the request does not fit its type;
      64 wrong arguments; a call that ends with a gRPC status other than OK: 64 + its code, such as
      65 CANCELLED, 67 INVALID_ARGUMENT, 68 DEADLINE_EXCEEDED, 69 NOT_FOUND, 71 PERMISSION_DENIED,
      72 RESOURCE_EXHAUSTED, 73 FAILED_PRECONDITION, 76 UNIMPLEMENTED, 77 INTERNAL, 78 UNAVAILABLE,
      80 UNAUTHENTICATED.

      Data goes to standard output, everything else to standard error.
      """,
    version: "0.1.0",
    subcommands: [ListCommand.self, DescribeCommand.self, CallCommand.self])
}

// rpc-client: explore, call and load any gRPC server from the command line. Nothing about a particular service is
// compiled in: schemas come from the server's reflection, from .proto files or from a descriptor set.

import ArgumentParser

@main
struct RPCClientTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc-client",
    abstract: "Explores, calls and loads gRPC servers over TLS.",
    discussion: """
      Examples:
        rpc-client list --cacert ca.pem
        rpc-client describe loyalty.v1.LoyaltyService --cacert ca.pem
        rpc-client template loyalty.v1.LoyaltyService/Accrue --cacert ca.pem > request.json
        rpc-client call loyalty.v1.LoyaltyService/Accrue -d @request.json \\
          --cacert ca.pem --cert partner.pem --key partner.key
        rpc-client bench loyalty.v1.LoyaltyService/GetTier -d '{"memberId":"M-1001"}' --profile staging \\
          --rate 500 --duration 30s --fail-if 'p99>20ms'
        rpc-client wait --for serving --timeout 30s --profile staging

      Options that name the server can stand in a profile of ~/.config/rpc-client/config ([staging], then lines such as
      'address = host:443') and in environment variables (RPC_CLIENT_ADDRESS, RPC_CLIENT_CACERT, …; RPC_CLIENT_PROFILE
      names the profile). An option wins over the profile, the profile over the environment.

      Data goes to standard output, everything else to standard error. NO_COLOR is respected. The output of
      'rpc-client --generate-completion-script bash' (or zsh, fish) completes names of services and methods, too.

      \(ExitStatus.table)
      """,
    version: "0.2.0",
    subcommands: [
      ListCommand.self, DescribeCommand.self, TemplateCommand.self, CallCommand.self, HealthCommand.self,
      WaitCommand.self, BenchCommand.self,
    ])
}

// How the tool fails: one clear line on standard error, and an exit code that a script can tell apart.

import ArgumentParser
import LoyaltyRPC
import ProtobufRuntime

/// A failure with its text and exit code.
struct ToolError: Error {
  let message: String
  let exitCode: ExitCode

  /// Before a call: no connection, no schema.
  static func failed(_ message: String) -> ToolError { ToolError(message: message, exitCode: ExitCode(1)) }
  /// The request given does not fit.
  static func badRequest(_ message: String) -> ToolError { ToolError(message: message, exitCode: ExitCode(2)) }

  /// A call that ended with a status other than OK.
  static func status(_ error: RPCError) -> ToolError {
    var text = "\(error.code.name): \(error.message)"
    for detail in error.details { text += "\n  " + describe(detail) }
    return ToolError(message: text, exitCode: ExitCode(Int32(64 + error.code.rawValue)))
  }

  private static let detailTypes: TypeRegistry = {
    var registry = TypeRegistry.wellKnown
    let types: [any Message.Type] = [
      BadRequest.self, ErrorInfo.self, RetryInfo.self, LocalizedMessage.self, Help.self, QuotaFailure.self,
      PreconditionFailure.self, RequestInfo.self, ResourceInfo.self, DebugInfo.self,
    ]
    for type in types { registry.register(type) }
    return registry
  }()

  /// A detail as JSON, or its type and bytes where the type is not known here.
  private static func describe(_ detail: ProtobufAny) -> String {
    var options = JSONEncodingOptions()
    options.registry = detailTypes
    return (try? detail.jsonString(options: options)) ?? "\(detail.typeURL) (\(detail.value.count) bytes)"
  }
}

/// Runs a command's body; any failure becomes one message and an exit code.
func reportingErrors(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let error as ToolError {
    Output.error(error.message)
    throw error.exitCode
  } catch let error as RPCError {
    let failure = ToolError.status(error)
    Output.error(failure.message)
    throw failure.exitCode
  } catch let error as ExitCode {
    throw error
  } catch {
    Output.error("\(error)")
    throw ExitCode(1)
  }
}

// How the tool fails: one clear line on standard error, and an exit code that a script can tell apart.

import ArgumentParser
import LoyaltyRPC
import ProtobufRuntime

/// A failure with its text and exit code.
struct ToolError: Error {
  let message: String
  let exitCode: ExitCode

  /// Before a call: no schema, no file.
  static func failed(_ message: String) -> ToolError { ToolError(message: message, exitCode: ExitStatus.failed) }
  /// The request given does not fit.
  static func badRequest(_ message: String) -> ToolError {
    ToolError(message: message, exitCode: ExitStatus.badRequest)
  }
  /// Options that make no sense, wherever they come from.
  static func usage(_ message: String) -> ToolError { ToolError(message: message, exitCode: ExitStatus.usage) }

  /// A call that ended with a status other than OK. Details follow, one a line.
  static func status(_ error: RPCError, pool: DescriptorPool? = nil, hint: String? = nil) -> ToolError {
    var text = error.code.name + (error.message.isEmpty ? "" : ": \(error.message)")
    if let hint { text += " (\(hint))" }
    for detail in error.details { text += "\n  " + ErrorDetails.text(detail, pool) }
    return ToolError(message: text, exitCode: ExitStatus.status(error.code))
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
    throw ExitStatus.failed
  }
}

// A line in the log for each call: those that went wrong on this side always, the others for who looks closer.

import Logging
import NIOCore

/// Logs the end of calls: at error what is the server's fault (INTERNAL, UNKNOWN, DATA_LOSS), at debug the rest. The text of
/// requests and replies is never logged.
public struct ServerCallLog: ServerInterceptor {
  private let logger: Logger

  public init(logger: Logger) {
    self.logger = logger
  }

  public func callEnds(_ call: ServerContext, status: StatusCode, message: String) {
    let level = Self.level(status)
    guard logger.logLevel <= level else { return }
    let milliseconds = Double((NIODeadline.now() - call.started).nanoseconds / 1_000) / 1_000
    call.logger.log(
      level: level, "call ended",
      metadata: ["status": "\(status.name)", "ms": "\(milliseconds)", "reason": message.isEmpty ? nil : "\(message)"]
        .compactMapValues { $0 })
  }

  public func callRefused(path: String, peer: Peer, status: StatusCode, message: String) {
    logger.debug(
      "call refused",
      metadata: ["method": "\(path)", "peer": "\(peer.address)", "status": "\(status.name)", "reason": "\(message)"])
  }

  private static func level(_ status: StatusCode) -> Logger.Level {
    switch status {
    case .internal, .unknown, .dataLoss: .error
    default: .debug
    }
  }
}

// What `call -v` tells on standard error: the way to the server, what was sent and received, and what each step took.

import LoyaltyRPC
import ProtobufRuntime
import Synchronization

final class CallTrace: Sendable {
  private struct State {
    var hasConnection = false
    var hasHeaders = false
    var sent = (messages: 0, bytes: 0)
    var received = (messages: 0, bytes: 0)
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let method: Method
  private let options: CallOptions

  init(_ method: Method, _ options: CallOptions) {
    self.method = method
    self.options = options
    var lines = ["> \(method.path)"]
    if let timeout = options.timeout {
      lines.append("> timeout \(TimeSpan.text(nanoseconds: timeout.nanosecondCount))")
    }
    if options.encoding != .identity { lines.append("> grpc-encoding: \(options.encoding.name)") }
    lines += Self.lines(">", options.metadata)
    Self.tell(lines)
  }

  func sent(_ message: [UInt8]) {
    let number = state.withLock { state in
      state.sent = (state.sent.messages + 1, state.sent.bytes + message.count)
      return state.sent.messages
    }
    Self.tell(["> message \(number), \(message.count) B"])
  }

  func received(_ message: [UInt8], _ call: EncodedCall, _ client: RPCClient) async {
    await tellHeaders(call, client)
    let number = state.withLock { state in
      state.received = (state.received.messages + 1, state.received.bytes + message.count)
      return state.received.messages
    }
    Self.tell(["< message \(number), \(message.count) B"])
  }

  func end(_ call: EncodedCall, _ client: RPCClient, _ error: RPCError?) async {
    let total = ContinuousClock.now - start
    await tellHeaders(call, client)
    let state = state.withLock { $0 }
    var lines = Self.lines("< trailer", call.trailers.isEmpty ? error?.metadata ?? Metadata() : call.trailers)
    var times: [String] = []
    if let first = call.timings.firstByte {
      times.append("first byte \(TimeSpan.text(nanoseconds: first.nanosecondCount))")
    }
    times.append("total \(TimeSpan.text(nanoseconds: total.nanosecondCount))")
    lines.append(
      "= \(error?.code.name ?? "OK"): \(times.joined(separator: ", ")); "
        + "sent \(Self.text(state.sent)), received \(Self.text(state.received))")
    Self.tell(lines)
  }

  private static func text(_ count: (messages: Int, bytes: Int)) -> String {
    "\(count.messages) message\(count.messages == 1 ? "" : "s") of \(count.bytes) B"
  }

  private func tellHeaders(_ call: EncodedCall, _ client: RPCClient) async {
    let isFirst = state.withLock { state in
      defer { state.hasHeaders = true }
      return !state.hasHeaders
    }
    guard isFirst else { return }
    if let connection = await client.connection() { Self.tell(Self.lines(connection)) }
    Self.tell(Self.lines("<", call.initialMetadata))
  }

  private static func lines(_ connection: ConnectionReport) -> [String] {
    let time = { (duration: Duration) in TimeSpan.text(nanoseconds: duration.nanosecondCount) }
    var lines = [
      "* resolve \(time(connection.resolve)), connect \(time(connection.connect)), TLS \(time(connection.handshake))",
      "* \(connection.address), \(connection.tlsVersion), \(connection.cipher)",
    ]
    if let certificate = connection.serverCertificate {
      let names = certificate.dnsNames + certificate.ipAddresses
      lines.append(
        "* server certificate of \(certificate.subject), for \(names.joined(separator: ", ")), valid until "
          + ProtobufTimestamp(seconds: certificate.notAfter).day)
    }
    if connection.isClientCertificateRequested { lines.append("* the server asked for a client certificate") }
    return lines
  }

  private static func lines(_ prefix: String, _ metadata: Metadata) -> [String] {
    metadata.entries.map { entry in
      switch entry.value {
      case .text(let text): "\(prefix) \(entry.name): \(text)"
      case .binary(let bytes): "\(prefix) \(entry.name): \(String(decoding: Base64.encode(bytes), as: UTF8.self))"
      }
    }
  }

  private static func tell(_ lines: [String]) {
    for line in lines { Output.note(Style.standardError.paint(line, .grey)) }
  }
}

extension ProtobufTimestamp {
  /// The day in UTC as ISO 8601 writes it.
  var day: String {
    let (year, month, day) = CivilTime.date(days: Int64((Double(seconds) / 86_400).rounded(.down)))
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }
}

// What a client that speaks only HTTP/1.1 gets to read, instead of a TLS alert that most tools show as a number.

/// Takes in the head of a request in HTTP/1.1, and then has the answer to it. A value without a socket.
struct HTTP1Refusal {
  /// Bytes of a request that are read before the connection is closed. 16 KiB: the longest head that browsers and proxies send;
  /// what comes of a body behind it is thrown away.
  static let maxRequestBytes = 16 << 10

  enum Progress: Equatable {
    /// The head is not complete.
    case wait
    /// The head is complete: the answer may be sent, once.
    case answer
    /// Nothing more is read.
    case close
  }

  private var received = 0
  /// The last bytes of the head: its end may be cut anywhere.
  private var tail: [UInt8] = []
  private var hasAnswered = false

  /// - Parameter bytes: what came next, decrypted.
  mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Progress {
    received += bytes.count
    guard !hasAnswered else { return received > Self.maxRequestBytes ? .close : .wait }
    tail.append(contentsOf: bytes)
    if Self.endsHead(tail) {
      hasAnswered = true
      return .answer
    }
    tail = tail.suffix(3)
    return received > Self.maxRequestBytes ? .close : .wait
  }

  private static func endsHead(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4 else { return false }
    for start in 0...bytes.count - 4 where bytes[start] == 0x0d {
      if bytes[start + 1] == 0x0a, bytes[start + 2] == 0x0d, bytes[start + 3] == 0x0a { return true }
    }
    return false
  }

  /// RFC 9110 §15.6.6.
  static let answer: [UInt8] = {
    let text = """
      This port speaks HTTP/2 (ALPN h2) and with it gRPC, gRPC-Web and Connect. Your client offered HTTP/1.1 only: use one that \
      speaks HTTP/2, such as curl without --http1.1, and call /package.Service/Method with POST.

      """
    return Array(
      ("HTTP/1.1 505 HTTP Version Not Supported\r\ncontent-type: text/plain; charset=utf-8\r\n"
        + "content-length: \(text.utf8.count)\r\nconnection: close\r\n\r\n\(text)").utf8)
  }()
}

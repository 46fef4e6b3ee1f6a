// The order in which a peer opens streams. nghttp2 ignores headers of a stream that is closed, since they may be trailers
// that crossed a reset; what cannot be that is an error (RFC 9113 §5.1, §5.1.1).

import CNGHTTP2

/// Which streams were opened. A value.
struct StreamOrder {
  /// Identifiers that a peer may leave out. 8 gaps: a client in order leaves none; of more, only the first are known.
  private static let maxGaps = 8

  private(set) var highest: Int32 = 0
  private var gaps: [ClosedRange<Int32>] = []

  /// This side has reset a stream, so that frames of one that is closed may be on their way.
  var hasReset = false

  enum Verdict: Equatable {
    case opens
    /// Frames of a stream that is closed, which may have crossed its reset.
    case late
    /// A stream below the highest that was never opened.
    case outOfOrder
    /// A stream that both sides have ended.
    case closed
  }

  /// Takes note of headers of a stream that is not open.
  mutating func note(_ stream: Int32) -> Verdict {
    guard stream <= highest else {
      if stream > highest + 2, gaps.count < Self.maxGaps {
        gaps.append((highest == 0 ? 1 : highest + 2)...(stream - 2))
      }
      highest = stream
      return .opens
    }
    if gaps.contains(where: { $0.contains(stream) }) { return .outOfOrder }
    return hasReset ? .late : .closed
  }
}

extension ServerConnection {
  /// The headers of a stream begin.
  func checkOrder(of stream: Int32) {
    // Trailers of a request that is open, or another mistake that nghttp2 finds.
    guard stream > 0, stream & 1 == 1, stream > streamOrder.highest || slot(of: stream) == nil else { return }
    switch streamOrder.note(stream) {
    case .opens: break
    case .late: noteControlFrame()
    case .outOfOrder: breakOff(NGHTTP2_PROTOCOL_ERROR)
    case .closed: breakOff(NGHTTP2_STREAM_CLOSED)
    }
  }

  /// Ends the connection with GOAWAY once what is under way is written: the peer broke HTTP/2.
  func breakOff(_ code: nghttp2_error_code) {
    guard let session else { return }
    nghttp2_session_terminate_session(session, UInt32(code.rawValue))
  }
}

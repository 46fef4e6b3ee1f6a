// Is the peer still there, does it ask too often, and is the connection old enough to go: a server's side of keepalive
// (grpc/proposal/A8 and A9).

import CNGHTTP2
import Glibc
import NIOCore

extension ServerConnection {
  /// The peer asks whether this side is still there.
  func noteClientPing() {
    if spendPingCredit() { return }
    noteControlFrame()
    let now = NIODeadline.now()
    defer { lastPing = now }
    guard let lastPing, now - lastPing < .seconds(Int64(shared.policy.minPingSeconds)) else { return }
    pingStrikes += 1
    guard pingStrikes > shared.policy.maxPingStrikes, let session, farewell == nil else { return }
    let text = Array("too_many_pings".utf8)
    nghttp2_submit_goaway(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
      UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue), text, text.count)
    farewell = .http2(
      "the peer sent \(pingStrikes + 1) PINGs without a call, with less than \(shared.policy.minPingSeconds) s in between (too_many_pings)"
    )
  }

  /// Closes the connection once GOAWAY is written, whatever is under way.
  func sendAway(_ reason: ConnectionEnd) {
    guard phase == .open, let session else {
      end(reason)
      return
    }
    nghttp2_submit_goaway(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
      UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
    end(reason)
  }

  /// Asks a peer that has been silent for long, and gives up one that does not answer.
  func lookForLife(_ now: NIODeadline, _ look: inout Look) {
    guard let heard = look.heard, heard.bytes == receivedBytes else {
      look.heard = (receivedBytes, now)
      look.asked = nil
      return
    }
    if let asked = look.asked {
      guard Self.hasPassed(shared.policy.keepaliveTimeoutSeconds, since: asked, now) else { return }
      end(.closedHere("the peer has not answered a PING for \(shared.policy.keepaliveTimeoutSeconds) s"))
      return
    }
    guard Self.hasPassed(shared.policy.keepaliveSeconds, since: heard.since, now), let session else { return }
    look.asked = now
    nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    flushNow()
  }

  /// Lets a connection go that has reached its age, or whose certificate has; ends it when the grace is over.
  func lookAtAge(_ now: NIODeadline) {
    if let cutOff, now >= cutOff {
      end(.closedHere("\(drainReason), and a call took longer than \(shared.policy.ageGraceSeconds) s after that"))
      return
    }
    guard drain == .no else { return }
    if let maxAge, now >= maxAge {
      retire("the connection is \(shared.policy.maxAgeSeconds ?? 0) s old", now)
    } else if let certificate = peer.certificate, certificate.notAfter < Int64(time(nil)) {
      retire("the client certificate has expired", now)
    }
  }

  private func retire(_ reason: String, _ now: NIODeadline) {
    drainReason = reason
    cutOff = now + .seconds(Int64(shared.policy.ageGraceSeconds))
    beginDrain()
  }

  /// When this connection is old, with up to a tenth more or less.
  func endOfLife(from now: NIODeadline) -> NIODeadline? {
    shared.policy.maxAgeSeconds.map { seconds in
      now + .nanoseconds(Int64(Double(seconds) * Double.random(in: 0.9...1.1) * 1e9))
    }
  }
}

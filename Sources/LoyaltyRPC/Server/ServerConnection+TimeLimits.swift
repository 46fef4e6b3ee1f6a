// What a peer may keep waiting, and for how long. Looked at now and then for all connections of a loop, so that a call
// costs no timer and no look at the clock.

import NIOCore

extension ServerConnection {
  /// What the last look found.
  struct Look {
    /// `sentBytes` when the socket was first found to take nothing, and when that was.
    var heldUp: (sentBytes: Int, since: NIODeadline)?
    /// `callCount` when no call was found, and when that was.
    var idle: (callCount: Int, since: NIODeadline)?
    /// `receivedBytes` when the peer was first found silent, and when that was.
    var heard: (bytes: Int, since: NIODeadline)?
    /// When a silent peer was asked whether it is still there.
    var asked: NIODeadline?
  }

  /// Ends what has waited for the peer for longer than its limit.
  func look(_ now: NIODeadline) {
    guard phase == .open else { return }
    publishCounts()
    var look = lastLook ?? Look()
    defer { lastLook = look }
    guard isHeldUpBySocket else {
      look.heldUp = nil
      lookForIdleness(now, &look)
      lookForLife(now, &look)
      lookAtAge(now)
      guard phase == .open else { return }
      lookAtStreams(now)
      return
    }
    if let heldUp = look.heldUp, heldUp.sentBytes == sentBytes {
      guard Self.hasPassed(limits.stallSeconds, since: heldUp.since, now) else { return }
      end(.closedHere("the peer has read nothing for \(limits.stallSeconds) s"))
    } else {
      look.heldUp = (sentBytes, now)
    }
  }

  private func lookForIdleness(_ now: NIODeadline, _ look: inout Look) {
    guard openStreams == 0, runningCalls == 0, drain == .no else {
      look.idle = nil
      return
    }
    guard let idle = look.idle, idle.callCount == callCount else {
      look.idle = (callCount, now)
      return
    }
    guard Self.hasPassed(limits.idleSeconds, since: idle.since, now) else { return }
    drainReason = "no call for \(limits.idleSeconds) s"
    beginDrain()
  }

  private func lookAtStreams(_ now: NIODeadline) {
    guard openStreams > 0 else { return }
    for slot in streams.indices where streams[slot].id != 0 {
      guard let reason = reasonToWait(slot) else {
        streams[slot].wait = nil
        continue
      }
      guard let wait = streams[slot].wait, wait.reason == reason else {
        streams[slot].wait = ServerStream.Wait(reason: reason, since: now)
        continue
      }
      switch reason {
      case .headers:
        // Nothing can be answered amid a header block, which belongs to the whole connection (RFC 9113 §4.3).
        guard Self.hasPassed(limits.requestSeconds, since: wait.since, now) else { continue }
        end(.http2("the headers of a call did not end within \(limits.requestSeconds) s"))
        return
      case .request:
        guard Self.hasPassed(limits.requestSeconds, since: wait.since, now) else { continue }
        refuse(slot, RPCError(.deadlineExceeded, "the request did not arrive within \(limits.requestSeconds) s"))
      case .restOfRequest:
        guard Self.hasPassed(limits.requestSeconds, since: wait.since, now) else { continue }
        reset(slot)
      case .room:
        guard Self.hasPassed(limits.stallSeconds, since: wait.since, now) else { continue }
        reset(slot)
      }
    }
    flushNow()
  }

  /// What the stream needs from its peer to go on. Nil if it is this side's turn, or the peer may take its time.
  private func reasonToWait(_ slot: Int) -> ServerStream.Wait.Reason? {
    guard streams[slot].hasHead else { return .headers }
    if streams[slot].call == nil, streams[slot].head.isAccepted, !streams[slot].requestHasEnded { return .request }
    if streams[slot].state.response == .ended, !streams[slot].requestHasEnded { return .restOfRequest }
    guard !streams[slot].isHeld, streams[slot].state.response == .headersSent else { return nil }
    if case .pending = streams[slot].trailers { return nil }
    return .room(left: streams[slot].reply.count + (streams[slot].responses?.queuedBytes ?? 0))
  }

  static func hasPassed(_ seconds: Int, since: NIODeadline, _ now: NIODeadline) -> Bool {
    (now - since).nanoseconds / 1_000_000_000 >= Int64(clamping: seconds)
  }
}

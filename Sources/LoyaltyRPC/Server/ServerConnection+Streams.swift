// The table of a connection's streams: HTTP/2 identifiers to places, taken and given back.

import CNGHTTP2
import NIOCore

extension ServerConnection {
  /// Inlined as far as the stream that was used last: a call asks some fifteen times.
  @inline(__always)
  func slot(of stream: Int32) -> Int? {
    if currentSlot >= 0, streams[currentSlot].id == stream { return currentSlot }
    return findSlot(of: stream)
  }

  @inline(never)
  private func findSlot(of stream: Int32) -> Int? {
    guard let session, let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    let slot = Int(bitPattern: data) - 1
    guard streams.indices.contains(slot), streams[slot].id == stream else { return nil }
    currentSlot = slot
    return slot
  }

  /// The stream a call belongs to, if it is still there.
  func isAlive(_ call: ServerContext) -> Bool {
    phase == .open && streams[call.slot].id == call.streamID && streams[call.slot].call === call
  }

  func open(_ stream: Int32) -> Int {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = streams.count
      streams.append()
    }
    streams[slot].id = stream
    openStreams += 1
    callCount &+= 1
    return slot
  }

  /// Takes a stream out of the table. A handler that still runs is cancelled, for the reason given; after most calls nobody asks
  /// for it.
  func close(_ slot: Int, _ reason: @autoclosure () -> RPCError) {
    if let call = streams[slot].call {
      if !streams[slot].hasReportedEnd {
        let reason = reason()
        call.cancel(reason)
        report(call, slot, reason.code, reason.message)
      }
    }
    if let requests = streams[slot].requests { requests.end(reason()) }
    if let responses = streams[slot].responses { responses.fail(reason()) }
    dropReply(slot)
    bufferedBytes -= streams[slot].bufferedBytes
    if borrowed?.slot == slot { borrowed = nil }
    if currentSlot == slot { currentSlot = -1 }
    streams[slot].clear()
    freeSlots.append(slot)
    openStreams -= 1
  }
}

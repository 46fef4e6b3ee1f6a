// How often each partner has called of late. The policy says how often it may; a partner that loops must not take the
// places of the others. In memory only: after a restart every partner has its burst again.

import LoyaltyEngine
import LoyaltyRPC
import ProtobufRuntime
import Synchronization

/// A bucket for each partner that has a limit, whatever certificate it calls with. Bounded by the policy's partners.
final class CallMeters: Sendable {
  private struct Bucket {
    /// Thousandths of a call.
    var left: Int64
    /// When that was so, Unix milliseconds.
    var atMs: Int64
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  /// Counts a call of a partner's.
  /// - Parameter now: Unix milliseconds of a clock that never goes back.
  /// - Returns: after how many milliseconds a call would be taken, if this one is not; nil if it is.
  func take(_ partner: String, rate: CallRate, now: Int64) -> Int64? {
    buckets.withLock { buckets in
      let full = rate.burst * 1_000
      var bucket = buckets[partner] ?? Bucket(left: full, atMs: now)
      // What a second gives a thousand times over, a millisecond gives once; a pause fills the bucket and no more.
      let pause = min(max(0, now - bucket.atMs), full / rate.perSecond + 1)
      bucket.left = min(full, bucket.left + pause * rate.perSecond)
      bucket.atMs = max(now, bucket.atMs)
      defer { buckets[partner] = bucket }
      if bucket.left >= 1_000 {
        bucket.left -= 1_000
        return nil
      }
      return (1_000 - bucket.left + rate.perSecond - 1) / rate.perSecond
    }
  }
}

extension Programme {
  /// Counts a call of a caller's.
  /// - Throws: RESOURCE_EXHAUSTED with `RetryInfo` for a partner that calls more often than the policy allows.
  func countCall(_ caller: Caller, _ call: ServerContext) throws(RPCError) {
    guard !caller.partner.isEmpty, let rate = policy.callRate(ofPartner: caller.partner),
      let waitMs = callMeters.take(caller.partner, rate: rate, now: clock())
    else { return }
    let language = call.metadata.isEmpty ? nil : call.metadata[Language.header].map(Language.preferred)
    var error = RPCError(
      Refusal(.partnerCallsExceeded, ["perSecond": "\(rate.perSecond)", "burst": "\(rate.burst)"]),
      language: language ?? policy.document.programme?.defaultLanguage ?? "")
    let delay = ProtobufDuration(seconds: waitMs / 1_000, nanos: Int32(waitMs % 1_000) * 1_000_000)
    error.details.append(ProtobufAny(packing: RetryInfo(retryDelay: delay)))
    throw error
  }
}

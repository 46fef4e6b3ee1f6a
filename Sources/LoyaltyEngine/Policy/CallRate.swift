// How often a partner may call: so many calls a second for long, and some more at once after a pause.

import LoyaltyMessages

/// A bound on calls, as a bucket that fills by itself and of which each call takes one.
public struct CallRate: Hashable, Sendable {
  /// A partner's program that starts again asks for what it missed: two seconds' worth, unless the policy says otherwise.
  static let defaultBurstSeconds: UInt32 = 2

  public let perSecond: Int64
  public let burst: Int64

  public init(perSecond: Int64, burst: Int64) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// Nil if a quota says nothing of calls.
  init?(_ quota: PartnerQuota?) {
    guard let quota, quota.callsPerSecond > 0 else { return nil }
    perSecond = Int64(quota.callsPerSecond)
    burst = quota.callBurst > 0 ? Int64(quota.callBurst) : perSecond * Int64(Self.defaultBurstSeconds)
  }
}

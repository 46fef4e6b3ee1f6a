// What calls about the outbox look at.

import LoyaltyMessages

/// A notice and whose it is.
public struct NoticeView: Sendable {
  public var member: String
  /// The member's language; empty: the programme's.
  public var language: String
  /// Position of the member's tier in the policy's tiers.
  public var tier: Int
  public var state: NoticeState
}

extension Ledger {
  /// Notices by their ids; those that have left the outbox are left out.
  public func notices(_ ids: [UInt64], policy: CompiledPolicy, now: Int64) -> [NoticeView] {
    ids.compactMap { id in
      outbox.notices[id].map {
        NoticeView(
          member: memberNames.string($0.member), language: language(of: $0.member),
          tier: standing(of: $0.member, policy: policy, now: max(now, timeMs)).tier, state: $0)
      }
    }
  }

  /// Counts by notice and channel.
  public var noticeCounts: [NoticeCountState] {
    outbox.counts.values.sorted { ($0.notice, $0.channel.rawValue) < ($1.notice, $1.channel.rawValue) }
  }
}

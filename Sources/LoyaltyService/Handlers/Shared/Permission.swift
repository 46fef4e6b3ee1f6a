// What a caller may do: one table of roles. Denied unless it is here.

import LoyaltyEngine

/// What a call does.
enum Permission: CaseIterable, Hashable, Sendable {
  /// Looks at members and the catalogue.
  case look
  /// Earns and spends for members, gives their feedback. Accruing takes a partner besides.
  case change
  /// Reads whole policies, with the names of everybody who may call.
  case readPolicy
  /// Tries a policy on history, which tells members' figures.
  case simulatePolicy
  /// Publishes and withdraws policies.
  case publishPolicy
  /// Adds stock and codes.
  case supply
  /// Reads reports over all members.
  case report
  /// Publishes bulletins.
  case publishBulletin
  /// Freezes, closes and reopens accounts.
  case serveMembers
  /// Adjusts, extends, reinstates, merges, imports.
  case correct
  /// Approves what others propose.
  case approve
  /// Looks at whole accounts: lots, statements of all partners, lists over members, changes as they happen.
  case lookClosely
  /// Answers, escalates and closes feedback.
  case answerFeedback
  /// Decides on claims, and whose activities in suspense are.
  case reviewClaims
  /// Decides on what members have shared.
  case moderate
  /// Sends notices and reports what became of them.
  case deliver
  /// Erases members.
  case erase
  /// Confirms the clock.
  case keepTime
}

extension Permission {
  /// Who has it. Partners' certificates speak for the partner; operators do what their roles say, the first named here
  /// being the one to ask for. A role that is nowhere here allows nothing.
  var holders: (partners: Bool, roles: [String]) {
    switch self {
    case .look: (true, ["auditor", "operations", "care", "moderator"])
    case .change: (true, ["operations"])
    case .readPolicy: (false, ["auditor", "operations", "policy-admin"])
    case .simulatePolicy: (false, ["policy-admin", "operations"])
    case .publishPolicy: (false, ["policy-admin"])
    case .supply: (false, ["operations"])
    case .report: (false, ["auditor", "operations", "care"])
    case .publishBulletin: (false, ["operations"])
    case .serveMembers: (false, ["care", "operations"])
    case .correct: (false, ["operations"])
    case .approve: (false, ["approver", "operations"])
    case .lookClosely: (false, ["auditor", "operations", "care"])
    case .answerFeedback: (false, ["care", "operations"])
    case .reviewClaims: (false, ["care", "operations"])
    case .moderate: (false, ["moderator", "operations"])
    case .deliver: (true, ["messenger", "operations"])
    case .erase: (false, ["privacy", "operations"])
    case .keepTime: (false, ["operations"])
    }
  }
}

extension Caller {
  /// Why this caller may not do that; nil if it may.
  func refusal(for permission: Permission) -> Refusal? {
    let holders = permission.holders
    let mayDo = partner.isEmpty ? roles.contains { holders.roles.contains($0) } : holders.partners
    return mayDo ? nil : Refusal(.roleRequired, ["role": holders.roles.first ?? ""])
  }
}

// What a caller may do. A partner's certificate speaks for the partner in all five calls; an operator's does what its
// roles say, and nothing without one.

import LoyaltyEngine

/// What a call does.
enum Permission {
  /// Looks at members and the catalogue.
  case look
  /// Changes the ledger. Accruing takes a partner besides.
  case change
}

extension Caller {
  /// Looks and changes.
  private static let operations = "operations"
  /// Looks only.
  private static let auditor = "auditor"

  /// Why this caller may not do that; nil if it may. A role that this program does not know allows nothing.
  func refusal(for permission: Permission) -> Refusal? {
    if !partner.isEmpty || roles.contains(Self.operations) { return nil }
    switch permission {
    case .look: return roles.contains(Self.auditor) ? nil : Refusal(.roleRequired, ["role": Self.auditor])
    case .change: return Refusal(.roleRequired, ["role": Self.operations])
    }
  }
}

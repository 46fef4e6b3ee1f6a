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
  /// Publishes and withdraws policies.
  case publishPolicy
  /// Adds stock and codes.
  case supply
  /// Reads reports over all members.
  case report
  /// Publishes bulletins.
  case publishBulletin
}

/// Who may do what. A partner's certificate speaks for the partner; an operator does what its roles say, and nothing
/// without one. Add a permission to every role that has it; a role that is not here allows nothing.
enum Role {
  static let partner: Set<Permission> = [.look, .change]

  /// The roles that a policy can give its operators, the one to be asked for first.
  static let ofOperators: [(name: String, permissions: Set<Permission>)] = [
    (name: "auditor", permissions: [.look, .readPolicy, .report]),
    (name: "operations", permissions: [.look, .change, .readPolicy, .supply, .report, .publishBulletin]),
    (name: "policy-admin", permissions: [.readPolicy, .publishPolicy]),
  ]
}

extension Caller {
  /// Why this caller may not do that; nil if it may.
  func refusal(for permission: Permission) -> Refusal? {
    guard partner.isEmpty else {
      return Role.partner.contains(permission) ? nil : Refusal(.roleRequired, ["role": Self.role(for: permission)])
    }
    for role in Role.ofOperators where role.permissions.contains(permission) && roles.contains(role.name) {
      return nil
    }
    return Refusal(.roleRequired, ["role": Self.role(for: permission)])
  }

  private static func role(for permission: Permission) -> String {
    Role.ofOperators.first { $0.permissions.contains(permission) }?.name ?? ""
  }
}

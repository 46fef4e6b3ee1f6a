// Which records are a member's history.

import LoyaltyMessages

extension Ledger {
  public static func forEachMember(of record: Record, _ body: (String) -> Void) {
    for member in record.members { body(member) }
  }
}

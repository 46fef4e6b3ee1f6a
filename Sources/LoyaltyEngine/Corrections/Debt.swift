// Debt: points that were taken back after they had been spent. Whatever comes into the account pays it first, so that
// nobody has points to spend while owing some.

import LoyaltyMessages

extension Ledger {
  /// What a member owes.
  func debt(of state: Member) -> Int64 {
    state.hasDebt ? profiles[state.profile]?.debt ?? 0 : 0
  }

  /// Pays a member's debt out of points that are coming in, as far as this record has not paid it before.
  /// - Parameters:
  ///   - points: what comes in.
  ///   - member: the member's position in the record.
  /// - Returns: how many of the points paid debt; the counterpart is for the caller to post.
  func payDebt(outOf points: Int64, of number: UInt32, at member: UInt32, _ request: inout Request) -> Int64 {
    let state = members[Int(number)]
    guard state.hasDebt else { return 0 }
    let paid = request.debtPaid[number] ?? 0
    let part = min(points, debt(of: state) - paid)
    guard part > 0 else { return 0 }
    request.debtPaid[number] = paid + part
    request.draft.record.postings.append(Posting(unit: .award, account: .debt, member: member, amount: part))
    return part
  }
}

// The programme's own accounts: where points come from and where they go when members do not have them. With the
// members' they sum to zero, per unit.

import LoyaltyMessages

/// Balances of the programme's own accounts.
struct AccountTable: Sendable {
  /// Position 0 is for accounts without a partner; then one for each partner.
  private var balances: [Int64] = []
  /// The sum of all partners' issued points per unit, negative: as long as it fits, every other sum does.
  private var issued = [Int64](repeating: 0, count: LedgerUnit.all.count)

  private static let unitCount = LedgerUnit.all.count
  private static let accountCount = LedgerAccount.ofProgramme.count

  /// The balance of an account; `partner` is −1 for accounts that are no partner's. 0 for an account that there is not.
  subscript(unit: LedgerUnit, account: LedgerAccount, partner partner: Int) -> Int64 {
    get {
      guard let index = Self.index(unit, account, partner), index < balances.count else { return 0 }
      return balances[index]
    }
    set {
      guard let index = Self.index(unit, account, partner) else { return }
      if index >= balances.count { balances += [Int64](repeating: 0, count: index + 1 - balances.count) }
      if account == .issued, let unit = unit.place { issued[unit] = issued[unit] &+ newValue &- balances[index] }
      balances[index] = newValue
    }
  }

  /// Adds to a balance; false if the sum does not fit and wraps.
  mutating func add(_ amount: Int64, _ unit: LedgerUnit, _ account: LedgerAccount, partner: Int) -> Bool {
    guard let index = Self.index(unit, account, partner) else { return true }
    if index >= balances.count { balances += [Int64](repeating: 0, count: index + 1 - balances.count) }
    let (sum, overflow) = balances[index].addingReportingOverflow(amount)
    balances[index] = sum
    if account == .issued, let unit = unit.place { issued[unit] &+= amount }
    return !overflow
  }

  /// Whether partners can issue so many more points.
  func canIssue(_ points: Int64, _ unit: LedgerUnit) -> Bool {
    guard let place = unit.place else { return false }
    return !issued[place].subtractingReportingOverflow(points).overflow
  }

  /// The sum of all balances of a unit; nil if it does not fit.
  func sum(of unit: LedgerUnit) -> Int64? {
    var sum: Int128 = 0
    guard let place = unit.place else { return nil }
    for index in balances.indices where index % Self.unitCount == place { sum += Int128(balances[index]) }
    return Int64(exactly: sum)
  }

  /// Every account that is not at 0.
  func forEach(_ body: (_ unit: LedgerUnit, _ account: LedgerAccount, _ partner: Int, _ balance: Int64) throws -> Void)
    rethrows
  {
    for (index, balance) in balances.enumerated() where balance != 0 {
      try body(
        LedgerUnit.all[index % Self.unitCount],
        LedgerAccount.ofProgramme[index / Self.unitCount % Self.accountCount],
        index / Self.unitCount / Self.accountCount - 1, balance)
    }
  }

  /// Whether unit and account are ones that this table has.
  static func has(_ unit: LedgerUnit, _ account: LedgerAccount) -> Bool {
    unit.place != nil && account.place != nil
  }

  private static func index(_ unit: LedgerUnit, _ account: LedgerAccount, _ partner: Int) -> Int? {
    guard let unit = unit.place, let account = account.place else { return nil }
    return ((partner + 1) * accountCount + account) * unitCount + unit
  }
}

// A unit or account that is new in the schema needs a place here, and the compiler says so; the table keeps it, the
// snapshot carries it and the invariants check it from then on. Places are no format: they may change.

extension LedgerUnit {
  /// By place.
  static let all: [LedgerUnit] = [.award, .qualifying, .miles]

  var place: Int? {
    switch self {
    case .award: 0
    case .qualifying: 1
    case .miles: 2
    case .unspecified, .unrecognized: nil
    }
  }
}

extension LedgerAccount {
  /// The programme's accounts, by place.
  static let ofProgramme: [LedgerAccount] = [
    .issued, .redeemed, .expired, .periodClosed, .held,
    .exchanged, .exchangeFee, .milesDelivered, .milesSettlement,
    .debt, .adjusted, .imported, .pending,
  ]

  /// Nil for members' accounts, which are kept with them.
  var place: Int? {
    switch self {
    case .issued: 0
    case .redeemed: 1
    case .expired: 2
    case .periodClosed: 3
    case .held: 4
    case .exchanged: 5
    case .exchangeFee: 6
    case .milesDelivered: 7
    case .milesSettlement: 8
    case .debt: 9
    case .adjusted: 10
    case .imported: 11
    case .pending: 12
    case .member, .unspecified, .unrecognized: nil
    }
  }
}

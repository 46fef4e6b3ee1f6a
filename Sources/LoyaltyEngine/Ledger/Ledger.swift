// The ledger: who has how many points, in which lots, in which tier; what has been taken, credited and promised.
// A value that changes only by records. Deciding is in Ledger+Decide and its kin, changing in Ledger+Apply.

import LoyaltyMessages

/// The state of a loyalty programme.
///
/// `decide` looks and answers with a record; `apply` makes the record's changes. Both are deterministic, neither does
/// I/O. Callers hold one lock over both.
public struct Ledger: Sendable {
  /// A member, 56 bytes.
  struct Member: Sendable {
    var lots = LotList()
    /// Position in `tierNames`.
    var tier: UInt16 = 0
    var openTickets: UInt16 = 0
    /// Award points in lots, lapsed lots that no record has noticed included.
    var balance: Int64 = 0
    /// Qualifying points of the period that ends at `periodEndsMs`.
    var qualifying: Int64 = 0
    var tierUntilMs: Int64 = 0
    var periodEndsMs: Int64 = 0
    var enrolledMs: Int64 = 0
  }

  struct Ticket: Sendable {
    var sequence: UInt64
    var dueMs: Int64
    var member: UInt32
    var kind: UInt32
  }

  /// Bounds of memory; set before the first record.
  public var limits = Limits.defaults

  /// Sequence of the last record applied; 0 before the first.
  public internal(set) var sequence: UInt64 = 0
  /// Time of the last record applied, Unix milliseconds. Decisions are never earlier.
  public internal(set) var timeMs: Int64 = 0
  /// Id of the programme; empty until opened.
  public internal(set) var programme = ""
  /// The first record or chunk that contradicted the state it was applied to; nil in a ledger that can be trusted.
  /// Only damaged or foreign files, or a defect, lead to one: refuse to serve from it.
  public internal(set) var inconsistency: String?

  var hashKey = HashKey()
  var members = PagedArray<Member>()
  var memberNames = NameTable()
  var lots = LotTable()
  var numbers = NameTable()
  /// For each of `numbers`, the member.
  var numberMembers = PagedArray<UInt32>()
  var references = FingerprintTable()
  var keys = KeyWindow()
  var tickets = PagedArray<Ticket>()
  var tierNames = Symbols()
  var partnerNames = Symbols()
  var itemNames = Symbols()
  var accounts = AccountTable()
  /// For each of `itemNames`, how many have been taken.
  var taken: [Int64] = []
  /// Chunks of a snapshot taken in so far.
  var restored = RestoreProgress()

  public init() {}

  public var memberCount: Int { members.count }
  public var openLotCount: Int { lots.count }
  public var rememberedKeyCount: Int { keys.count }
  public var referenceCount: Int { references.count }
  public var openTicketCount: Int { tickets.count }
}

/// A few names that repeat in many places: of tiers, partners, items.
struct Symbols: Sendable {
  private(set) var names: [String] = []
  private var positions: [String: Int] = [:]

  /// So many names are found faster by comparing them than by hashing: short strings are compared as two words.
  private static let fewNames = 16

  /// Position of a name; nil if it has none.
  subscript(name: String) -> Int? {
    names.count <= Self.fewNames ? names.firstIndex(of: name) : positions[name]
  }

  mutating func insert(_ name: String) -> Int {
    if let position = self[name] { return position }
    let position = names.count
    names.append(name)
    positions[name] = position
    return position
  }
}

/// Balances of the programme's own accounts.
struct AccountTable: Sendable {
  /// Position 0 is for accounts without a partner; then one for each partner.
  private var balances: [Int64] = []
  /// The sum of all partners' issued points per unit, negative: as long as it fits, every other sum does.
  private var issued = [Int64](repeating: 0, count: Self.unitCount)
  private static let unitCount = 3
  private static let accountCount = 6

  /// The balance of an account; `partner` is −1 for accounts that are no partner's.
  subscript(unit: LedgerUnit, account: LedgerAccount, partner partner: Int) -> Int64 {
    get {
      let index = Self.index(unit, account, partner)
      return index < balances.count ? balances[index] : 0
    }
    set {
      let index = Self.index(unit, account, partner)
      if index >= balances.count { balances += [Int64](repeating: 0, count: index + 1 - balances.count) }
      if account == .issued {
        let unit = Int(unit.rawValue)
        issued[unit] = issued[unit] &+ newValue &- balances[index]
      }
      balances[index] = newValue
    }
  }

  /// Whether partners can issue so many more points.
  func canIssue(_ points: Int64, _ unit: LedgerUnit) -> Bool {
    !issued[Int(unit.rawValue)].subtractingReportingOverflow(points).overflow
  }

  /// The sum of all balances of a unit; nil if it does not fit.
  func sum(of unit: LedgerUnit) -> Int64? {
    var sum: Int128 = 0
    for index in balances.indices where index % Self.unitCount == Int(unit.rawValue) { sum += Int128(balances[index]) }
    return Int64(exactly: sum)
  }

  /// Every account that is not at 0.
  func forEach(_ body: (_ unit: LedgerUnit, _ account: LedgerAccount, _ partner: Int, _ balance: Int64) throws -> Void)
    rethrows
  {
    for (index, balance) in balances.enumerated() where balance != 0 {
      try body(
        LedgerUnit(rawValue: Int32(index % Self.unitCount)),
        LedgerAccount(rawValue: Int32(index / Self.unitCount % Self.accountCount)),
        index / Self.unitCount / Self.accountCount - 1, balance)
    }
  }

  /// Whether unit and account are ones that this table has.
  static func has(_ unit: LedgerUnit, _ account: LedgerAccount) -> Bool {
    (1..<unitCount).contains(Int(unit.rawValue)) && (2..<accountCount).contains(Int(account.rawValue))
  }

  private static func index(_ unit: LedgerUnit, _ account: LedgerAccount, _ partner: Int) -> Int {
    ((partner + 1) * accountCount + Int(account.rawValue)) * unitCount + Int(unit.rawValue)
  }
}

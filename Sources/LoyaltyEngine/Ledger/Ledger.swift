// The ledger: who has how many points, in which lots, in which tier; what has been taken, credited and promised.
// A value that changes only by records. Deciding is in Ledger+Decide and its kin, changing in Ledger+Apply; what belongs
// to one concern is in rooms (LedgerRoom).

import LoyaltyMessages

/// The state of a loyalty programme.
///
/// `decide` looks and answers with a record; `apply` makes the record's changes. Both are deterministic, neither does
/// I/O. Callers hold one lock over both.
public struct Ledger: Sendable {
  /// What an accrual must know of a member without looking further.
  struct Marks: OptionSet, Sendable {
    let rawValue: UInt8
    /// Has bought something: a first purchase is one no more.
    static let purchased = Marks(rawValue: 1)
    /// Was referred, and has not purchased in time for it yet.
    static let referred = Marks(rawValue: 2)
    /// Was erased.
    static let erased = Marks(rawValue: 4)
    /// `tierFootings` has an entry.
    static let footing = Marks(rawValue: 8)
    /// Owes points; the profile says how many.
    static let debt = Marks(rawValue: 16)
    /// Was enrolled without an activity and has had none yet.
    static let awaitsFirstActivity = Marks(rawValue: 32)
  }

  /// A member, 72 bytes.
  struct Member: Sendable {
    var lots = LotList()
    /// Position in `tierNames`.
    var tier: UInt16 = 0
    private var packedTierUntil = UInt48(0)
    private var packedPeriodEnds = UInt48(0)
    var openTickets: UInt8 = 0
    var marks: Marks = []
    var status = Status.active
    /// Position among profiles.
    var profile = ProfileTable.none
    var nights: UInt32 = 0
    var segments: UInt32 = 0
    /// Award points in lots, lapsed lots that no record has noticed included; points in holds are in no lot.
    var balance: Int64 = 0
    /// Qualifying points of the period that ends at `periodEndsMs`.
    var qualifying: Int64 = 0
    var enrolledMs: Int64
    /// Counted in the period toward a tier, beside qualifying points, as nights and segments are.
    var spend: Int64 = 0

    init(enrolledMs: Int64 = 0) { self.enrolledMs = enrolledMs }

    /// `CivilCalendar.times` contain it; 0: the tier is held for good.
    var tierUntilMs: Int64 {
      get { packedTierUntil.ms }
      set { packedTierUntil = UInt48(ms: newValue) }
    }
    /// `CivilCalendar.times` contain it.
    var periodEndsMs: Int64 {
      get { packedPeriodEnds.ms }
      set { packedPeriodEnds = UInt48(ms: newValue) }
    }
    var hasDebt: Bool { marks.contains(.debt) }
    var awaitsFirstActivity: Bool { marks.contains(.awaitsFirstActivity) }
  }

  enum Status: UInt8, Sendable {
    case active
    /// Earns; points cannot leave the account.
    case frozen
    /// Neither earns nor spends.
    case closed
    /// Stands for another member.
    case merged
  }

  /// Opens what members' own keys seal; set before the first record. Without it profiles in records are in clear, and
  /// sealed ones say nothing.
  public var vault: (any ProfileVault)?
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
  /// Every version of the policy that was published.
  public internal(set) var policies = PolicyBook()
  var meters = MeterTable()
  /// In a rolling window, what each member's months have counted, oldest first; nobody with no month in it.
  var tierMonths: [UInt32: [MonthCount]] = [:]
  /// From where tiers are reckoned again when an accrual is taken back, of members for whom it is not the entry tier.
  var tierFootings: [UInt32: TierFooting] = [:]
  /// Members whose tier runs out, by when.
  var tierReviews = DueQueue()
  public internal(set) var timeliness = Timeliness()
  var feedback = FeedbackRoom()
  var surveys = SurveyRoom()
  var campaigns = CampaignRoom()
  var care = CareRoom()
  var outbox = OutboxRoom()
  var claims = ClaimRoom()
  var tierNames = PolicyNames()
  var partnerNames = PolicyNames()
  var itemNames = PolicyNames()
  var accounts = AccountTable()
  var holds = HoldTable()
  var profiles = ProfileTable()
  var corrections = CorrectionTable()
  var proposals = ProposalTable()
  var pending = PendingTable()
  /// For each of `itemNames`, how many have been taken.
  var taken: [Int64] = []
  /// For each of `itemNames`, how many staff has added to what the policy says.
  var addedStock: [Int64] = []
  var catalogue = CatalogueState()
  var partnership = PartnershipState()
  /// Chunks of a snapshot taken in so far.
  var restored = RestoreProgress()

  public init() {}

  public var memberCount: Int { members.count }
  public var openLotCount: Int { lots.count }
  public var rememberedKeyCount: Int { keys.count }
  public var referenceCount: Int { references.count }
  /// Feedback tickets in memory, those closed lately included.
  public var ticketCount: Int { feedback.tickets.count }
}

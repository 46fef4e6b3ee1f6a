// What the ledger's memory is bounded by.

extension Ledger {
  /// Bounds of the state. Those that drop something (keys) may differ between runs; what is refused is decided once and
  /// recorded as nothing.
  public struct Limits: Hashable, Sendable {
    /// Idempotency keys remembered at most; the oldest go first. About 150 bytes each.
    public var idempotencyKeys: Int
    /// How long a key is remembered, milliseconds.
    public var idempotencyWindowMs: Int64
    /// Open lots a member: bounds the size of the record in which a redemption takes them all (about 50 bytes each, of
    /// the 1 MiB that the store allows).
    public var lotsPerMember: Int
    /// Open feedback tickets a member.
    public var ticketsPerMember: Int
    /// Holds a member.
    public var holdsPerMember: Int
    /// Quotes that hold, and those that have lapsed and are not yet forgotten: some 300 bytes each.
    public var openQuotes: Int
    /// Codes in all pools: some 100 bytes each.
    public var pooledCodes: Int
    /// Codes that one command loads: at 128 bytes each, far below a record's 1 MiB.
    public var codesPerLoad: Int
    /// Codes that one redemption gives out, vouchers included.
    public var codesPerRedemption: Int
    /// Vouchers that are remembered: some 400 bytes each.
    public var vouchers: Int
    /// Segments, attributes and consents a member, of each.
    public var profileEntries: Int
    /// Members a household.
    public var householdMembers: Int
    /// Proposals that wait for a second person.
    public var proposals: Int
    /// Bytes of a proposed command.
    public var proposalBytes: Int
    /// Feedback tickets in memory, those closed lately included; some 300 bytes each.
    public var tickets: Int
    /// Lots that one record of due work takes: a batch decides and applies in about a millisecond.
    public var lotsPerExpiry: Int

    public static let defaults = Limits(
      idempotencyKeys: 2_000_000,  // some 300 MB when full; references protect accruals beyond it
      idempotencyWindowMs: 30 * CivilCalendar.millisecondsPerDay,  // what partners are promised
      lotsPerMember: 4_096,  // a lot a day for eleven years
      ticketsPerMember: 100,  // more is no member writing
      holdsPerMember: 64,  // purchases that one person has open at once, with room for a travel agent's day
      openQuotes: 200_000,  // more than a price list's readers of a quarter of an hour
      pooledCodes: 2_000_000, codesPerLoad: 5_000, codesPerRedemption: 200, vouchers: 2_000_000,
      profileEntries: 64,  // a profile is what rules ask about, not a document
      householdMembers: 16,  // an extended family
      proposals: 100,  // more than people look through in their three days
      proposalBytes: 1_010_000,  // a policy as large as there can be one, in a record
      tickets: 1_000_000,  // a thousand a day for the time that closed ones are kept, twice over
      lotsPerExpiry: 1_000)
  }
}

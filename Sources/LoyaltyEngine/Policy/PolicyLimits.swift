// Bounds on what a policy may say. They keep arithmetic, masks and response sizes within what the engine is made for.

/// Limits of a policy document.
public enum PolicyLimits {
  /// Tiers: sets of tiers are 64-bit masks.
  public static let tiers = 32
  /// Each accrual tries the rules of its partner and activity in order.
  public static let earningRules = 1_000
  /// Conditions of one rule, those within conditions included, and how deep they nest: more cannot be read.
  public static let conditions = 100
  public static let conditionDepth = 6
  /// Points of a budget or a quota: a programme's total fits 64 bits a thousand times.
  public static let budget: Int64 = 1_000_000_000_000_000
  public static let partners = 1_000
  /// Published versions: one a week for ten years. All are kept, in memory too: a debit of years ago names its version.
  public static let versions = 520
  /// A document and the text it was read from, together: they are one record, and one chunk of a snapshot, of 1 MiB.
  public static let publicationBytes = 1_000_000
  public static let operators = 1_000
  public static let certificateSubjects = 16
  public static let catalogueItems = 10_000
  public static let benefits = 100
  /// A use a day, with some to spare.
  public static let benefitUses: UInt32 = 1_000
  /// Grace and notice are shorter than half a year.
  public static let reviewDays: UInt32 = 180
  /// Five years: each month of a rolling window is kept for each member.
  public static let rollingMonths: UInt32 = 60
  /// Those of a policy that does not say: a year.
  public static let usualRollingMonths: UInt32 = 12
  /// Calls a second, or at once: more than a server answers.
  public static let calls: UInt32 = 1_000_000
  /// Teams that look after members.
  public static let team = 100
  /// Bytes of an id: of a partner, tier, rule, item, or programme.
  public static let idBytes = 64
  /// Bytes of a text in one language.
  public static let textBytes = 4_000
  /// A hundredfold, over 10,000.
  public static let multiplier: UInt32 = 1_000_000
  /// A single award or price; a million of them still fit an account.
  public static let points: Int64 = 1_000_000_000_000
  /// A hundred years.
  public static let expiryMonths: UInt32 = 1_200
  /// Ten years.
  public static let windowDays: UInt32 = 3_650
  /// A year, in minutes: what is reserved for longer is spent.
  public static let holdMinutes: UInt32 = 525_600
  /// A partner's clock that is further off is broken.
  public static let clockSkewMinutes: UInt32 = 1_440
  /// A year.
  public static let deadlineHours: UInt32 = 8_760
  /// Offsets from UTC in use run from −12 to +14 hours.
  public static let utcOffsetMinutes: ClosedRange<Int32> = -720...840
  /// Prices of an item for a time: one a week for two years.
  public static let pricePeriods = 104
  /// Dates of an item: one a day for two years.
  public static let sessions = 732
  /// Parts of a bundle: each is a move of stock in the record.
  public static let bundleParts = 20
  /// Of one part in a bundle.
  public static let bundleQuantity: Int64 = 100
  /// Minutes that a quote or a reservation can last: a week. Both keep memory.
  public static let promiseMinutes: UInt32 = 10_080
  /// Both ways for every partner.
  public static let exchanges = 2_000
  public static let voucherOffers = 1_000
}

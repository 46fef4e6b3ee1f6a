// What differs in the end, member by member and in total.

import LoyaltyMessages

/// One side's figures of a member, or of all.
public struct SimulatedFigures: Hashable, Sendable {
  /// Points of activities in the period, less what was taken back.
  public var earned: Int64 = 0
  /// Points paid for items and holds in the period, less what was given back.
  public var spent: Int64 = 0
  /// Points at the end of the period: those that can be spent, held and pending ones, less debt.
  public var balance: Int64 = 0
}

/// A member for whom the draft makes a difference.
public struct SimulatedMember: Hashable, Sendable {
  public var member: String
  public var actual: SimulatedFigures
  public var draft: SimulatedFigures
  /// Tiers at the end. The draft's is empty for a member whom it does not enrol.
  public var actualTier: String
  public var draftTier: String
  /// Its commands that the draft refuses.
  public var refused: Int
}

/// What the draft comes to over all members.
public struct SimulationTotals: Hashable, Sendable {
  public var actual = SimulatedFigures()
  public var draft = SimulatedFigures()
  public var membersWithMore = 0
  public var membersWithLess = 0
  public var membersAlike = 0
  /// Whose tier is another one, of the three above.
  public var membersInHigherTier = 0
  public var membersInLowerTier = 0
}

/// Compares the two ledgers of a simulation, some members at a time.
public struct SimulationComparison: Sendable {
  public private(set) var totals = SimulationTotals()
  private let simulation: Simulation
  private let atMs: Int64
  private let actualPolicy: CompiledPolicy?
  private let draftPolicy: CompiledPolicy?
  private var next = 0
  /// Members for whom something differs.
  public var differentCount: Int { different.count }
  private var different: [(member: UInt32, difference: Int64)] = []

  /// - Parameter atMs: the end of the period.
  public init(_ simulation: Simulation, atMs: Int64) {
    self.simulation = simulation
    self.atMs = atMs
    actualPolicy = simulation.actual.policies.inEffect(at: atMs)
    draftPolicy = simulation.draft.policies.inEffect(at: atMs)
  }

  /// Compares so many further members.
  /// - Returns: whether there are more.
  public mutating func step(_ count: Int) -> Bool {
    let end = min(simulation.memberCount, next + count)
    while next < end {
      if let entry = entry(UInt32(next)) { add(entry, UInt32(next)) }
      next += 1
    }
    return next < simulation.memberCount
  }

  /// The members for whom most differs, most first; those with less before those with as much more.
  public func members(most: Int) -> [SimulatedMember] {
    different.sorted {
      ($0.difference.magnitude, $1.difference, $0.member) > ($1.difference.magnitude, $0.difference, $1.member)
    }
    .prefix(most).compactMap { entry($0.member) }
  }

  private mutating func add(_ entry: SimulatedMember, _ member: UInt32) {
    func add(_ figures: SimulatedFigures, to sum: inout SimulatedFigures) {
      sum.earned &+= figures.earned
      sum.spent &+= figures.spent
      sum.balance &+= figures.balance
    }
    add(entry.actual, to: &totals.actual)
    add(entry.draft, to: &totals.draft)
    let difference = entry.draft.balance &- entry.actual.balance
    switch difference {
    case 0: totals.membersAlike += 1
    case 1...: totals.membersWithMore += 1
    default: totals.membersWithLess += 1
    }
    if entry.draftTier != entry.actualTier, let draftPolicy {
      // Tiers are compared as the draft ranks them; one that it no longer has counts as the lowest.
      let (before, after) = (draftPolicy.tierIndex(entry.actualTier), draftPolicy.tierIndex(entry.draftTier))
      if after ?? -1 > before ?? -1 { totals.membersInHigherTier += 1 } else { totals.membersInLowerTier += 1 }
    }
    if entry.actual != entry.draft || entry.actualTier != entry.draftTier || entry.refused > 0 {
      different.append((member, difference))
    }
  }

  /// Nil for a member that stands for another.
  private func entry(_ member: UInt32) -> SimulatedMember? {
    let ledger = simulation.actual
    guard ledger.members[Int(member)].status != .merged else { return nil }
    let name = ledger.memberNames.string(member)
    let flow = simulation.flow(of: name)
    let there = Self.state(of: member, in: ledger, actualPolicy, atMs)
    let place = simulation.draft.memberNames.find(name.utf8.span, key: simulation.draft.hashKey)
    let here = place.map { Self.state(of: $0, in: simulation.draft, draftPolicy, atMs) } ?? (balance: 0, tier: "")
    return SimulatedMember(
      member: name,
      actual: SimulatedFigures(earned: flow.earned, spent: flow.spent, balance: there.balance),
      draft: SimulatedFigures(earned: flow.earnedInDraft, spent: flow.spentInDraft, balance: here.balance),
      actualTier: there.tier, draftTier: here.tier, refused: flow.refused)
  }

  private static func state(
    of member: UInt32, in ledger: borrowing Ledger, _ policy: CompiledPolicy?, _ now: Int64
  ) -> (balance: Int64, tier: String) {
    let state = ledger.members[Int(member)]
    let balance =
      ledger.lapsed(of: state, now: now).available &+ ledger.holds.points(of: member)
      &+ ledger.pending.points(of: member) &- ledger.debt(of: state)
    let tier = policy.map { $0.tiers[ledger.standing(of: member, policy: $0, now: now).tier].id } ?? ""
    return (balance, tier)
  }
}

// Activities that nobody has been credited for: in suspense until their member is found, or claimed until staff decides.
// An activity has one name (partner, kind, reference), and under it at most one of each kind is open.

import LoyaltyMessages

/// The state of claims and suspense. Changes only by records.
struct ClaimRoom: Sendable {
  /// Claims and activities in suspense, those that ended lately included: some 600 bytes each.
  static let capacity = 200_000
  /// How long one that has ended is still listed, milliseconds: a quarter, in which partners settle.
  static let keptEndedMs: Int64 = 90 * CivilCalendar.millisecondsPerDay

  /// What names an activity once and for all.
  struct Reference: Hashable, Sendable {
    var partner: String
    var activity: Activity
    var reference: String
  }

  private(set) var claims = SequenceTable<ClaimState>()
  private var byReference: [Reference: [UInt64]] = [:]
  private var byNumber: [[UInt8]: [UInt64]] = [:]
  /// Claims that wait, by the id that claims.
  private var waiting: [String: Int] = [:]
  /// When each expires or, once it has ended, is forgotten.
  private(set) var leaving = DueQueue()
  /// Activities in suspense whose number names a member.
  private(set) var ready = DueQueue()

  var isEmpty: Bool { claims.count == 0 }
  var isFull: Bool { claims.count >= Self.capacity }
  var hasSuspended: Bool { !byNumber.isEmpty }

  /// Of an activity: what is open, ascending.
  func open(_ reference: Reference) -> [ClaimState] { (byReference[reference] ?? []).compactMap { claims[$0] } }

  /// Claims of a member that wait.
  func waiting(of member: String) -> Int { waiting[member] ?? 0 }

  // MARK: - Changes

  /// - Returns: what is wrong with it; nil if nothing is.
  mutating func add(_ claim: ClaimState) -> String? {
    guard claims.append(claim.claim, claim) else { return "begins claim \(claim.claim) before one that is there" }
    leaving.set(claim.claim, dueMs: claim.untilMs)
    guard claim.status.isOpen else { return nil }
    byReference[claim.reference, default: []].append(claim.claim)
    if claim.status == .claimed {
      waiting[claim.activity?.member ?? "", default: 0] += 1
    } else {
      byNumber[claim.numberName, default: []].append(claim.claim)
      if claim.ready { ready.set(claim.claim, dueMs: 0) }
    }
    return nil
  }

  mutating func end(_ end: ClaimEnd, by sequence: UInt64) -> String? {
    guard let claim = claims[end.claim] else { return "ends claim \(end.claim), which there is not" }
    if end.status == .unspecified {
      guard !claim.status.isOpen else { return "forgets claim \(end.claim), which is open" }
      leaving.remove(end.claim)
      claims.remove(end.claim)
      return nil
    }
    guard claim.status.isOpen, !end.status.isOpen else { return "ends claim \(end.claim), which has ended" }
    Self.remove(end.claim, from: &byReference, claim.reference)
    if claim.status == .claimed {
      let left = (waiting[claim.activity?.member ?? ""] ?? 1) - 1
      waiting[claim.activity?.member ?? ""] = left > 0 ? left : nil
    } else {
      Self.remove(end.claim, from: &byNumber, claim.numberName)
      ready.remove(end.claim)
    }
    leaving.set(end.claim, dueMs: end.forgetMs)
    _ = claims.update(end.claim) {
      $0.status = end.status
      $0.endedBy = sequence
      $0.refusal = end.refusal
      $0.untilMs = end.forgetMs
      $0.ready = false
    }
    return nil
  }

  /// A partner's number begins to name a member.
  mutating func linked(_ number: [UInt8]) {
    for id in byNumber[number] ?? [] {
      _ = claims.update(id) { $0.ready = true }
      ready.set(id, dueMs: 0)
    }
  }

  private static func remove<Key>(_ id: UInt64, from lists: inout [Key: [UInt64]], _ key: Key) {
    lists[key]?.removeAll { $0 == id }
    if lists[key]?.isEmpty == true { lists[key] = nil }
  }
}

extension ClaimStatus {
  /// Waits for something.
  public var isOpen: Bool { self == .suspended || self == .claimed }
}

extension ClaimState {
  var reference: ClaimRoom.Reference {
    .init(
      partner: partner, activity: activity?.activity ?? .unspecified, reference: activity?.reference ?? "")
  }
  /// The partner's number as the ledger knows numbers.
  var numberName: [UInt8] { Ledger.numberName(partner: partner, number: activity?.partnerNumber ?? "") }
}

extension ClaimRoom: LedgerRoom {
  static let name = "claims"

  var count: Int { claims.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var all: [ClaimState] = []
    claims.forEach { _, claim in
      all.append(claim)
      return true
    }
    try SnapshotList.emit(all, size: { _ in 700 }) { try emit(.claims(ClaimPart(claims: $0))) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var open = 0
    var claimed = 0
    var suspended = 0
    var broken: [String] = []
    claims.forEach { id, claim in
      if claim.status.isOpen { open += 1 }
      if claim.status == .claimed { claimed += 1 }
      if claim.status == .suspended { suspended += 1 }
      if claim.ready, claim.status != .suspended { broken.append("claim \(id) is ready, and not in suspense") }
      if claim.activity == nil { broken.append("claim \(id) has no activity") }
      return true
    }
    func total<Key>(_ lists: [Key: [UInt64]]) -> Int { lists.values.reduce(0) { $0 + $1.count } }
    if total(byReference) != open { broken.append("\(total(byReference)) claims are listed by reference, of \(open)") }
    if total(byNumber) != suspended { broken.append("\(total(byNumber)) are listed by number, of \(suspended)") }
    if waiting.values.reduce(0, +) != claimed { broken.append("members count other claims than the \(claimed)") }
    if leaving.count != claims.count { broken.append("\(leaving.count) claims leave, of \(claims.count)") }
    return broken
  }

  mutating func restore(_ part: ClaimPart) throws(RestoreError) {
    for claim in part.claims {
      guard claim.activity != nil, claim.status != .unspecified else {
        throw RestoreError(description: "claim \(claim.claim) has no activity, or no status")
      }
      if let problem = add(claim) { throw RestoreError(description: problem) }
    }
  }
}

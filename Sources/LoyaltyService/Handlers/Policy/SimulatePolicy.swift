// Simulate: history up to a period makes a ledger, and the period is decided anew in it under a draft. It reads the
// journal and never takes the ledger's lock for it; what it builds is its own.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime
import Synchronization

/// What a simulation may take.
enum SimulationLimits {
  /// Members of the ledger: it is built up to three times beside the one in service, some 500 bytes a member each.
  static let members = 2_000_000
  /// Records of history up to the period's end: at some microseconds each, a few minutes of one core.
  static let records: UInt64 = 50_000_000
  /// Records in the period: for each, what the draft made otherwise may have to be kept, some 200 bytes.
  static let periodRecords = 2_000_000
  /// Records between two looks at whether the caller still waits, a few milliseconds.
  static let recordsAStep = 500
  /// Members compared between two such looks.
  static let membersAStep = 5_000
  static let defaultMembers = 100
  static let mostMembers: Int32 = 10_000
  /// Members in one message.
  static let membersAMessage = 100
}

/// Lets one simulation in at a time: each takes memory for a ledger of its own.
final class SimulationSlot: Sendable {
  private let isTaken = Mutex(false)

  /// Runs `body` unless another is running.
  /// - Throws: RESOURCE_EXHAUSTED, with what `body` throws.
  func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    let mayRun = isTaken.withLock { taken in
      defer { taken = true }
      return !taken
    }
    guard mayRun else {
      throw RPCError(.resourceExhausted, "another simulation is running: try again when it has ended")
    }
    defer { isTaken.withLock { $0 = false } }
    return try await body()
  }
}

extension PolicyHandlers {
  func simulate(
    _ request: SimulateRequest, _ call: CallSituation, _ send: (SimulateResponse) async throws -> Void
  ) async throws {
    if let refusal = call.caller.refusal(for: .simulatePolicy) {
      throw RPCError(refusal, language: call.language(policy: policy))
    }
    var fields = RequestFields()
    if (request.version > 0) == !request.yaml.isEmpty {
      fields.report("yaml", "give either yaml or version: the policy to try")
    }
    if request.yaml.utf8.count > Self.longestYAML {
      fields.report("yaml", "has \(request.yaml.utf8.count) bytes; at most \(Self.longestYAML)")
    }
    let (from, until) = fields.checkPeriod(from: request.from, until: request.until, now: call.now)
    if !(0...SimulationLimits.mostMembers).contains(request.maxMembers) {
      fields.report("max_members", "is \(request.maxMembers); must be 0 to \(SimulationLimits.mostMembers)")
    }
    if let error = fields.error { throw error }
    let draft = try draft(request, call)
    let most = request.maxMembers == 0 ? SimulationLimits.defaultMembers : Int(request.maxMembers)
    try await simulations.run {
      try await telling {
        let simulation = try await simulated(draft, from: from, until: until)
        var comparison = SimulationComparison(simulation, atMs: until)
        while comparison.step(SimulationLimits.membersAStep) { try await pause() }
        let members = comparison.members(most: most)
        try await send(
          SimulateResponse(part: .totals(LoyaltyAPI.SimulationTotals(comparison, simulation, named: members.count))))
        for start in stride(from: 0, to: members.count, by: SimulationLimits.membersAMessage) {
          let page = members[start..<min(members.count, start + SimulationLimits.membersAMessage)]
          try await send(
            SimulateResponse(part: .members(SimulatedMembers(members: page.map(LoyaltyAPI.SimulatedMember.init)))))
        }
      }
    }
  }

  /// The policy to try.
  private func draft(_ request: SimulateRequest, _ call: CallSituation) throws -> Policy {
    let (book, name) = programme.store.read { ledger in (ledger.policies, ledger.programme) }.value
    if request.version > 0 {
      guard let published = book[request.version] else {
        throw RPCError(
          Refusal(.policyUnknown, ["version": "\(request.version)"]), language: call.language(policy: policy))
      }
      return published.document
    }
    do throws(PolicyFileError) {
      return try PolicyFile.parse(request.yaml, file: "yaml") { document in
        document.programme?.id == name
          ? [] : [PolicyProblem(path: "programme.id", message: "is not '\(name)', whose history this is")]
      }.document
    } catch {
      throw RPCError(error, field: "yaml")
    }
  }

  /// The period, decided anew.
  private func simulated(_ draft: Policy, from: Int64, until: Int64) async throws -> Simulation {
    let members = programme.store.read { ledger in ledger.memberCount }.value
    guard members <= SimulationLimits.members else {
      throw RPCError(
        .resourceExhausted,
        "the ledger has \(members) members; a simulation takes \(SimulationLimits.members) at most")
    }
    // Off the event loop; then the period must be closed, so that it reads the same whenever it is asked for.
    await Task.yield()
    try await programme.waitForEnd(of: until)
    var ledger = programme.emptyLedger
    var simulation: Simulation?
    var period = 0
    var after: UInt64 = 0
    reading: while true {
      let page: [HistoryEntry<Record>]
      do { page = try programme.history.records(after: after, limit: SimulationLimits.recordsAStep) } catch StoreError
        .notRetained
      {
        throw RPCError(
          .failedPrecondition, "history no longer begins with the first record, so that no period can be decided anew")
      }
      guard let last = page.last else { break }
      for entry in page {
        if entry.record.timeMs >= until { break reading }
        if simulation == nil, entry.record.timeMs >= from {
          simulation = Simulation(from: ledger, draft: draft, fromMs: from)
          ledger = programme.emptyLedger
        }
        guard simulation != nil else {
          ledger.apply(entry.record, sequence: entry.sequence)
          continue
        }
        period += 1
        simulation?.replay(entry.record, sequence: entry.sequence)
      }
      guard period <= SimulationLimits.periodRecords, last.sequence <= SimulationLimits.records else {
        throw RPCError(
          .resourceExhausted,
          "the period has more than \(SimulationLimits.periodRecords) records, or it and what is before it more than \(SimulationLimits.records): simulate a shorter or earlier one"
        )
      }
      after = last.sequence
      try await pause()
    }
    var result = simulation ?? Simulation(from: ledger, draft: draft, fromMs: from)
    result.finish(at: until)
    if let problem = result.problem {
      throw RPCError(.internal, "the simulation contradicts itself, and its result would be wrong: \(problem)")
    }
    return result
  }

  /// Lets others have the thread, and ends with the call.
  private func pause() async throws {
    try Task.checkCancellation()
    await Task.yield()
  }
}

extension LoyaltyAPI.SimulationTotals {
  init(_ comparison: SimulationComparison, _ simulation: Simulation, named: Int) {
    let totals = comparison.totals
    self.init(
      actual: .init(totals.actual), draft: .init(totals.draft), membersWithMore: Int64(totals.membersWithMore),
      membersWithLess: Int64(totals.membersWithLess), membersAlike: Int64(totals.membersAlike),
      membersInHigherTier: Int64(totals.membersInHigherTier), membersInLowerTier: Int64(totals.membersInLowerTier),
      commands: Int64(simulation.commands),
      refusals: simulation.refusals.map { SimulatedRefusals(reason: $0.key.rawValue, count: Int64($0.value)) }
        .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) },
      membersLeftOut: Int64(comparison.differentCount - named))
  }
}

extension LoyaltyAPI.SimulatedFigures {
  init(_ figures: LoyaltyEngine.SimulatedFigures) {
    self.init(earned: figures.earned, spent: figures.spent, balance: figures.balance)
  }
}

extension LoyaltyAPI.SimulatedMember {
  init(_ member: LoyaltyEngine.SimulatedMember) {
    self.init(
      memberID: member.member, actual: .init(member.actual), draft: .init(member.draft),
      actualTierID: member.actualTier, draftTierID: member.draftTier, refused: Int64(member.refused))
  }
}

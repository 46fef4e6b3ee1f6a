// Two sides' lines beside each other. The partner's are kept, the ledger's pass by: memory is bounded by what the partner
// sent.

import LoyaltyAPI

struct ReconciliationBooks {
  /// Lines of one reconciliation: some 100 MB.
  static let mostLines = 200_000
  /// Findings that are told one by one; the counts are of all.
  static let mostFindings = 10_000
  /// How far outside the period a line is looked for.
  static let lateMs: Int64 = 7 * 86_400_000

  private struct Key: Hashable {
    var kind: Int32
    var reference: String
  }

  private struct Entry {
    var line: ReconcileLine
    var times = 1
    var ours: SettlementLine?
    var isLate = false
  }

  private var entries: [Key: Entry] = [:]
  private var order: [Key] = []
  private var lineCount = 0
  private var missing: [SettlementLine] = []
  private var missingCount: Int64 = 0

  /// Takes a line of the partner's; false if there are too many.
  mutating func add(_ line: ReconcileLine) -> Bool {
    lineCount += 1
    guard lineCount <= Self.mostLines else { return false }
    let key = Key(kind: line.kind.rawValue, reference: line.reference)
    if entries[key]?.times == nil {
      entries[key] = Entry(line: line)
      order.append(key)
    } else {
      entries[key]?.times += 1
    }
    return true
  }

  /// Puts a line of the ledger's beside the partner's.
  mutating func compare(_ line: SettlementLine, isInPeriod: Bool) {
    let key = Key(kind: line.kind.rawValue, reference: line.reference)
    guard entries[key] != nil else {
      if isInPeriod {
        missingCount += 1
        if missing.count < Self.mostFindings { missing.append(line) }
      }
      return
    }
    // One in the period counts before one outside of it.
    if entries[key]?.ours == nil || isInPeriod && entries[key]?.isLate == true {
      entries[key]?.ours = line
      entries[key]?.isLate = !isInPeriod
    }
  }

  /// References of accruals that the ledger has not been found to have.
  var unmatchedAccruals: [String] {
    order.filter { $0.kind == SettlementKind.accrual.rawValue && entries[$0]?.ours == nil }.map(\.reference)
  }

  func finish() -> ReconcileResponse {
    var response = ReconcileResponse(missing: missingCount)
    var findings: [FindingKind: [ReconcileFinding]] = [:]
    func find(_ kind: FindingKind, _ entry: Entry) {
      findings[kind, default: []].append(
        ReconcileFinding(
          finding: kind, theirs: entry.line, ours: entry.ours, times: kind == .doubled ? Int32(entry.times) : 0))
    }
    for key in order {
      guard let entry = entries[key] else { continue }
      if entry.times > 1 {
        response.doubled += 1
        find(.doubled, entry)
      }
      guard let ours = entry.ours else {
        response.lost += 1
        find(.lost, entry)
        continue
      }
      if entry.isLate {
        response.late += 1
        find(.late, entry)
      }
      if ours.points != entry.line.points || ours.miles != entry.line.miles || ours.money != entry.line.money {
        response.differing += 1
        find(.differing, entry)
      } else if !entry.isLate, entry.times == 1 {
        response.matched += 1
      }
    }
    findings[.missing] = missing.map { ReconcileFinding(finding: .missing, ours: $0) }
    for kind in [FindingKind.lost, .missing, .doubled, .late, .differing] {
      response.findings += (findings[kind] ?? []).prefix(Self.mostFindings - response.findings.count)
    }
    response.agrees =
      response.lost + response.missing + response.doubled + response.late + response.differing == 0
    return response
  }
}

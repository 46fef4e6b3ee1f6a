// Every version of the policy that was published, and which of them decides when. Versions form a line: each has a
// greater number than the one before it and begins to decide later. One that has begun to decide never changes and is never
// taken back; one that has not can be withdrawn.

import LoyaltyMessages
import ProtobufRuntime

/// A version of the policy on the ledger.
public struct PublishedPolicy: Sendable {
  public let document: Policy
  /// What it was read from, YAML.
  public let source: String
  /// The document made ready to decide; nil for one that lacks what every decision needs.
  public let compiled: CompiledPolicy?
  public let effectiveFromMs: Int64
  public let publishedMs: Int64
  /// Common name of the certificate that published it; empty for the policy file.
  public let publishedBy: String
  /// Sequence of its record.
  public let sequence: UInt64
  /// When it was withdrawn; nil if it was not.
  public internal(set) var withdrawnMs: Int64?

  public var version: UInt32 { document.version }
}

/// The published versions, in the order of publication.
public struct PolicyBook: LedgerRoom {
  static let name = "policies"

  public private(set) var versions: [PublishedPolicy] = []
  /// The versions that were not withdrawn: ascending by number and by the moment from which they decide.
  private var line: [Int] = []

  public var count: Int { versions.count }

  /// The version that decides at a moment; nil before the first.
  public func inEffect(at ms: Int64) -> CompiledPolicy? {
    for index in line.reversed() where versions[index].effectiveFromMs <= ms { return versions[index].compiled }
    return nil
  }

  public subscript(version: UInt32) -> PublishedPolicy? { versions.first { $0.version == version } }

  /// The versions that were not withdrawn, in the order in which they decide.
  public var decisive: [PublishedPolicy] { line.map { versions[$0] } }

  /// Why a document cannot follow on the versions before it; empty if it can. Mistakes of the document alone are
  /// `PolicyValidator`'s.
  /// - Parameters:
  ///   - programme: of the ledger.
  ///   - now: Unix milliseconds.
  ///   - atOnce: it is to decide from `now` on, whatever it says.
  public func problems(
    publishing document: Policy, programme: String, now: Int64, atOnce: Bool = false
  ) -> [PolicyProblem] {
    var problems: [PolicyProblem] = []
    func report(_ path: String, _ message: String) { problems.append(PolicyProblem(path: path, message: message)) }
    if let id = document.programme?.id, id != programme {
      report("programme.id", "is '\(id)', and this ledger's programme is '\(programme)'")
    }
    if versions.count >= PolicyLimits.versions {
      report("version", "would be one more than the \(PolicyLimits.versions) versions that a ledger keeps")
    }
    guard let last = versions.max(by: { $0.version < $1.version }) else { return problems }
    if document.version <= last.version {
      report("version", "is \(document.version), and version \(last.version) has been published: count up from it")
    }
    let from = atOnce ? now : document.effectiveFrom?.policyMilliseconds ?? now
    if from < now {
      report("effective_from", "is in the past: what has been decided stays; give a moment to come")
    } else if let index = line.last, from <= versions[index].effectiveFromMs {
      report(
        "effective_from",
        "is not after that of version \(versions[index].version): withdraw that version first, or begin after it")
    }
    var known: [RuleName: (rule: EarningRule, version: UInt32)] = [:]
    for version in versions {
      for rule in version.document.earningRules {
        known[RuleName(id: rule.id, version: rule.version)] = (rule, version.version)
      }
    }
    for (index, rule) in document.earningRules.enumerated() {
      guard let other = known[RuleName(id: rule.id, version: rule.version)], other.rule != rule else { continue }
      report(
        "earning_rules[\(index)].version",
        "is \(rule.version), and '\(rule.id)' of that version is another rule in version \(other.version) of the policy: "
          + "a changed rule has another version")
    }
    return problems
  }

  private struct RuleName: Hashable {
    var id: String
    var version: UInt32
  }

  // MARK: - Changes

  mutating func append(_ policy: PublishedPolicy) {
    if policy.withdrawnMs == nil { line.append(versions.count) }
    versions.append(policy)
  }

  /// False if there is no such version, or it is withdrawn already.
  mutating func withdraw(_ version: UInt32, at ms: Int64) -> Bool {
    guard let index = line.first(where: { versions[$0].version == version }) else { return false }
    versions[index].withdrawnMs = ms
    line.removeAll { $0 == index }
    return true
  }
}

extension PublishedPolicy {
  init(
    _ document: Policy, source: String, publishedMs: Int64, publishedBy: String, sequence: UInt64,
    withdrawnMs: Int64? = nil
  ) {
    self.document = document
    self.source = source
    compiled = try? CompiledPolicy(published: document)
    effectiveFromMs = document.effectiveFrom?.policyMilliseconds ?? 0
    self.publishedMs = publishedMs
    self.publishedBy = publishedBy
    self.sequence = sequence
    self.withdrawnMs = withdrawnMs
  }
}

extension PolicyBook {
  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    for version in versions {
      try emit(
        .policy(
          PolicyPart(
            document: version.document, source: version.source, publishedMs: version.publishedMs,
            publishedBy: version.publishedBy, sequence: version.sequence, withdrawnMs: version.withdrawnMs ?? 0)))
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    zip(decisive, decisive.dropFirst()).compactMap { earlier, later in
      earlier.version < later.version && earlier.effectiveFromMs < later.effectiveFromMs
        ? nil : "version \(later.version) of the policy does not follow on \(earlier.version)"
    }
  }

  mutating func restore(_ part: PolicyPart) throws(RestoreError) {
    guard let document = part.document, self[document.version] == nil else {
      throw RestoreError(description: "version \(part.document?.version ?? 0) of the policy is empty or there twice")
    }
    append(
      PublishedPolicy(
        document, source: part.source, publishedMs: part.publishedMs, publishedBy: part.publishedBy,
        sequence: part.sequence, withdrawnMs: part.withdrawnMs == 0 ? nil : part.withdrawnMs))
  }
}

// What the ledger is asked and what it answers. The input of a command is the journal's own message, so that what is
// decided, what is recorded and what is replayed are one thing.

import LoyaltyMessages

/// Who asks.
public struct Caller: Hashable, Sendable {
  /// Common name of the client certificate; empty for the service itself.
  public var subject: String
  /// The partner it speaks for; empty for operators and the service itself.
  public var partner: String
  /// What an operator may do.
  public var roles: [String]
  /// The end user a service acts for; empty if it named none.
  public var endUser: String

  public init(subject: String, partner: String = "", roles: [String] = [], endUser: String = "") {
    self.subject = subject
    self.partner = partner
    self.roles = roles
    self.endUser = endUser
  }

  /// The service's own work: opening the ledger, expiry.
  public static let service = Caller(subject: "")
}

/// One thing to decide.
public struct Command: Hashable, Sendable {
  /// What is asked. Members may be named by the partner's number alone; the record names them by id.
  public var input: Record.Input
  /// The caller's key; empty for the service's own work.
  public var idempotencyKey: String

  public init(_ input: Record.Input, idempotencyKey: String = "") {
    self.input = input
    self.idempotencyKey = idempotencyKey
  }
}

/// What is decided: a record that is the answer once it is durable, or an answer at once. Nothing has changed yet.
public typealias Decision = Step<Record, Verdict>

/// An answer that takes no record.
public enum Verdict: Hashable, Sendable {
  /// The same request has been accepted before under the same key: this was the answer, durable at its sequence.
  case repeated(Accepted)
  /// The rules say no. Nothing changes.
  case refused(Refusal)
  /// The service's own work found nothing to do.
  case nothingToDo
}

/// An accepted command, as its caller is told.
public struct Accepted: Hashable, Sendable {
  /// The record's place in the journal; names the accrual, redemption or ticket.
  public var sequence: UInt64
  public var timeMs: Int64
  public var policyVersion: UInt32
  public var outcome: KeptOutcome.Outcome

  public init(sequence: UInt64, timeMs: Int64, policyVersion: UInt32, outcome: KeptOutcome.Outcome) {
    self.sequence = sequence
    self.timeMs = timeMs
    self.policyVersion = policyVersion
    self.outcome = outcome
  }

  /// What a record tells its caller; nil for the service's own records.
  public init?(_ record: Record, sequence: UInt64) {
    guard let outcome = record.keptOutcome else { return nil }
    self.init(sequence: sequence, timeMs: record.timeMs, policyVersion: record.policyVersion, outcome: outcome)
  }
}

extension Record {
  /// The part of the outcome that is kept under the idempotency key.
  var keptOutcome: KeptOutcome.Outcome? {
    switch outcome {
    case .accrued(let outcome): .accrued(outcome)
    case .redeemed(let outcome): .redeemed(outcome)
    case .ticketOpened(let outcome): .ticketOpened(outcome)
    case .holdReserved(let outcome): .holdReserved(outcome)
    case .holdConfirmed(let outcome): .holdConfirmed(outcome)
    case .holdReleased(let outcome): .holdReleased(outcome)
    case .policyPublished(let outcome): .policyPublished(outcome)
    case .policyWithdrawn(let outcome): .policyWithdrawn(outcome)
    case .entitlementUsed(let outcome): .entitlementUsed(outcome)
    case .catalogueChanged(let outcome): .catalogue(outcome)
    case .partnershipChanged(let outcome): .partnership(outcome)
    case .bulletinPublished(let outcome): .bulletinPublished(outcome)
    case .memberChanged(let outcome): .memberChanged(outcome)
    case .erased(let outcome): .erased(outcome)
    case .accrualReversed(let outcome): .accrualReversed(outcome)
    case .paymentReversed(let outcome): .paymentReversed(outcome)
    case .adjusted(let outcome): .adjusted(outcome)
    case .extended(let outcome): .extended(outcome)
    case .reinstated(let outcome): .reinstated(outcome)
    case .transferred(let outcome): .transferred(outcome)
    case .merged(let outcome): .merged(outcome)
    case .imported(let outcome): .imported(outcome)
    case .proposed(let outcome): .proposed(outcome)
    case .rejected(let outcome): .rejected(outcome)
    case .proposalsTimedOut, .pendingPosted: nil
    case .ticketStepped(let outcome): .ticketStepped(outcome)
    case .improved(let outcome): .improved(outcome)
    case .surveyed(let outcome): .surveyed(outcome)
    case .campaignStepped(let outcome): .campaignStepped(outcome)
    case .outboxFetched(let outcome): .outboxFetched(outcome)
    case .outboxReceipted(let outcome): .outboxReceipted(outcome)
    case .clockNoted(let outcome): .clockNoted(outcome)
    case .claimOpened(let outcome): .claimOpened(outcome)
    case .claimRejected(let outcome): .claimRejected(outcome)
    case .expired, .holdsTimedOut, .tiersReviewed, .ticketsCameDue, .dayCame, .outboxCameDue, .offersCameDue,
      .claimsCameDue, nil:
      nil
    }
  }
}

// A member's statement: history, newest first, with the balance after each entry, reckoned back from what the ledger has.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

extension AccountHandlers {
  func entries(_ request: ListEntriesRequest, _ call: CallSituation) async throws -> Answer<ListEntriesResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let size = fields.pageSize(request.pageSize)
    let list = "entries \(request.memberID) \(request.partnerMemberNumber)"
    let place = fields.pagePlace(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    let partner = call.caller.partner
    let permission: Permission = partner.isEmpty ? .lookClosely : .look
    let looked = read(permission, call) { (ledger) throws(Refusal) in
      let member = try ledger.member(request.memberID, number: request.partnerMemberNumber, partner: partner).member
      return (member: member, balance: ledger.postedBalance(of: member)?.balance ?? 0)
    }
    let (member, present) = try looked.result.get()
    try await programme.waitForHistory(through: looked.sequence)

    // A place is where the page begins, and what the account had before that.
    let parts = place.split(separator: " ")
    let before = parts.count == 2 ? UInt64(parts[0]) ?? 0 : looked.sequence + 1
    var balance = parts.count == 2 ? Int64(parts[1]) ?? 0 : present
    var entries: [AccountEntry] = []
    let next = try programme.walkHistory(of: member, before: before, wanted: size) { record in
      guard var entry = try entry(record, of: member) else { return true }
      if partner.isEmpty { entry.balance = balance } else { entry.reason = "" }
      // A token is not signed: whatever it says of the balance must not stop the process.
      balance &-= entry.points
      if partner.isEmpty || record.record.partner == partner { entries.append(entry) }
      return entries.count < size
    }
    return Answer(
      .success(
        ListEntriesResponse(
          entries: entries, nextPageToken: next.map { PageToken.token("\($0) \(balance)", list: list) } ?? "")),
      sequence: looked.sequence)
  }
}

extension ProgrammeHandlers {
  /// What a record did to a member's points, with what was said to it; nil if it moved none.
  func entry(_ record: HistoryEntry<Record>, of member: String) throws -> AccountEntry? {
    guard var entry = AccountEntry(record.record, sequence: record.sequence, of: member) else { return nil }
    guard let sealed = record.record.said else { return entry }
    let text = try words(sealed, or: "").text
    // Members say why they give points away as a reference; the rest is staff's.
    if case .transfer? = record.record.input { entry.reference = text } else { entry.reason = text }
    return entry
  }
}

extension AccountEntry {
  /// What a record did to a member's points; nil if it moved none.
  init?(_ record: Record, sequence: UInt64, of member: String) {
    var points: Int64 = 0
    var qualifying: Int64 = 0
    var lapsed: Int64 = 0
    var changes: [UInt64: Int64] = [:]
    var order: [UInt64] = []
    var isTouched = false
    for posting in record.postings {
      if posting.account == .expired, record.members.count == 1, posting.amount > 0 { lapsed += posting.amount }
      guard posting.account == .member || posting.account == .debt, record.name(posting.member) == member else {
        continue
      }
      isTouched = true
      switch posting.unit {
      case .award:
        points += posting.amount
        guard posting.account == .member else { continue }
        if changes[posting.lot] == nil { order.append(posting.lot) }
        changes[posting.lot, default: 0] += posting.amount
      case .qualifying: qualifying += posting.amount
      default: break
      }
    }
    guard isTouched else { return nil }
    let (kind, reference, reason) = record.told
    if kind == "expiry" { lapsed = -points }
    self.init(
      sequence: sequence, kind: kind, postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs), points: points,
      lapsedPoints: -lapsed, qualifyingPoints: qualifying, partnerID: record.partner, reference: reference,
      reason: reason,
      lots: order.map { LotChange(lotID: PublicName.lot($0), points: changes[$0] ?? 0) },
      policyVersion: record.policyVersion)
  }
}

extension Record {
  /// Why, under a member's key; nil where the record says it in clear, or nothing was said.
  var said: SealedWords? {
    switch input {
    case .status(let input): input.words
    case .accrualReversal(let input): input.words
    case .paymentReversal(let input): input.words
    case .adjustment(let input): input.words
    case .extension(let input): input.words
    case .reinstatement(let input): input.words
    case .transfer(let input): input.words
    case .merge(let input): input.words
    case .catalogue(let input):
      switch input.command {
      case .cancel(let command): command.words
      case .fulfil(let command): command.words
      default: nil
      }
    default: nil
    }
  }

  /// What happened, in a word, what it refers to, and why staff did it.
  var told: (kind: String, reference: String, reason: String) {
    switch input {
    case .accrual(let input): ("accrual", input.reference, "")
    case .redemption(let input): ("redemption", input.item, "")
    case .expiry: ("expiry", "", "")
    case .holdReservation(let input): ("hold", input.purpose, "")
    case .holdConfirmation(let input): ("hold_confirmation", PublicName.hold(input.hold), "")
    case .holdRelease(let input): ("hold_release", PublicName.hold(input.hold), "")
    case .holdTimeout: ("hold_timeout", "", "")
    case .pendingPost: ("posting", "", "")
    case .status(let input): ("status", "", input.reason)
    case .accrualReversal(let input): ("accrual_reversal", PublicName.accrual(input.accrual), input.reason)
    case .paymentReversal(let input): ("redemption_reversal", PublicName.redemption(input.payment), input.reason)
    case .adjustment(let input): ("adjustment", input.reference, input.reason)
    case .extension(let input): ("extension", "", input.reason)
    case .reinstatement(let input): ("reinstatement", PublicName.lot(input.lot), input.reason)
    case .transfer(let input): ("transfer", input.reason, "")
    case .merge(let input): ("merge", "", input.reason)
    case .import: ("import", "", "")
    case .catalogue(let input):
      switch input.command {
      case .reserve(let command): ("redemption_reservation", command.item, "")
      case .confirm(let command): ("redemption", PublicName.redemption(command.redemption), "")
      case .cancel(let command): ("redemption_cancellation", PublicName.redemption(command.redemption), command.reason)
      case .fulfil(let command): ("redemption_refund", PublicName.redemption(command.redemption), command.note)
      default: ("catalogue", "", "")
      }
    case .partnership(let input):
      if case .exchange(let command)? = input.command {
        ("exchange", command.reference, "")
      } else {
        ("exchange", "", "")
      }
    default: ("other", "", "")
    }
  }
}

// The room of the partners: how a record changes it, and how it goes into a snapshot and comes back.

import LoyaltyMessages

extension PartnershipState: LedgerRoom {
  static let name = "partnership"

  var count: Int { links.otherCount + vouchers.count + reversed.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    let members = links.membersByPartner()
    for (partner, name) in ledger.partnerNames.names.enumerated().sorted(by: { $0.element < $1.element }) {
      guard let own = members[partner] else { continue }
      try SnapshotList.emit(own, size: { _ in 5 }) {
        try emit(.partnership(PartnershipPart(links: [PartnerLinkState(partner: name, members: $0)])))
      }
    }
    var states: [VoucherRecordState] = []
    vouchers.forEach { key, voucher in
      states.append(
        VoucherRecordState(
          high: key.high, low: key.low, record: voucher.record, member: voucher.member, terms: voucher.terms,
          state: voucher.state))
    }
    try SnapshotList.emit(states, size: { 256 + ($0.terms?.honouredAt.count ?? 0) * 66 }) {
      try emit(.partnership(PartnershipPart(vouchers: $0)))
    }
    try SnapshotList.emit(reversed.sorted(), size: { _ in 10 }) {
      try emit(.partnership(PartnershipPart(reversedExchanges: $0)))
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    vouchers.forEach { _, voucher in
      if Int(voucher.member) >= ledger.memberCount {
        broken.append("a voucher of record \(voucher.record) has no member")
      }
    }
    for (partner, name) in ledger.partnerNames.names.enumerated() {
      let delivered = Int128(ledger.accounts[.miles, .milesDelivered, partner: partner])
      let settlement = Int128(ledger.accounts[.miles, .milesSettlement, partner: partner])
      if delivered + settlement != 0 {
        broken.append("miles of '\(name)': \(delivered) delivered, \(settlement) to settle: not zero together")
      }
    }
    return broken
  }
}

extension Ledger {
  /// Whether a partner may see a member: one that it has enrolled, credited or linked a number of. Operators see all.
  func isVisible(_ member: UInt32, to partner: String) -> Bool {
    if partner.isEmpty { return true }
    guard let place = partnerNames[partner] else { return false }
    return partnership.links.contains(member: Int(member), partner: place)
  }

  // MARK: - Apply

  /// Applies what a record changes between partners.
  mutating func applyPartnership(_ record: Record, _ resolver: inout MemberResolver) {
    var number: UInt32 = 0
    for issue in record.voucherIssues { add(issue, from: &number, record, &resolver) }
    for end in record.voucherEnds { partnership.vouchers.set(voucherKey(end.code), state: end.state) }
    for end in record.exchangeEnds where !partnership.reversed.insert(end.exchange).inserted {
      note(sequence, "reverses exchange \(end.exchange) again")
    }
    switch record.input {
    case .partnership(let input):
      partnership.vouchers.drop(now: timeMs)
      if case .exchange(let exchange)? = input.command, !exchange.reference.isEmpty {
        references.set(exchangeReference(exchange), to: sequence & FingerprintTable.maxValue)
      }
    default: break
    }
  }

  /// - Parameter number: of the record's next voucher; codes follow from it.
  private mutating func add(
    _ issue: VoucherIssue, from number: inout UInt32, _ record: Record, _ resolver: inout MemberResolver
  ) {
    guard let member = member(issue.member, record, &resolver) else { return }
    guard CivilCalendar.times.contains(issue.expiresMs), issue.count <= UInt32(limits.codesPerRedemption) else {
      return note(sequence, "issues \(issue.count) vouchers until \(issue.expiresMs) ms: there cannot be such")
    }
    var terms = issue
    terms.member = 0
    terms.count = 0
    for _ in 0..<issue.count {
      let code = VoucherCode.make(record: sequence, number: number, key: hashKey)
      number += 1
      let voucher = Voucher(record: sequence, member: UInt32(member), terms: terms, state: .issued)
      if !partnership.vouchers.add(voucher, key: voucherKey(code)) { note(sequence, "issues a voucher twice") }
    }
  }

  /// Notes that a partner knows a member from now on.
  mutating func linkPartner(_ partner: String, member: Int) {
    guard !partner.isEmpty else { return }
    partnership.links.insert(member: member, partner: partnerNames.insert(partner))
  }

  // MARK: - Restore

  mutating func restore(_ part: PartnershipPart) throws(RestoreError) {
    for link in part.links {
      let partner = partnerNames.insert(link.partner)
      for member in link.members {
        guard Int(member) < members.count else {
          throw RestoreError(description: "'\(link.partner)' knows member \(member) of \(members.count)")
        }
        partnership.links.insert(member: Int(member), partner: partner)
      }
    }
    for voucher in part.vouchers {
      guard Int(voucher.member) < members.count, let terms = voucher.terms,
        CivilCalendar.times.contains(terms.expiresMs)
      else {
        throw RestoreError(description: "a voucher of record \(voucher.record) has no member, terms, or end")
      }
      let key = Fingerprint(high: voucher.high, low: voucher.low)
      guard
        partnership.vouchers.add(
          Voucher(record: voucher.record, member: voucher.member, terms: terms, state: voucher.state), key: key)
      else { throw RestoreError(description: "a voucher of record \(voucher.record) is there twice") }
    }
    partnership.reversed.formUnion(part.reversedExchanges)
  }
}

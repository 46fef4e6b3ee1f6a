// What must be true of every ledger, checked from the state itself. Tests and the simulator ask after every record;
// recovery asks once.

import LoyaltyMessages

extension Ledger {
  /// Everything that is wrong, in words; empty for a sound ledger. Takes time in proportion to the ledger's size.
  public func checkInvariants() -> [String] {
    var broken: [String] = []
    if let inconsistency { broken.append(inconsistency) }
    var award: Int128 = 0
    var qualifying: Int128 = 0
    var lotCount = 0
    for index in 0..<members.count {
      let member = members[index]
      let name = memberNames.string(UInt32(index))
      broken += checkLots(of: member, number: UInt32(index), name: name)
      if member.qualifying < 0 { broken.append("'\(name)' has \(member.qualifying) qualifying points") }
      if Int(member.tier) >= tierNames.names.count { broken.append("'\(name)' has no tier") }
      broken += checkMonths(of: member, number: UInt32(index), name: name)
      award += Int128(member.balance)
      qualifying += Int128(member.qualifying)
      lotCount += Int(member.lots.count)
    }
    if lotCount != lots.count { broken.append("members have \(lotCount) lots, the table \(lots.count)") }
    for unit in LedgerUnit.all {
      let sum: Int128 =
        switch unit {
        case .award: award
        case .qualifying: qualifying
        case .miles, .unspecified, .unrecognized: 0
        }
      guard let own = accounts.sum(of: unit) else {
        broken.append("the programme's accounts of unit \(unit.rawValue) overflow")
        continue
      }
      if sum + Int128(own) != 0 {
        broken.append("unit \(unit.rawValue): members have \(sum), the programme \(own): not zero together")
      }
    }
    for (name, count) in zip(itemNames.names, taken) where count < 0 { broken.append("\(count) of '\(name)' taken") }
    for room in rooms { broken += room.problems(in: self) }
    if memberNames.count != members.count { broken.append("\(memberNames.count) names for \(members.count) members") }
    return broken
  }

  /// What must be true of one record: postings sum to zero per unit.
  public static func checkConservation(_ record: Record) -> [String] {
    // Miles of each partner are a unit of their own.
    var sums: [String: Int128] = [:]
    for posting in record.postings {
      let unit = "\(posting.unit.rawValue)" + (posting.unit == .miles ? " of '\(posting.partner)'" : "")
      sums[unit, default: 0] += Int128(posting.amount)
    }
    return sums.filter { $0.value != 0 }.map { "unit \($0.key): postings sum to \($0.value)" }.sorted()
  }

  private func checkLots(of member: Member, number: UInt32, name: String) -> [String] {
    var broken: [String] = []
    var sum: Int128 = 0
    var count = 0
    var last = Int64.min
    var slot = member.lots.first
    while slot != LotTable.none, count <= Int(member.lots.count) {
      let lot = lots[slot]
      if lot.remaining <= 0 { broken.append("lot \(lot.id) of '\(name)' has \(lot.remaining) points") }
      if lot.expiresMs < last { broken.append("lot \(lot.id) of '\(name)' lapses before the one ahead of it") }
      last = lot.expiresMs
      sum += Int128(lot.remaining)
      count += 1
      slot = lot.next
    }
    if member.hasDebt, last > timeMs { broken.append("'\(name)' owes points and has some") }
    if count != Int(member.lots.count) { broken.append("'\(name)' counts \(member.lots.count) lots, and has \(count)") }
    if sum != Int128(member.balance) { broken.append("'\(name)' has \(member.balance) points, the lots \(sum)") }
    return broken
  }
}

// The ledger as chunks of at most 1 MiB, and back. Equal ledgers give equal bytes: members, numbers, keys and tickets
// come in the order they came to be, everything else sorted.

import LoyaltyMessages
import ProtobufRuntime

/// A chunk that this program cannot take in.
public struct RestoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the chunk, with the values.
  public var description: String
}

/// How far a restore has come.
struct RestoreProgress: Sendable {
  var headerSeen = false
  var format: UInt32 = 0
  var ended = false
}

extension Ledger {
  /// Layout of the chunks that this program writes.
  static let snapshotFormat: UInt32 = 2
  /// Layouts that it reads: an older one has fewer parts, and what it does not have is empty.
  static let readableFormats: ClosedRange<UInt32> = 1...2
  /// A chunk is closed when it is estimated to have reached this, far enough below 1 MiB for one more entry.
  static let chunkBytes = 512 << 10
  /// Lots of one member in one entry: some 200 kB.
  private static let lotsPerEntry = 8_192

  public func snapshot(_ emit: ([UInt8]) throws -> Void) throws {
    func emitPart(_ part: SnapshotChunk.Part) throws { try emit(SnapshotChunk(part: part).serializedBytes()) }
    try emitPart(
      .header(
        SnapshotHeader(
          format: Self.snapshotFormat, programme: programme, hashKey: hashKey.bytes, sequence: sequence,
          timeMs: timeMs)))
    try emitMembers { try emitPart(.members($0)) }
    try emitNumbers { try emitPart(.numbers($0)) }
    try emitReferences { try emitPart(.references($0)) }
    try emitKeys { try emitPart(.keys($0)) }
    try emitAccounts { try emitPart(.accounts($0)) }
    for room in rooms { try room.snapshot(of: self, emitPart) }
    try emitPart(.end(snapshotEnd))
  }

  /// How many of each there are.
  private var snapshotEnd: SnapshotEnd {
    var end = SnapshotEnd(
      members: UInt64(members.count), lots: UInt64(lots.count), numbers: UInt64(numbers.count),
      references: UInt64(references.count), keys: UInt64(keys.count), tickets: UInt64(feedback.tickets.count))
    for room in rooms where room.count > 0 { end.rooms[type(of: room).name] = UInt64(room.count) }
    return end
  }

  // MARK: - Parts out

  private func emitMembers(_ emit: (MemberPart) throws -> Void) throws {
    var part = MemberPart()
    var bytes = 0
    func flush() throws {
      if !part.members.isEmpty { try emit(part) }
      part = MemberPart()
      bytes = 0
    }
    for index in 0..<members.count {
      let member = members[index]
      let id = memberNames.string(UInt32(index))
      var entry = MemberState(
        id: id, enrolledMs: member.enrolledMs, tier: tierName(member), tierUntilMs: member.tierUntilMs,
        periodEndsMs: member.periodEndsMs, qualifying: member.qualifying, purchased: member.marks.contains(.purchased),
        erased: member.marks.contains(.erased))
      entry.status = MemberStatus(rawValue: Int32(member.status.rawValue))
      entry.awaitsFirstActivity = member.awaitsFirstActivity
      (entry.spend, entry.nights, entry.segments) = (member.spend, Int64(member.nights), Int64(member.segments))
      entry.months = tierMonths[UInt32(index)] ?? []
      entry.footing = tierFootings[UInt32(index)]
      var slot = member.lots.first
      while slot != LotTable.none {
        let lot = lots[slot]
        if entry.lots.count == Self.lotsPerEntry {
          part.members.append(entry)
          try flush()
          entry = MemberState(id: id)
        }
        entry.lots.append(
          LotState(
            lot: lot.id, remaining: lot.remaining, expiresMs: lot.expiresMs == Int64.max ? 0 : lot.expiresMs,
            earnedMs: lot.earnedMs))
        slot = lot.next
      }
      bytes +=
        64 + id.utf8.count + entry.tier.utf8.count + entry.lots.count * 40 + entry.months.count * 24
        + (entry.footing == nil ? 0 : 64)
      part.members.append(entry)
      if bytes >= Self.chunkBytes { try flush() }
    }
    try flush()
  }

  private func emitNumbers(_ emit: (NumberPart) throws -> Void) throws {
    var part = NumberPart()
    var bytes = 0
    for index in 0..<numbers.count {
      let name = numbers.bytes(UInt32(index))
      let partner = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      let number = String(decoding: name.dropFirst(partner.utf8.count + 1), as: UTF8.self)
      part.numbers.append(NumberState(partner: partner, number: number, member: numberMembers[index]))
      bytes += 16 + name.count
      if bytes >= Self.chunkBytes {
        try emit(part)
        part = NumberPart()
        bytes = 0
      }
    }
    if !part.numbers.isEmpty { try emit(part) }
  }

  private func emitReferences(_ emit: (ReferencePart) throws -> Void) throws {
    try references.emit { try emit(ReferencePart(words: $0)) }
  }

  private func emitKeys(_ emit: (KeyPart) throws -> Void) throws {
    var part = KeyPart()
    var bytes = 0
    try keys.forEach { entry in
      // One long outcome must not take a chunk that is nearly full above 1 MiB.
      if bytes > 0, bytes + entry.outcome.count >= Self.chunkBytes {
        try emit(part)
        part = KeyPart()
        bytes = 0
      }
      part.keys.append(
        KeyState(
          high: entry.key.high, low: entry.key.low, request: entry.request, timeMs: entry.timeMs,
          sequence: entry.sequence, outcome: entry.outcome))
      bytes += 64 + entry.outcome.count
    }
    if !part.keys.isEmpty { try emit(part) }
  }

  /// In several chunks: names of items and partners gather over all policies there ever were.
  private func emitAccounts(_ emit: (AccountPart) throws -> Void) throws {
    let all = accountPart()
    var part = AccountPart()
    var bytes = 0
    func add(_ size: Int, _ entry: (inout AccountPart) -> Void) throws {
      entry(&part)
      bytes += size
      guard bytes >= Self.chunkBytes else { return }
      try emit(part)
      part = AccountPart()
      bytes = 0
    }
    for account in all.accounts { try add(32 + account.partner.utf8.count) { $0.accounts.append(account) } }
    for taken in all.taken { try add(16 + taken.item.utf8.count) { $0.taken.append(taken) } }
    if bytes > 0 { try emit(part) }
  }

  private func accountPart() -> AccountPart {
    var part = AccountPart()
    accounts.forEach { unit, account, partner, balance in
      part.accounts.append(
        AccountState(
          unit: UInt32(unit.rawValue), account: UInt32(account.rawValue),
          partner: partner < 0 ? "" : partnerNames.names[partner], balance: balance))
    }
    part.accounts.sort { ($0.partner, $0.unit, $0.account) < ($1.partner, $1.unit, $1.account) }
    part.taken = itemNames.names.indices.map {
      TakenState(item: itemNames.names[$0], quantity: taken[$0], added: addedStock[$0])
    }.sorted { $0.item < $1.item }
    return part
  }

  // MARK: - Chunks in

  public mutating func restore(chunk: [UInt8]) throws {
    let chunk = try SnapshotChunk(serializedBytes: chunk)
    if restored.ended { throw RestoreError(description: "a chunk comes after the end of the snapshot") }
    guard case .header(let header)? = chunk.part else {
      if !restored.headerSeen { throw RestoreError(description: "the snapshot does not begin with its header") }
      return try restore(chunk.part)
    }
    if restored.headerSeen { throw RestoreError(description: "the snapshot has two headers") }
    guard Self.readableFormats.contains(header.format) else {
      throw RestoreError(
        description: """
          the snapshot has format \(header.format), this program reads \(Self.readableFormats.lowerBound) to \
          \(Self.readableFormats.upperBound)
          """)
    }
    guard let key = HashKey(header.hashKey) else {
      throw RestoreError(description: "the hash key has \(header.hashKey.count) bytes instead of \(HashKey.byteCount)")
    }
    guard (0...CivilCalendar.lastMs).contains(header.timeMs) else {
      throw RestoreError(description: "the snapshot is of \(header.timeMs) ms: there is no such time")
    }
    hashKey = key
    programme = header.programme
    sequence = header.sequence
    timeMs = header.timeMs
    restored.headerSeen = true
    restored.format = header.format
  }

  private mutating func restore(_ part: SnapshotChunk.Part?) throws(RestoreError) {
    switch part {
    case .members(let part): for member in part.members { try restore(member) }
    case .numbers(let part): for number in part.numbers { try restore(number) }
    case .references(let part): try restore(part)
    case .keys(let part):
      for entry in part.keys {
        guard (0...timeMs).contains(entry.timeMs) else {
          throw RestoreError(
            description: "the key of record \(entry.sequence) is of \(entry.timeMs) ms, not 0 to \(timeMs) ms")
        }
        keys.append(
          KeyEntry(
            key: Fingerprint(high: entry.high, low: entry.low), request: entry.request, timeMs: entry.timeMs,
            sequence: entry.sequence, outcome: entry.outcome))
      }
    case .tickets(let part): for ticket in part.tickets { try restore(ticket) }
    case .accounts(let part): try restore(part)
    case .holds(let part): for hold in part.holds { try restore(hold) }
    case .policy(let part): try policies.restore(part)
    case .catalogue(let part): try restore(part)
    case .partnership(let part): try restore(part)
    case .profiles(let part): for profile in part.profiles { try restore(profile) }
    case .meters(let part): try meters.restore(part, memberCount: members.count)
    case .timeliness(let part): try timeliness.restore(part)
    case .corrections(let part): for correction in part.corrections { try corrections.restore(correction) }
    case .pending(let part): for entry in part.pending { try restore(entry) }
    case .proposals(let part): for proposal in part.proposals { try proposals.restore(proposal) }
    case .improvements(let part): feedback.improvements += part.improvements
    case .surveys(let part): try surveys.restore(part)
    case .campaigns(let part):
      try campaigns.restore(part, members: members.count)
      for referral in part.referrals where referral.untilMs > 0 {
        members[Int(referral.friend)].marks.insert(.referred)
      }
    case .care(let part): try care.restore(part, members: members.count)
    case .outbox(let part): try outbox.restore(part, members: members.count)
    case .claims(let part): try claims.restore(part)
    case .end(let end): try check(end)
    case .header, nil: throw RestoreError(description: "a chunk has no part that this program knows")
    }
  }

  private mutating func restore(_ entry: MemberState) throws(RestoreError) {
    guard let number = memberNames.insert(entry.id.utf8.span, key: hashKey) else {
      throw RestoreError(description: "member '\(entry.id)' has too long an id, or is one too many")
    }
    if Int(number) == members.count {
      guard let tier = UInt16(exactly: tierNames.insert(entry.tier)) else {
        throw RestoreError(description: "tier '\(entry.tier)' is one too many")
      }
      guard CivilCalendar.times.contains(entry.tierUntilMs), CivilCalendar.times.contains(entry.periodEndsMs) else {
        throw RestoreError(description: "member '\(entry.id)' has a period or tier that ends at no time there is")
      }
      var member = Member(enrolledMs: entry.enrolledMs)
      member.tier = tier
      member.tierUntilMs = entry.tierUntilMs
      member.periodEndsMs = entry.periodEndsMs
      member.qualifying = entry.qualifying
      member.status = Status(entry.status)
      if entry.awaitsFirstActivity { member.marks.insert(.awaitsFirstActivity) }
      member.spend = entry.spend
      member.nights = UInt32(clamping: entry.nights)
      member.segments = UInt32(clamping: entry.segments)
      if entry.tierUntilMs > 0 { tierReviews.set(UInt64(number), dueMs: entry.tierUntilMs) }
      // Format 1 did not know who had purchased: nobody shall get a bonus for the first purchase twice.
      if entry.purchased || restored.format == 1 { member.marks.insert(.purchased) }
      if entry.erased { member.marks.insert(.erased) }
      care.enrolled(number, at: entry.enrolledMs)
      members.append(member)
      partnership.links.addMember()
      for month in entry.months {
        if let problem = count(month, of: number) { throw RestoreError(description: "member '\(entry.id)' \(problem)") }
      }
      if let problem = set(entry.footing, of: number) {
        throw RestoreError(description: "member '\(entry.id)' \(problem)")
      }
    } else if Int(number) != members.count - 1 {
      throw RestoreError(description: "member '\(entry.id)' is there twice")
    }
    for lot in entry.lots {
      let (balance, overflow) = members[Int(number)].balance.addingReportingOverflow(lot.remaining)
      guard lot.remaining > 0, !overflow, !lots.isFull, members[Int(number)].lots.count < UInt16.max,
        Lot.ids.contains(lot.lot), CivilCalendar.times.contains(lot.expiresMs),
        CivilCalendar.times.contains(lot.earnedMs)
      else {
        throw RestoreError(
          description: """
            lot \(lot.lot) of '\(entry.id)' has \(lot.remaining) points from \(lot.earnedMs) until \(lot.expiresMs) ms, or \
            is one too many
            """)
      }
      members[Int(number)].balance = balance
      lots.open(
        Lot(
          id: lot.lot, remaining: lot.remaining, expiresMs: lot.expiresMs == 0 ? Int64.max : lot.expiresMs,
          earnedMs: lot.earnedMs),
        of: number, in: &members[Int(number)].lots)
    }
  }

  private mutating func restore(_ entry: NumberState) throws(RestoreError) {
    guard Int(entry.member) < members.count,
      let number = numbers.insert(
        Self.numberName(partner: entry.partner, number: entry.number).span, key: hashKey),
      Int(number) == numberMembers.count
    else {
      throw RestoreError(
        description: "a number of '\(entry.partner)' is there twice, too long, or names member \(entry.member)"
      )
    }
    numberMembers.append(entry.member)
    linkPartner(entry.partner, member: Int(entry.member))
  }

  private mutating func restore(_ part: ReferencePart) throws(RestoreError) {
    try references.restore(part.words)
  }

  private mutating func restore(_ part: AccountPart) throws(RestoreError) {
    for entry in part.accounts {
      let unit = LedgerUnit(rawValue: Int32(truncatingIfNeeded: entry.unit))
      let account = LedgerAccount(rawValue: Int32(truncatingIfNeeded: entry.account))
      guard AccountTable.has(unit, account) else {
        throw RestoreError(description: "there is no account \(entry.account) in unit \(entry.unit)")
      }
      accounts[unit, account, partner: entry.partner.isEmpty ? -1 : partnerNames.insert(entry.partner)] = entry.balance
    }
    for entry in part.taken {
      let item = itemNames.insert(entry.item)
      guard item == taken.count, entry.quantity >= 0 else {
        throw RestoreError(description: "\(entry.quantity) of '\(entry.item)' have been taken, or it is there twice")
      }
      taken.append(entry.quantity)
      addedStock.append(entry.added)
    }
  }

  private mutating func check(_ end: SnapshotEnd) throws(RestoreError) {
    let here = snapshotEnd
    guard here == end else { throw RestoreError(description: "the snapshot says it has \(end), and has \(here)") }
    restored.ended = true
  }

  private func tierName(_ member: Member) -> String {
    Int(member.tier) < tierNames.names.count ? tierNames.names[Int(member.tier)] : ""
  }
}

// All members' lots in one place: 32 bytes each, no allocation of their own. A lot is on its member's list, in the order
// in which points are spent, which is that in which they lapse. So who has points that lapse at an instant is known from
// the first lot of each member: members are on a list of those whose first lot lapses at the same instant. Lots lapse at
// the end of a day, so there are few such instants, and finding what is due never searches.

/// Where a member's lots begin and end.
struct LotList: Sendable {
  var first = LotTable.none
  var last = LotTable.none
  var count: UInt16 = 0
}

/// Points that lapse together.
struct Lot: Sendable {
  /// Ids that there are: 40 bits of a sequence and 8 that count within the record.
  static let ids = 0...UInt48.max

  /// More than 0; a lot with nothing left is removed.
  var remaining: Int64
  fileprivate(set) var next: UInt32 = LotTable.none
  private let packedID: UInt48
  /// All ones: never.
  private let expires: UInt48
  private let earned: UInt48

  /// - Precondition: `ids` contains the id, `CivilCalendar.times` the time at which it was earned and, unless it never
  ///   lapses, that at which it does.
  init(id: UInt64, remaining: Int64, expiresMs: Int64, earnedMs: Int64) {
    self.remaining = remaining
    packedID = UInt48(id)
    expires = expiresMs == Int64.max ? UInt48(UInt48.max) : UInt48(ms: expiresMs)
    earned = UInt48(ms: earnedMs)
  }

  /// The sequence of the record that made it, times 256, plus a count within the record.
  var id: UInt64 { packedID.value }
  /// The first instant at which it cannot be spent; `Int64.max`: never.
  var expiresMs: Int64 { expires.value == UInt48.max ? Int64.max : expires.ms }
  var earnedMs: Int64 { earned.ms }
}

struct LotTable: Sendable {
  /// Says "no lot" where a lot's slot is expected, and "no member" where a member is.
  static let none = UInt32.max

  /// Members whose first lot lapses at the same instant, in no order.
  private struct Neighbours: Sendable {
    var previous = LotTable.none
    var next = LotTable.none
  }

  /// An instant at which lots lapse.
  private struct Instant: Sendable {
    let ms: Int64
    var lots = 0
    /// The first of the members whose first lot lapses then.
    var member = LotTable.none
  }

  private var lots = PagedArray<Lot>()
  private var firstFree = LotTable.none
  /// Number of open lots.
  private(set) var count = 0
  /// Ascending; only those at which lots lapse.
  private var instants: [Instant] = []
  /// By member.
  private var neighbours = PagedArray<Neighbours>()

  /// - Precondition: the slot holds an open lot.
  subscript(slot: UInt32) -> Lot { lots[Int(slot)] }

  var isFull: Bool { firstFree == Self.none && lots.count >= Int(Self.none) }

  /// The earliest instant at which a lot lapses; nil if none ever does.
  var earliestDue: Int64? { instants.first?.ms }

  /// Whether lots lapse in [from, until).
  func hasDue(from: Int64, until: Int64) -> Bool {
    let index = lowerBound(from)
    return index < instants.count && instants[index].ms < until
  }

  /// Gives each member to `body` whose first lot lapses at `now` or before, earlier instants first, until it says false.
  /// Later lots of such a member may lapse by then as well.
  func forEachDue(now: Int64, _ body: (_ member: UInt32) -> Bool) {
    for instant in instants {
      if instant.ms > now { return }
      var member = instant.member
      while member != Self.none {
        if !body(member) { return }
        member = neighbours[Int(member)].next
      }
    }
  }

  /// Adds a lot to a member's list, behind those that lapse earlier or at the same instant.
  /// - Precondition: not full, `lot.remaining` > 0, `list` is the member's.
  mutating func open(_ lot: Lot, of member: UInt32, in list: inout LotList) {
    var lot = lot
    var previous = Self.none
    let expires = lot.expiresMs
    if list.last != Self.none, lots[Int(list.last)].expiresMs <= expires {
      previous = list.last
    } else {
      lot.next = list.first
      while lot.next != Self.none, lots[Int(lot.next)].expiresMs <= expires {
        previous = lot.next
        lot.next = lots[Int(lot.next)].next
      }
    }
    let slot: UInt32
    if firstFree != Self.none {
      slot = firstFree
      firstFree = lots[Int(slot)].next
      lots[Int(slot)] = lot
    } else {
      slot = UInt32(lots.count)
      lots.append(lot)
    }
    if let instant = instant(expires) { instants[instant].lots += 1 }
    if previous == Self.none {
      if lot.next != Self.none { unfile(member, from: lots[Int(lot.next)].expiresMs) }
      file(member, under: expires)
      list.first = slot
    } else {
      lots[Int(previous)].next = slot
    }
    if lot.next == Self.none { list.last = slot }
    list.count += 1
    count += 1
  }

  /// The lot's slot and the slot before it in its member's list.
  func find(_ id: UInt64, in list: LotList) -> (slot: UInt32, previous: UInt32)? {
    var previous = Self.none
    var slot = list.first
    while slot != Self.none {
      if lots[Int(slot)].id == id { return (slot, previous) }
      previous = slot
      slot = lots[Int(slot)].next
    }
    return nil
  }

  /// Gives a lot another amount; 0 removes it.
  /// - Precondition: `place` is from `find` on the same list, which is the member's, `remaining` ≥ 0.
  mutating func set(
    _ place: (slot: UInt32, previous: UInt32), remaining: Int64, of member: UInt32, in list: inout LotList
  ) {
    guard remaining == 0 else {
      lots[Int(place.slot)].remaining = remaining
      return
    }
    let lot = lots[Int(place.slot)]
    if place.previous == Self.none {
      unfile(member, from: lot.expiresMs)
      if lot.next != Self.none { file(member, under: lots[Int(lot.next)].expiresMs) }
      list.first = lot.next
    } else {
      lots[Int(place.previous)].next = lot.next
    }
    if list.last == place.slot { list.last = place.previous }
    forgetLot(lapsingAt: lot.expiresMs)
    lots[Int(place.slot)].next = firstFree
    lots[Int(place.slot)].remaining = 0
    firstFree = place.slot
    list.count -= 1
    count -= 1
  }

  // MARK: - Instants

  private mutating func file(_ member: UInt32, under ms: Int64) {
    guard let instant = instant(ms) else { return }
    while neighbours.count <= Int(member) { neighbours.append(Neighbours()) }
    let next = instants[instant].member
    neighbours[Int(member)] = Neighbours(next: next)
    if next != Self.none { neighbours[Int(next)].previous = member }
    instants[instant].member = member
  }

  private mutating func unfile(_ member: UInt32, from ms: Int64) {
    guard let instant = instant(ms) else { return }
    let own = neighbours[Int(member)]
    if own.next != Self.none { neighbours[Int(own.next)].previous = own.previous }
    if own.previous != Self.none {
      neighbours[Int(own.previous)].next = own.next
    } else {
      instants[instant].member = own.next
    }
  }

  /// The index of an instant, which is added if it is new; nil for never.
  private mutating func instant(_ ms: Int64) -> Int? {
    if ms == Int64.max { return nil }
    // The newest lots mostly lapse last, or with those before them.
    if let last = instants.last, last.ms == ms { return instants.count - 1 }
    let index = lowerBound(ms)
    if index == instants.count || instants[index].ms != ms { instants.insert(Instant(ms: ms), at: index) }
    return index
  }

  private mutating func forgetLot(lapsingAt ms: Int64) {
    guard let instant = instant(ms) else { return }
    instants[instant].lots -= 1
    if instants[instant].lots == 0 { instants.remove(at: instant) }
  }

  /// The index of the first instant that is not before `ms`.
  private func lowerBound(_ ms: Int64) -> Int {
    var low = 0
    var high = instants.count
    while low < high {
      let middle = (low + high) / 2
      if instants[middle].ms < ms { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

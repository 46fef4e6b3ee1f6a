// All members' lots in one place: 48 bytes each, no allocation of their own. A lot is on two lists: its member's, in
// the order in which points are spent, and that of all lots that lapse at the same instant. Lots lapse at the end of
// a day, so there are few such instants, and finding what is due never searches.

/// Where a member's lots begin and end.
struct LotList: Sendable {
  var first = LotTable.none
  var last = LotTable.none
  var count: UInt32 = 0
}

/// Points that lapse together.
struct Lot: Sendable {
  /// The sequence of the record that made it, times 256, plus a count within the record.
  var id: UInt64
  /// More than 0; a lot with nothing left is removed.
  var remaining: Int64
  /// The first instant at which it cannot be spent; `Int64.max`: never.
  var expiresMs: Int64
  var earnedMs: Int64
  var member: UInt32
  fileprivate(set) var next: UInt32 = LotTable.none
  fileprivate var previousDue: UInt32 = LotTable.none
  fileprivate(set) var nextDue: UInt32 = LotTable.none

  init(id: UInt64, remaining: Int64, expiresMs: Int64, earnedMs: Int64, member: UInt32) {
    self.id = id
    self.remaining = remaining
    self.expiresMs = expiresMs
    self.earnedMs = earnedMs
    self.member = member
  }
}

struct LotTable: Sendable {
  /// Says "no lot" where a lot's slot is expected.
  static let none = UInt32.max

  private var lots = PagedArray<Lot>()
  private var firstFree = LotTable.none
  /// Number of open lots.
  private(set) var count = 0
  /// Instants at which lots lapse, ascending, and the first lot of each.
  private var dueInstants: [Int64] = []
  private var dueHeads: [UInt32] = []

  /// - Precondition: the slot holds an open lot.
  subscript(slot: UInt32) -> Lot { lots[Int(slot)] }

  var isFull: Bool { firstFree == Self.none && lots.count >= Int(Self.none) }

  /// The earliest instant at which a lot lapses, and the first such lot; nil if none ever does.
  var earliestDue: (instant: Int64, slot: UInt32)? {
    guard let instant = dueInstants.first, let slot = dueHeads.first else { return nil }
    return (instant, slot)
  }

  /// The first lot of the `index`-th instant at which lots lapse, if that instant is not after `now`.
  func dueHead(_ index: Int, now: Int64) -> UInt32? {
    index < dueInstants.count && dueInstants[index] <= now ? dueHeads[index] : nil
  }

  /// Whether lots lapse in [from, until).
  func hasDue(from: Int64, until: Int64) -> Bool {
    let index = lowerBound(from)
    return index < dueInstants.count && dueInstants[index] < until
  }

  /// Adds a lot to a member's list, behind those that lapse earlier or at the same instant.
  /// - Precondition: not full, `lot.remaining` > 0.
  mutating func open(_ lot: Lot, in list: inout LotList) {
    var lot = lot
    var previous = Self.none
    if list.last != Self.none, lots[Int(list.last)].expiresMs <= lot.expiresMs {
      previous = list.last
      lot.next = Self.none
    } else {
      lot.next = list.first
      while lot.next != Self.none, lots[Int(lot.next)].expiresMs <= lot.expiresMs {
        previous = lot.next
        lot.next = lots[Int(lot.next)].next
      }
    }
    let due = lot.expiresMs == Int64.max ? nil : dueIndex(for: lot.expiresMs)
    lot.previousDue = Self.none
    lot.nextDue = due.map { dueHeads[$0] } ?? Self.none

    let slot: UInt32
    if firstFree != Self.none {
      slot = firstFree
      firstFree = lots[Int(slot)].next
      lots[Int(slot)] = lot
    } else {
      slot = UInt32(lots.count)
      lots.append(lot)
    }
    if previous == Self.none { list.first = slot } else { lots[Int(previous)].next = slot }
    if lot.next == Self.none { list.last = slot }
    if lot.nextDue != Self.none { lots[Int(lot.nextDue)].previousDue = slot }
    if let due { dueHeads[due] = slot }
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
  /// - Precondition: `place` is from `find` on the same list, `remaining` ≥ 0.
  mutating func set(_ place: (slot: UInt32, previous: UInt32), remaining: Int64, in list: inout LotList) {
    guard remaining == 0 else {
      lots[Int(place.slot)].remaining = remaining
      return
    }
    let lot = lots[Int(place.slot)]
    if place.previous == Self.none { list.first = lot.next } else { lots[Int(place.previous)].next = lot.next }
    if list.last == place.slot { list.last = place.previous }
    if lot.nextDue != Self.none { lots[Int(lot.nextDue)].previousDue = lot.previousDue }
    if lot.previousDue != Self.none {
      lots[Int(lot.previousDue)].nextDue = lot.nextDue
    } else if lot.expiresMs != Int64.max {
      removeDueHead(lot.expiresMs, next: lot.nextDue)
    }
    lots[Int(place.slot)].next = firstFree
    lots[Int(place.slot)].remaining = 0
    firstFree = place.slot
    list.count -= 1
    count -= 1
  }

  private mutating func dueIndex(for instant: Int64) -> Int {
    // The newest lots mostly lapse last, or with those before them.
    if let last = dueInstants.last, last == instant { return dueInstants.count - 1 }
    let index = lowerBound(instant)
    if index == dueInstants.count || dueInstants[index] != instant {
      dueInstants.insert(instant, at: index)
      dueHeads.insert(Self.none, at: index)
    }
    return index
  }

  private mutating func removeDueHead(_ instant: Int64, next: UInt32) {
    let index = lowerBound(instant)
    guard index < dueInstants.count, dueInstants[index] == instant else { return }
    if next == Self.none {
      dueInstants.remove(at: index)
      dueHeads.remove(at: index)
    } else {
      dueHeads[index] = next
    }
  }

  /// The index of the first instant that is not before `instant`.
  private func lowerBound(_ instant: Int64) -> Int {
    var low = 0
    var high = dueInstants.count
    while low < high {
      let middle = (low + high) / 2
      if dueInstants[middle] < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

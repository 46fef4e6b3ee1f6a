// Notices on their way to members. A sender takes some for a while and reports what became of them; whatever it does not
// report in time is there again. So every notice is sent at least once, and its id tells a second time from the first.

import LoyaltyMessages

/// The state of the outbox. Changes only by records.
struct OutboxRoom: Sendable {
  /// Where notices wait: a channel, and for the partners' feed the partner.
  struct Queue: Hashable, Sendable {
    var channel: OutboxChannel
    var partner: String
  }

  /// What is counted together.
  struct Counter: Hashable, Sendable {
    var notice: String
    var channel: OutboxChannel
  }

  /// The lowest bits of a notice's name count within its record.
  static let noticeBits: UInt64 = 12
  /// Notices in memory: some 300 bytes each. What is beyond is dropped, and counted.
  static let capacity = 1_000_000

  private(set) var notices = SequenceTable<NoticeState>()
  /// Notices to be sent, by when they are there for a sender.
  private var waiting: [Queue: DueQueue] = [:]
  /// When notices leave: too late, or no more reported as seen.
  private(set) var leaving = DueQueue()
  private(set) var counts: [Counter: NoticeCountState] = [:]

  var isFull: Bool { notices.count >= Self.capacity }
  /// When the first notice leaves; nil if there is none.
  var nextDueMs: Int64? { leaving.first?.ms }

  /// Notices that a sender can have now, oldest first.
  func available(_ queue: Queue, now: Int64, most: Int) -> [UInt64] {
    waiting[queue]?.due(now: now, most: most) ?? []
  }

  /// Notices that wait to be sent.
  func waitingCount(_ queue: Queue) -> Int { waiting[queue]?.count ?? 0 }

  /// - Returns: false if it does not come after all others.
  mutating func queue(_ notice: NoticeState) -> Bool {
    guard notices.append(notice.id, notice) else { return false }
    if !notice.delivered { waiting[notice.queue, default: DueQueue()].set(notice.id, dueMs: notice.availableMs) }
    leaving.set(notice.id, dueMs: notice.untilMs)
    return true
  }

  mutating func count(_ notice: String, _ channel: OutboxChannel, _ change: (inout NoticeCountState) -> Void) {
    var state =
      counts[Counter(notice: notice, channel: channel)] ?? NoticeCountState(notice: notice, channel: channel)
    change(&state)
    counts[Counter(notice: notice, channel: channel)] = state
  }

  /// Gives a notice to nobody before an instant.
  mutating func hold(_ id: UInt64, untilMs: Int64, attempts: UInt32) -> Bool {
    guard let queue = notices[id]?.queue else { return false }
    _ = notices.update(id) { notice in
      notice.availableMs = untilMs
      notice.attempts = attempts
    }
    waiting[queue]?.set(id, dueMs: untilMs)
    return true
  }

  mutating func deliver(_ id: UInt64, seenUntilMs: Int64) -> NoticeState? {
    guard let notice = notices[id] else { return nil }
    _ = notices.update(id) { notice in
      notice.delivered = true
      notice.untilMs = seenUntilMs
    }
    unqueue(notice)
    leaving.set(id, dueMs: seenUntilMs)
    return notice
  }

  mutating func forget(_ id: UInt64) -> NoticeState? {
    guard let notice = notices.remove(id) else { return nil }
    unqueue(notice)
    leaving.remove(id)
    return notice
  }

  private mutating func unqueue(_ notice: NoticeState) {
    waiting[notice.queue]?.remove(notice.id)
    if waiting[notice.queue]?.count == 0 { waiting[notice.queue] = nil }
  }

  mutating func restore(_ part: OutboxPart, members: Int) throws(RestoreError) {
    for notice in part.notices {
      guard Int(notice.member) < members, CivilCalendar.times.contains(notice.untilMs),
        CivilCalendar.times.contains(notice.availableMs), queue(notice)
      else {
        throw RestoreError(
          description: "notice \(notice.id) is out of order, of no member, or leaves at no time there is")
      }
    }
    for count in part.counts { counts[Counter(notice: count.notice, channel: count.channel)] = count }
  }
}

extension OutboxRoom: LedgerRoom {
  static let name = "outbox"

  var count: Int { notices.count + counts.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var all: [NoticeState] = []
    notices.forEach { _, notice in
      all.append(notice)
      return true
    }
    try SnapshotList.emit(
      all, size: { $0.values.reduce(100 + $0.notice.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 } }
    ) { try emit(.outbox(OutboxPart(notices: $0))) }
    let sorted = counts.values.sorted { ($0.notice, $0.channel.rawValue) < ($1.notice, $1.channel.rawValue) }
    try SnapshotList.emit(sorted, size: { 80 + $0.notice.utf8.count }) { try emit(.outbox(OutboxPart(counts: $0))) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    var undelivered = 0
    var inside: [Counter: UInt64] = [:]
    notices.forEach { _, notice in
      if !notice.delivered { undelivered += 1 }
      inside[Counter(notice: notice.notice, channel: notice.channel), default: 0] += 1
      return true
    }
    let waits = waiting.values.reduce(0) { $0 + $1.count }
    if waits != undelivered { broken.append("\(waits) notices wait, \(undelivered) are to be sent") }
    if leaving.count != notices.count { broken.append("\(leaving.count) of \(notices.count) notices leave") }
    for (counter, count) in counts {
      // Each notice that was queued is still here, or was delivered and seen or forgotten, or failed, or was late.
      let gone = count.failed + count.late
      let here = inside[counter] ?? 0
      if count.queued < here + gone || count.queued > here + gone + count.delivered {
        broken.append("notice '\(counter.notice)' is miscounted: \(count), \(here) inside")
      }
    }
    return broken
  }
}

extension NoticeState {
  var queue: OutboxRoom.Queue { OutboxRoom.Queue(channel: channel, partner: partner) }
}

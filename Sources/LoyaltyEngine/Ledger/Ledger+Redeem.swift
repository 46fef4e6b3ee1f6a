// Deciding a redemption in one step: whether the member can have the item, what it costs, and which lots pay.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: RedemptionInput, _ request: inout Request) throws(Refusal) -> Record {
    let order = try order(
      Wish(
        member: input.member, partnerNumber: input.partnerNumber, item: input.item, session: input.session,
        quantity: input.quantity, cashPoints: input.cashPoints, expectedPoints: input.expectedPoints,
        quote: input.quote),
      request)
    let (lapsed, available) = lapsed(of: order.state, now: request.now)
    let cost = order.price.points
    if available < cost { throw Refusal.insufficient(cost, available: available) }

    var input = input
    input.member = memberNames.string(order.member)
    input.item = order.item.id
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    if order.standing.toClose > 0 { request.draft.closePeriod(order.standing.toClose, of: member) }
    let paying = payment(of: cost, state: order.state, skipping: lapsed.count)
    request.draft.move(paying.map { ($0.lot, $0.points) }, of: member, to: .redeemed)
    request.draft.take(order)
    if order.standing.changed { setTier(order.standing, of: order.member, member, &request) }
    var outcome = RedemptionOutcome(
      member: input.member, item: order.item.id, quantity: order.quantity, points: cost, lots: paying,
      balance: available - cost, tier: order.tier, session: order.session, price: order.notablePrice,
      provider: order.item.provider)
    try handOver(&outcome, item: order.item, &request)
    return request.draft.finish(input: .redemption(input), outcome: .redeemed(outcome))
  }

  /// The lots that pay, earliest expiry first, behind those that have lapsed.
  /// - Precondition: they have as much.
  func payment(of cost: Int64, state: Member, skipping lapsed: Int) -> [LotLine] {
    var paying: [LotLine] = []
    var due = cost
    var position = 0
    var slot = state.lots.first
    while due > 0, slot != LotTable.none {
      let lot = lots[slot]
      if position >= lapsed {
        let points = min(due, lot.remaining)
        paying.append(
          LotLine(
            lot: lot.id, points: points, expiresMs: lot.expiresMs == Int64.max ? 0 : lot.expiresMs,
            earnedMs: lot.earnedMs))
        due -= points
      }
      position += 1
      slot = lot.next
    }
    return paying
  }
}

// Deciding a redemption: whether the member can have the item, what it costs, and which lots pay.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: RedemptionInput, _ request: inout Request) throws(Refusal) -> Record {
    let policy = request.policy
    let now = request.now
    let memberNumber = try resolveEnrolled(
      input.member, number: input.partnerNumber, partner: request.caller.partner)
    let state = members[Int(memberNumber)]
    let standing = standing(of: state, policy: policy, now: now)
    let tier = policy.tiers[standing.tier].id
    let item = try offered(input, policy: policy, now: now)
    let cost = try price(of: item, input: input, tier: standing.tier, policy: policy)
    let (lapsed, available) = lapsed(of: state, now: now)
    if available < cost { throw Refusal.insufficient(cost, available: available) }

    var input = input
    input.member = memberNames.string(memberNumber)
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    if standing.toClose > 0 { request.draft.closePeriod(standing.toClose, of: member) }
    let paying = payment(of: cost, state: state, skipping: lapsed.count)
    request.draft.move(paying.map { ($0.lot, $0.points) }, of: member, to: .redeemed)
    request.draft.take(item.id, quantity: input.quantity)
    if standing.changed { request.draft.set(standing, of: member, tier: tier) }
    return request.draft.finish(
      input: .redemption(input),
      outcome: .redeemed(
        RedemptionOutcome(
          member: input.member, item: item.id, quantity: input.quantity, points: cost, lots: paying,
          balance: available - cost, tier: tier)))
  }

  /// How many of an item are left; nil when unlimited.
  public func stock(of item: CompiledPolicy.Item) -> Int64? {
    item.stock.map { max(0, $0 - takenCount(item.id)) }
  }

  func takenCount(_ item: String) -> Int64 {
    itemNames[item].map { taken[$0] } ?? 0
  }

  /// The item, if as many as asked for can be had now.
  private func offered(
    _ input: RedemptionInput, policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> CompiledPolicy.Item {
    guard input.quantity > 0 else { throw Refusal(.commandInvalid, ["quantity": "\(input.quantity)"]) }
    guard let item = policy.item(input.item) else { throw Refusal(.itemUnknown, ["itemId": input.item]) }
    if now < item.fromMs || now >= item.untilMs {
      throw Refusal(
        .itemNotOffered,
        ["itemId": item.id, "fromMs": "\(max(item.fromMs, 0))", "untilMs": "\(item.untilMs)", "nowMs": "\(now)"])
    }
    if let left = stock(of: item), left < input.quantity {
      throw Refusal(.outOfStock, ["itemId": item.id, "left": "\(left)", "requested": "\(input.quantity)"])
    }
    if takenCount(item.id).addingReportingOverflow(input.quantity).overflow {
      throw Refusal(.outOfStock, ["itemId": item.id, "left": "0", "requested": "\(input.quantity)"])
    }
    return item
  }

  /// The price of the whole quantity.
  private func price(
    of item: CompiledPolicy.Item, input: RedemptionInput, tier: Int, policy: CompiledPolicy
  ) throws(Refusal) -> Int64 {
    guard let single = item.prices[tier] else {
      throw Refusal(
        .tierNotEligible,
        ["itemId": item.id, "tier": policy.tiers[tier].id, "requiredTier": policy.tiers[item.fromTier].id])
    }
    let (cost, overflow) = single.multipliedReportingOverflow(by: input.quantity)
    if overflow {
      throw Refusal(.pointsOverflow, ["price": "\(single)", "quantity": "\(input.quantity)"])
    }
    if let expected = input.expectedPoints, expected != cost {
      throw Refusal(.priceChanged, ["expected": "\(expected)", "price": "\(cost)"])
    }
    return cost
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

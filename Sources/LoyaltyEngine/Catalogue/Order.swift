// What a member wants of the catalogue, checked and priced: the same for a quote, a dry run, a reservation and a
// redemption, so that none promises what another refuses.

import LoyaltyMessages

extension Ledger {
  /// What is wanted, as a command names it.
  struct Wish {
    var member: String
    var partnerNumber: String
    var item: String
    var session: String
    var quantity: Int64
    var cashPoints: Int64
    var expectedPoints: Int64?
    var quote: UInt64
  }

  /// A wish that can be granted as far as the catalogue goes; whether the member can pay is another question.
  struct Order {
    var member: UInt32
    var state: Member
    var standing: Standing
    /// Id of the tier whose price it is.
    var tier: String
    var item: CompiledPolicy.Item
    var session: String
    var quantity: Int64
    var price: RedemptionPrice
    /// Items and seats that it takes.
    var takes: [StockMove]
    /// The price as a record keeps it: nil for the policy's own, without anything special.
    var notablePrice: RedemptionPrice? {
      price.rule.isEmpty && price.cashPoints == 0 && price.quote == 0 ? nil : price
    }
    /// Quotas that it uses; the member is the record's first.
    var quotas: [QuotaUse]
  }

  /// Checks and prices a wish.
  func order(_ wish: Wish, _ request: borrowing Request) throws(Refusal) -> Order {
    let policy = request.policy
    let now = request.now
    guard wish.quantity > 0 || wish.quote > 0 else {
      throw Refusal(.commandInvalid, ["quantity": "\(wish.quantity)"])
    }
    let (member, state) = try resolveSpending(
      wish.member, number: wish.partnerNumber, partner: request.caller.partner)
    let standing = standing(of: member, policy: policy, now: now)
    let quote = try promised(wish, member: member, now: now)
    let name = quote?.item ?? wish.item
    guard let item = policy.item(name) else { throw Refusal(.itemUnknown, ["itemId": name]) }
    var order = Order(
      member: member, state: state, standing: standing, tier: policy.tiers[standing.tier].id, item: item,
      session: quote?.session ?? wish.session, quantity: quote?.quantity ?? wish.quantity, price: RedemptionPrice(),
      takes: [], quotas: [])
    if quote == nil { try checkAccess(order, member: member, policy: policy, now: now) }
    try checkSession(order, now: now)
    order.takes = try supply(order, policy: policy)
    if let quote {
      order.price = quote.price
      order.price.quote = wish.quote
      order.tier = quote.tier
    } else {
      order.price = try price(order, cashPoints: wish.cashPoints, policy: policy, now: now)
    }
    if let expected = wish.expectedPoints, expected != order.price.points {
      throw Refusal(.priceChanged, ["expected": "\(expected)", "price": "\(order.price.points)"])
    }
    order.quotas = try quotas(order, member: member, policy: policy, now: now)
    return order
  }

  /// The quote that a wish names; nil if it names none.
  private func promised(_ wish: Wish, member: UInt32, now: Int64) throws(Refusal) -> Quote? {
    guard wish.quote > 0 else { return nil }
    // A quote of another member is no quote: whose it is is nobody else's business.
    guard let quote = catalogue.quotes.find(wish.quote, now: now), quote.member == member else {
      throw Refusal(.quoteUnknown, ["quote": "\(wish.quote)"])
    }
    if !wish.item.isEmpty, wish.item != quote.item { throw mismatch(wish, "itemId", quote.item, wish.item) }
    if !wish.session.isEmpty, wish.session != quote.session {
      throw mismatch(wish, "sessionId", quote.session, wish.session)
    }
    if wish.quantity > 0, wish.quantity != quote.quantity {
      throw mismatch(wish, "quantity", "\(quote.quantity)", "\(wish.quantity)")
    }
    if wish.cashPoints != 0, wish.cashPoints != quote.price.cashPoints {
      throw mismatch(wish, "cashPoints", "\(quote.price.cashPoints)", "\(wish.cashPoints)")
    }
    return quote
  }

  private func mismatch(_ wish: Wish, _ field: String, _ quoted: String, _ asked: String) -> Refusal {
    Refusal(.quoteMismatch, ["quote": "\(wish.quote)", "field": field, "quoted": quoted, "requested": asked])
  }

  // MARK: - Who, when

  private func checkAccess(
    _ order: Order, member: UInt32, policy: CompiledPolicy, now: Int64
  ) throws(Refusal) {
    let item = order.item
    let opens = item.opensMs(tier: order.standing.tier) { isIn($0, member: member) }
    if now < opens || now >= item.untilMs {
      throw Refusal(
        .itemNotOffered,
        ["itemId": item.id, "fromMs": "\(max(opens, 0))", "untilMs": "\(item.untilMs)", "nowMs": "\(now)"])
    }
    if !item.segments.isEmpty, !item.segments.contains(where: { isIn($0, member: member) }) {
      throw Refusal(.segmentNotEligible, ["itemId": item.id, "segments": item.segments.joined(separator: ", ")])
    }
    // Before a session is asked for: whoever cannot have the item need not choose one.
    _ = try unitPrice(order, policy: policy, now: now)
  }

  private func checkSession(_ order: Order, now: Int64) throws(Refusal) {
    let item = order.item
    if item.sessions.isEmpty {
      if order.session.isEmpty { return }
      throw Refusal(.sessionUnknown, ["itemId": item.id, "sessionId": order.session])
    }
    guard !order.session.isEmpty else {
      throw Refusal(
        .sessionRequired, ["itemId": item.id, "sessions": item.sessions.map(\.id).joined(separator: ", ")])
    }
    guard let session = item.sessions.first(where: { $0.id == order.session }) else {
      throw Refusal(.sessionUnknown, ["itemId": item.id, "sessionId": order.session])
    }
    if now >= session.startsMs {
      throw Refusal(
        .sessionOver,
        ["itemId": item.id, "sessionId": session.id, "startsMs": "\(session.startsMs)", "nowMs": "\(now)"])
    }
  }

  // MARK: - Price

  /// The price of one for the member's tier.
  /// - Throws: `tierNotEligible` where the tier has none.
  private func unitPrice(_ order: Order, policy: CompiledPolicy, now: Int64) throws(Refusal) -> Int64 {
    guard let price = order.item.prices(at: now)[order.standing.tier] else {
      throw Refusal(
        .tierNotEligible,
        [
          "itemId": order.item.id, "tier": policy.tiers[order.standing.tier].id,
          "requiredTier": policy.tiers[order.item.fromTier].id,
        ])
    }
    return price
  }

  private func price(
    _ order: Order, cashPoints: Int64, policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> RedemptionPrice {
    let item = order.item
    let single = try unitPrice(order, policy: policy, now: now)
    let (full, overflow) = single.multipliedReportingOverflow(by: order.quantity)
    if overflow {
      throw Refusal(.pointsOverflow, ["price": "\(single)", "quantity": "\(order.quantity)"])
    }
    var price = RedemptionPrice(points: full, policyVersion: policy.version)
    if !item.hasOwnPrice(at: now) { price.rule = item.priceRule(at: now) }
    guard cashPoints != 0 else { return price }
    guard let cash = item.cash else { throw Refusal(.cashNotOffered, ["itemId": item.id]) }
    let most =
      FixedPoint.scale(full, by: Int64(cash.maxShareBp), over: FixedPoint.one, rounding: .down) ?? 0
    guard (1...max(1, most)).contains(cashPoints), most > 0,
      let money = FixedPoint.scale(cashPoints, by: cash.minorUnits, over: cash.points, rounding: .up)
    else { throw Refusal(.cashTooMuch, ["itemId": item.id, "cashPoints": "\(cashPoints)", "most": "\(most)"]) }
    price.points = full - cashPoints
    price.cashPoints = cashPoints
    price.currency = cash.currency
    price.minorUnits = money
    return price
  }

  // MARK: - Supply

  /// How many of an item are left, seats of its sessions aside; nil when unlimited.
  public func stock(of item: CompiledPolicy.Item) -> Int64? {
    let added = itemNames[item.id].map { addedStock[$0] } ?? 0
    if item.isFromCodePool { return max(0, added - takenCount(item.id)) }
    return item.policyStock.map { max(0, Int64(clamping: Int128($0) + Int128(added)) - takenCount(item.id)) }
  }

  /// How many of an item can be had now: of a bundle, as many as its scarcest part allows; nil when unlimited.
  public func available(of item: CompiledPolicy.Item, policy: CompiledPolicy) -> Int64? {
    var least = stock(of: item)
    for part in item.parts {
      guard let other = policy.item(part.item), let left = stock(of: other) else { continue }
      least = min(least ?? Int64.max, left / part.quantity)
    }
    return least
  }

  /// How many seats of a session are left.
  public func seats(of session: CompiledPolicy.Item.Session) -> Int64 {
    let added = itemNames[session.stockName].map { addedStock[$0] } ?? 0
    return max(0, Int64(clamping: Int128(session.capacity) + Int128(added)) - takenCount(session.stockName))
  }

  func takenCount(_ item: String) -> Int64 {
    itemNames[item].map { taken[$0] } ?? 0
  }

  /// What an order takes, if it is there.
  private func supply(_ order: Order, policy: CompiledPolicy) throws(Refusal) -> [StockMove] {
    var moves: [StockMove] = []
    func take(_ name: String, _ quantity: Int64, left: Int64?) throws(Refusal) {
      if let left, left < quantity {
        throw Refusal(.outOfStock, ["itemId": name, "left": "\(left)", "requested": "\(quantity)"])
      }
      if takenCount(name).addingReportingOverflow(quantity).overflow {
        throw Refusal(.outOfStock, ["itemId": name, "left": "0", "requested": "\(quantity)"])
      }
      moves.append(StockMove(item: name, quantity: quantity))
    }
    try take(order.item.id, order.quantity, left: stock(of: order.item))
    if let session = order.item.sessions.first(where: { $0.id == order.session }) {
      try take(session.stockName, order.quantity, left: seats(of: session))
    }
    for part in order.item.parts {
      guard let other = policy.item(part.item) else { throw Refusal(.itemUnknown, ["itemId": part.item]) }
      let (quantity, overflow) = part.quantity.multipliedReportingOverflow(by: order.quantity)
      if overflow { throw Refusal(.pointsOverflow, ["quantity": "\(order.quantity)"]) }
      try take(other.id, quantity, left: stock(of: other))
    }
    return moves
  }

  private func quotas(
    _ order: Order, member: UInt32, policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> [QuotaUse] {
    guard !order.item.quotas.isEmpty else { return [] }
    let id = memberNames.string(member)
    var uses: [QuotaUse] = []
    for quota in order.item.quotas {
      let ends = policy.calendar.end(of: quota.period, at: now)
      let used = catalogue.quotas.count(of: quotaKey(quota.name, member: id), endsMs: ends)
      // A count beyond what the table holds is beyond any quota that a policy can have.
      if order.quantity > quota.most - min(used, quota.most) {
        throw Refusal(
          .quotaExceeded,
          [
            "itemId": order.item.id, "most": "\(quota.most)", "used": "\(used)", "requested": "\(order.quantity)",
            "renewsMs": "\(ends == 0 ? Int64.max : ends)",
          ])
      }
      uses.append(QuotaUse(name: quota.name, memberPlace: 1, periodEndsMs: ends, amount: order.quantity))
    }
    return uses
  }
}

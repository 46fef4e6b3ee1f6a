// ListCatalog: what points can be spent on now, by page.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func listCatalog(_ request: ListCatalogRequest, _ call: CallSituation) -> Answer<ListCatalogResponse> {
    // One policy for the whole answer: another may begin to decide meanwhile.
    let policy = policy
    let texts = texts
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    fields.checkName(request.partnerMemberNumber, "partner_member_number", isRequired: false)
    fields.checkName(request.provider, "provider", isRequired: false)
    fields.checkLanguage(request.language)
    if request.pageSize < 0 { fields.report("page_size", "is \(request.pageSize); must be 0 or more") }
    let kind = ItemKind(request.category)
    if kind == nil { fields.report("category", "must be a category that the schema names") }
    let hasMember = !request.memberID.isEmpty || !request.partnerMemberNumber.isEmpty
    if request.affordableOnly, !hasMember {
      fields.report("affordable_only", "needs member_id: whose points?")
    }
    let tier = request.tierID.isEmpty ? nil : policy.tierIndex(request.tierID)
    if !request.tierID.isEmpty, tier == nil {
      fields.report("tier_id", "is none of \(policy.tiers.map(\.id).joined(separator: ", "))")
    }
    let after = fields.pagePlace(request.pageToken, list: request.list)
    if let error = fields.error { return Answer(.failure(error)) }

    let size = fields.pageSize(request.pageSize)
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      let account =
        !hasMember
        ? nil
        : try ledger.account(
          request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
          now: call.now)
      var offers: [Offer] = []
      for item in policy.items(after: after, kind: kind ?? .unspecified) {
        if !request.provider.isEmpty, item.provider != (request.provider == Self.agency ? "" : request.provider) {
          continue
        }
        if let tier, item.prices(at: call.now)[tier] == nil { continue }
        guard let offer = Offer(item, ledger: ledger, account: account, tier: tier, policy: policy, now: call.now)
        else { continue }
        if request.affordableOnly, offer.obstacle != nil { continue }
        offers.append(offer)
        // One more than the page tells whether there is another page.
        if offers.count > size { break }
      }
      return offers
    }.map { offers in
      let page = offers.prefix(size)
      let last = offers.count > size ? page.last?.item.id : nil
      return ListCatalogResponse(
        items: page.map { response($0, language: language, policy, texts, now: call.now) },
        nextPageToken: last.map { PageToken.token($0, list: request.list) } ?? "",
        policyVersion: policy.version)
    }
  }

  /// What `provider` is called that is no partner.
  private static let agency = "agency"

  /// An item as the ledger offers it at a moment.
  private struct Offer: Sendable {
    var item: CompiledPolicy.Item
    var stock: Int64?
    /// Seats left, for each of the item's sessions.
    var seats: [Int64]
    /// Whose price is told: the member's, or the one asked for.
    var tier: Int?
    var hasMember: Bool
    /// Why the member cannot have one now.
    var obstacle: RefusalReason?

    /// Nil for an item that is not on offer to whoever asks.
    init?(
      _ item: CompiledPolicy.Item, ledger: borrowing Ledger, account: AccountView?, tier: Int?,
      policy: CompiledPolicy, now: Int64
    ) {
      self.item = item
      stock = ledger.available(of: item, policy: policy)
      var seats: [Int64] = []
      for session in item.sessions { seats.append(ledger.seats(of: session)) }
      self.seats = seats
      self.tier = account?.tier ?? tier
      hasMember = account != nil
      if let account { obstacle = ledger.obstacle(to: item, member: account.member, policy: policy, now: now) }
      let opens = self.tier.map { item.opensMs(tier: $0) { _ in false } } ?? item.fromMs
      // A member for whom it opens early can have it, and nobody else sees it before its time.
      guard now < item.untilMs, now >= opens || hasMember && obstacle != .itemNotOffered else { return nil }
    }
  }

  private func response(
    _ offer: Offer, language: String, _ policy: CompiledPolicy, _ texts: PolicyTexts, now: Int64
  ) -> CatalogItem {
    let item = offer.item
    let prices = item.prices(at: now)
    var response = CatalogItem(
      itemID: item.id, category: ItemCategory(rawValue: item.kind.rawValue),
      title: texts.title(ofItem: item.id, language: language),
      details: texts.details(ofItem: item.id, language: language),
      points: offer.tier.flatMap { prices[$0] } ?? item.listPrice(at: now),
      prices: zip(policy.tiers, prices).compactMap { tier, price in
        price.map { TierPrice(tierID: tier.id, points: $0) }
      },
      stock: offer.stock,
      availableFrom: item.fromMs == Int64.min ? nil : ProtobufTimestamp(unixMilliseconds: item.fromMs),
      availableUntil: item.untilMs == Int64.max ? nil : ProtobufTimestamp(unixMilliseconds: item.untilMs),
      redeemable: offer.hasMember ? offer.obstacle == nil : nil)
    response.provider = item.provider
    for (session, left) in zip(item.sessions, offer.seats) where session.startsMs > now {
      response.sessions.append(
        CatalogSession(
          sessionID: session.id, title: texts.title(ofSession: session.id, item: item.id, language: language),
          startsAt: ProtobufTimestamp(unixMilliseconds: session.startsMs), capacity: session.capacity, left: left))
    }
    response.bundle = item.parts.map {
      BundleItem(
        itemID: $0.item, title: texts.title(ofItem: $0.item, language: language), quantity: $0.quantity)
    }
    response.quotas = item.quotas.map { quota in
      CatalogQuota(
        most: quota.most,
        period: quota.period == .ever ? .unspecified : CatalogPeriod(rawValue: quota.period.rawValue))
    }
    response.cash = item.cash.map { cash in
      CashOption(
        points: cash.points, money: Money(currencyCode: cash.currency, minorUnits: cash.minorUnits),
        mostPoints: FixedPoint.scale(
          response.points, by: Int64(cash.maxShareBp), over: FixedPoint.one, rounding: .down) ?? 0)
    }
    response.fulfilmentHours = UInt32(clamping: (item.fulfilWithinMs ?? 0) / 3_600_000)
    response.hasCode = item.isFromCodePool || !item.voucherOffer.isEmpty
    response.segments = item.segments
    response.notRedeemableReason = offer.obstacle?.rawValue ?? ""
    return response
  }
}

extension ListCatalogRequest {
  /// The list that a page token belongs to: it is refused under other filters.
  fileprivate var list: String {
    [
      "ListCatalog", "\(category.rawValue)", "\(affordableOnly)", memberID, partnerMemberNumber, provider, tierID,
    ].joined(separator: " ")
  }
}

extension CompiledPolicy {
  /// Items whose ids come after one, in the order of ids.
  func items(after id: String, kind: ItemKind) -> some Sequence<Item> {
    catalogue.byID.lazy.map { self.catalogue.items[$0] }.filter { item in
      item.id > id && (kind == .unspecified || item.kind == kind)
    }
  }
}

extension ItemKind {
  /// The policy's word for the API's; nil for a category that this program does not know.
  init?(_ category: ItemCategory) {
    if case .unrecognized = category { return nil }
    self.init(rawValue: category.rawValue)
  }
}

// ListCatalog: what points can be spent on now, by page.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func listCatalog(_ request: ListCatalogRequest, _ call: CallSituation) -> Answer<ListCatalogResponse> {
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    fields.checkLanguage(request.language)
    if request.pageSize < 0 { fields.report("page_size", "is \(request.pageSize); must be 0 or more") }
    let kind = ItemKind(request.category)
    if kind == nil { fields.report("category", "must be a category that the schema names") }
    if request.affordableOnly, request.memberID.isEmpty {
      fields.report("affordable_only", "needs member_id: whose points?")
    }
    let filters = CatalogPage.Filters(
      category: request.category.rawValue, member: request.memberID, affordableOnly: request.affordableOnly)
    let after = CatalogPage.lastID(ofToken: request.pageToken, filters: filters)
    if after == nil { fields.report("page_token", "is not one of these filters' page tokens") }
    if let error = fields.error { return Answer(.failure(error)) }

    let size = request.pageSize == 0 ? FieldLimits.defaultPageSize : min(request.pageSize, FieldLimits.largestPageSize)
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      let account =
        request.memberID.isEmpty
        ? nil : try ledger.account(request.memberID, policy: policy, now: call.now)
      var offers: [Offer] = []
      for item in policy.items(after: after ?? "", kind: kind ?? .unspecified, now: call.now) {
        let offer = Offer(item, stock: ledger.stock(of: item), account: account)
        if request.affordableOnly, offer.redeemable != true { continue }
        offers.append(offer)
        // One more than the page tells whether there is another page.
        if offers.count > Int(size) { break }
      }
      return offers
    }.map { offers in
      let page = offers.prefix(Int(size))
      let last = offers.count > Int(size) ? page.last?.item.id : nil
      return ListCatalogResponse(
        items: page.map { response($0, language: language) },
        nextPageToken: last.map { CatalogPage.token(after: $0, filters: filters) } ?? "",
        policyVersion: policy.version)
    }
  }

  /// An item as the ledger offers it at a moment.
  private struct Offer: Sendable {
    var item: CompiledPolicy.Item
    var stock: Int64?
    var tier: Int?
    var redeemable: Bool?

    init(_ item: CompiledPolicy.Item, stock: Int64?, account: AccountView?) {
      self.item = item
      self.stock = stock
      tier = account?.tier
      redeemable = account.map { account in
        guard let price = item.prices[account.tier] else { return false }
        return price <= account.available && stock != 0
      }
    }
  }

  private func response(_ offer: Offer, language: String) -> CatalogItem {
    let item = offer.item
    return CatalogItem(
      itemID: item.id, category: ItemCategory(rawValue: item.kind.rawValue),
      title: texts.title(ofItem: item.id, language: language),
      details: texts.details(ofItem: item.id, language: language),
      points: offer.tier.flatMap { item.prices[$0] } ?? item.listPrice,
      prices: zip(policy.tiers, item.prices).compactMap { tier, price in
        price.map { TierPrice(tierID: tier.id, points: $0) }
      },
      stock: offer.stock,
      availableFrom: item.fromMs == Int64.min ? nil : ProtobufTimestamp(unixMilliseconds: item.fromMs),
      availableUntil: item.untilMs == Int64.max ? nil : ProtobufTimestamp(unixMilliseconds: item.untilMs),
      redeemable: offer.redeemable)
  }
}

/// Page tokens: the last item's id and the filters it was listed under, so that a token stays valid while items come
/// and go and is refused under other filters.
enum CatalogPage {
  struct Filters: Hashable {
    var category: Int32
    var member: String
    var affordableOnly: Bool

    /// FNV-1a, 32 bits: tells honest mistakes apart, protects nothing.
    var mark: UInt32 {
      var hash: UInt32 = 0x811c_9dc5
      for byte in "\(category) \(affordableOnly) \(member)".utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
      return hash
    }
  }

  static func token(after id: String, filters: Filters) -> String {
    let text = "1 \(filters.mark) \(id)"
    return text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The id after which the page begins, empty for the first page; nil for a token that is none.
  static func lastID(ofToken token: String, filters: Filters) -> String? {
    if token.isEmpty { return "" }
    let digits = Array(token.utf8)
    guard digits.count <= FieldLimits.pageTokenBytes, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard parts.count == 3, parts[0] == "1", UInt32(parts[1]) == filters.mark else { return nil }
    return String(parts[2])
  }
}

extension CompiledPolicy {
  /// Items on offer at a moment whose ids come after one, in the order of ids.
  func items(after id: String, kind: ItemKind, now: Int64) -> some Sequence<Item> {
    itemsByID.lazy.map { self.items[$0] }.filter { item in
      item.id > id && (kind == .unspecified || item.kind == kind) && now >= item.fromMs && now < item.untilMs
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

// Deciding what staff does to the catalogue's supply: stock that comes in or is written off, codes that are loaded.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: StockInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let item = request.policy.item(input.item) else { throw Refusal(.itemUnknown, ["itemId": input.item]) }
    let left: Int64
    let name: String
    if input.session.isEmpty {
      guard !item.isFromCodePool, let stock = stock(of: item) else {
        throw Refusal(.stockNotCounted, ["itemId": item.id])
      }
      (left, name) = (stock, item.id)
    } else {
      guard let session = item.sessions.first(where: { $0.id == input.session }) else {
        throw Refusal(.sessionUnknown, ["itemId": item.id, "sessionId": input.session])
      }
      (left, name) = (seats(of: session), session.stockName)
    }
    let added = itemNames[name].map { addedStock[$0] } ?? 0
    let (sum, overflow) = added.addingReportingOverflow(input.quantity)
    let (after, tooMany) = left.addingReportingOverflow(input.quantity)
    guard input.quantity != 0, !overflow, !tooMany, abs(sum) <= PolicyLimits.points else {
      throw Refusal(.commandInvalid, ["quantity": "\(input.quantity)"])
    }
    if after < 0 {
      throw Refusal(.outOfStock, ["itemId": name, "left": "\(left)", "requested": "\(-input.quantity)"])
    }
    request.draft.record.stockAdditions.append(StockAddition(item: name, quantity: input.quantity))
    return request.draft.finish(
      input: .catalogue(CatalogueInput(command: .stock(input))),
      outcome: .catalogueChanged(
        CatalogueOutcome(
          outcome: .stock(
            StockOutcome(item: item.id, session: input.session, left: after, added: input.quantity)))))
  }

  /// Loads codes. All of them or none: a code that was loaded before refuses the whole command and names its place.
  func decide(_ input: CodesInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let item = request.policy.item(input.item) else { throw Refusal(.itemUnknown, ["itemId": input.item]) }
    guard item.isFromCodePool else { throw Refusal(.noCodePool, ["itemId": item.id]) }
    guard !input.codes.isEmpty, input.codes.count <= limits.codesPerLoad else {
      throw Refusal(.commandInvalid, ["codes": "\(input.codes.count)"])
    }
    let pooled = catalogue.pools.values.reduce(0) { $0 + $1.count }
    if pooled + input.codes.count > limits.pooledCodes {
      throw Refusal(.ledgerFull, ["codes": "\(pooled)", "most": "\(limits.pooledCodes)"])
    }
    var seen: Set<Fingerprint> = []
    for (place, code) in input.codes.enumerated() {
      let key = codeKey(code, item: item.id)
      if catalogue.loadedCodes[key] != nil || !seen.insert(key).inserted {
        // The code itself is a secret: its place has to do.
        throw Refusal(.codeAlreadyLoaded, ["itemId": item.id, "position": "\(place + 1)"])
      }
    }
    request.draft.record.stockAdditions.append(StockAddition(item: item.id, quantity: Int64(input.codes.count)))
    let left = (stock(of: item) ?? 0) + Int64(input.codes.count)
    return request.draft.finish(
      input: .catalogue(CatalogueInput(command: .codes(input))),
      outcome: .catalogueChanged(
        CatalogueOutcome(
          outcome: .stock(StockOutcome(item: item.id, left: left, added: Int64(input.codes.count))))))
  }

  func codeKey(_ code: String, item: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine(item)
    hash.combine(code)
    return hash.finish()
  }

  /// What a quota or cap is counted under.
  /// - Parameter member: the member's id; empty: all members together.
  func quotaKey(_ name: String, member: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine(name)
    hash.combine(member)
    return hash.finish()
  }
}

// Refusals about the catalogue and partners in words; see RefusalText.

import LoyaltyEngine

enum CatalogueRefusalText {
  static func template(_ reason: RefusalReason) -> (english: String, chinese: String) {
    switch reason {
    case .sessionRequired:
      ("Choose one of the dates of {itemId}: {sessions}.", "请选择 {itemId} 的场次：{sessions}。")
    case .sessionUnknown: ("{itemId} has no date {sessionId}.", "{itemId} 没有场次 {sessionId}。")
    case .sessionOver:
      ("The date {sessionId} of {itemId} began at {starts}.", "{itemId} 的场次 {sessionId} 已于 {starts} 开始。")
    case .segmentNotEligible:
      ("{itemId} is for members of {segments}.", "{itemId} 仅限 {segments} 会员。")
    case .quotaExceeded:
      (
        "At most {most} of {itemId} in the period; {used} have been had, {requested} were asked for.",
        "{itemId} 每期上限 {most} 件，已用 {used} 件，不可再兑 {requested} 件。"
      )
    case .cashNotOffered: ("{itemId} cannot be paid in money.", "{itemId} 不支持现金支付。")
    case .cashTooMuch:
      (
        "At most {most} points of {itemId} can be paid in money, not {cashPoints}.",
        "{itemId} 最多可用现金抵 {most} 积分，不可为 {cashPoints}。"
      )
    case .quoteUnknown:
      ("The quote does not hold, or not for this member; ask for another.", "报价已失效或不属于该会员，请重新询价。")
    case .quoteMismatch:
      (
        "The quote is for another {field}: {quoted}, not {requested}.",
        "报价的 {field} 为 {quoted}，与 {requested} 不符。"
      )
    case .tooManyQuotes: ("Too many quotes are open; try again later.", "未结报价过多，请稍后再试。")
    case .stockNotCounted: ("The stock of {itemId} is not counted.", "{itemId} 不限库存。")
    case .noCodePool: ("{itemId} takes no codes.", "{itemId} 不使用券码。")
    case .codeAlreadyLoaded:
      ("Code number {position} has been loaded before; nothing was loaded.", "第 {position} 个券码曾经载入，本次未载入任何券码。")
    case .redemptionUnknown: ("There is no such redemption that is open.", "没有该笔未结兑换。")
    case .redemptionState:
      ("The redemption is {state}: this cannot be done now.", "该笔兑换当前状态为 {state}，不能执行此操作。")
    case .holdOfRedemption:
      ("The hold belongs to a reservation of an item; confirm the redemption.", "该冻结属于一笔商品预留，请确认兑换。")
    case .providerRequired:
      ("Only {provider} or the agency hands this over.", "仅 {provider} 或旅行社可履约。")
    case .exchangeNotOffered:
      ("The programme has no such exchange with {partner}.", "本计划不提供与 {partner} 的此项兑换。")
    case .exchangeTooSmall:
      ("{amount} is too little; the least is {minimum}.", "{amount} 低于最低兑换额 {minimum}。")
    case .capExceeded:
      (
        "The cap of {most} points in the period would be passed: {used} have been exchanged, {requested} were asked for.",
        "将超出本期上限 {most} 积分：已兑换 {used}，本次 {requested}。"
      )
    case .exchangeUnknown: ("There is no such exchange.", "没有该笔积分里程兑换。")
    case .exchangeAlreadyReversed: ("The exchange has been reversed already.", "该笔兑换已撤销。")
    case .offerUnknown: ("There is no voucher offer {offerId}.", "没有礼券 {offerId}。")
    case .voucherUnknown: ("There is no such voucher.", "没有该礼券。")
    case .voucherUsed: ("The voucher is {state}.", "该礼券状态为 {state}。")
    case .voucherExpired: ("The voucher expired at {expired}.", "该礼券已于 {expired} 过期。")
    case .voucherNotHonoured: ("{partner} does not honour this voucher.", "{partner} 不受理该礼券。")
    case .voucherBillTooSmall:
      ("The bill of {bill} is below {minimum}.", "账单金额 {bill} 低于 {minimum}。")
    case .voucherCurrency:
      ("The voucher is in {voucherCurrency}, the bill in {currency}.", "礼券币种为 {voucherCurrency}，账单币种为 {currency}。")
    case .bulletinUnknown: ("There is no such bulletin.", "没有该期公示。")
    default: (reason.rawValue, reason.rawValue)
    }
  }
}

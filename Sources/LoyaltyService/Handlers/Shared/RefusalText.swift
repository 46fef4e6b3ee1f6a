// Refusals in words, in both languages of the service. `{name}` stands for a value of the refusal's metadata.

import LoyaltyEngine

enum RefusalText {
  static func english(_ reason: RefusalReason, _ values: [String: String]) -> String {
    fill(template(reason).english, values)
  }

  /// A refusal with its values as the ledger has them.
  static func english(_ refusal: Refusal) -> String {
    english(
      refusal.reason, Dictionary(refusal.values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
  }

  static func chinese(_ reason: RefusalReason, _ values: [String: String]) -> String {
    fill(template(reason).chinese, values)
  }

  private static func template(_ reason: RefusalReason) -> (english: String, chinese: String) {
    switch reason {
    case .idempotencyKeyReused:
      (
        "The idempotency key {idempotencyKey} was used at {firstUsed} for another request; choose a new key.",
        "幂等键 {idempotencyKey} 已于 {firstUsed} 用于另一请求，请换用新的键。"
      )
    case .referenceAlreadyCredited:
      (
        "The activity {reference} has been credited already, as {firstAccrual}.",
        "业务单号 {reference} 已入账，入账编号 {firstAccrual}。"
      )
    case .memberUnknown: ("There is no such member.", "没有该会员。")
    case .claimsNotOffered: ("Activities cannot be claimed.", "不接受补登申请。")
    case .claimUnknown: ("Nothing of that name waits for a decision.", "没有该笔待处理的补登申请或待匹配业务。")
    case .claimTooLate:
      (
        "The activity of {occurred} is too long ago: claims go back to {earliest}.",
        "业务发生于 {occurred}，已超过补登期限（最早 {earliest}）。"
      )
    case .claimTooEarly:
      (
        "The partner may still report the activity: it can be claimed from {claimableFrom} on.",
        "合作方仍可能上报该业务，{claimableFrom} 起可申请补登。"
      )
    case .referenceClaimed:
      ("The activity {reference} waits already.", "业务单号 {reference} 已在处理中。")
    case .tooManyClaims:
      ("{open} claims wait already; at most {most} may.", "已有 {open} 笔补登申请待处理，最多 {most} 笔。")
    case .memberMismatch:
      (
        "The member id {memberId} and the partner's number {partnerMemberNumber} name different members.",
        "会员编号 {memberId} 与合作方会员号 {partnerMemberNumber} 不属于同一会员。"
      )
    case .memberExists: ("The member {memberId} is enrolled already.", "会员 {memberId} 已入会。")
    case .memberFrozen: ("The account of {memberId} is frozen.", "会员 {memberId} 的账户已冻结。")
    case .memberOpen: ("The account of {memberId} is open; close it first.", "会员 {memberId} 的账户未关闭，请先关闭账户。")
    case .memberErased: ("The personal data of {memberId} was erased.", "会员 {memberId} 的个人资料已删除。")
    case .memberClosed: ("The account of {memberId} is closed.", "会员 {memberId} 的账户已关闭。")
    case .memberBusy:
      ("The account of {memberId} has business that must end first.", "会员 {memberId} 的账户尚有未结业务。")
    case .numberTaken:
      ("The number {partnerMemberNumber} names another member.", "会员号 {partnerMemberNumber} 已属于其他会员。")
    case .profileFull: ("The profile holds no more entries of this kind.", "会员资料的此类条目已达上限。")
    case .recordUnknown: ("There is no such accrual or redemption.", "没有该笔入账或兑换。")
    case .alreadyReversed: ("It has been reversed already, by {reversal}.", "该笔业务已冲正，冲正编号 {reversal}。")
    case .reversalTooLarge: ("Only {left} are left to undo, not {requested}.", "可撤销数量仅余 {left}，不足 {requested}。")
    case .changedMeanwhile:
      ("The account has changed meanwhile; nothing was done, try again.", "账户刚有变动，未作处理，请重试。")
    case .lotNotExtendable:
      ("The lot {lot} is not open, or lives as long already.", "积分批次 {lot} 已无余额，或有效期已更长，不可延期。")
    case .nothingLapsed: ("No points of the lot {lot} are left to bring back.", "积分批次 {lot} 没有可恢复的过期积分。")
    case .transferNotAllowed:
      ("Points are transferred within a household only.", "积分仅可在同一家庭内转让。")
    case .transferOutOfRange:
      ("A transfer has {fewest} to {most} points, not {points}.", "单笔转让须为 {fewest} 至 {most} 积分，不可为 {points}。")
    case .totalsDiffer:
      (
        "The batch has {lots} lots, {points} points and {qualifyingPoints} qualifying points; {declaredLots}, "
          + "{declaredPoints} and {declaredQualifyingPoints} were declared.",
        "该批共 {lots} 批次、{points} 积分、{qualifyingPoints} 定级积分，与申报的 {declaredLots}、{declaredPoints}、"
          + "{declaredQualifyingPoints} 不符。"
      )
    case .importRefused: ("Entry {entry} cannot be: {problem}.", "第 {entry} 条不可导入：{problem}。")
    case .proposalUnknown: ("No proposal {proposal} waits.", "没有待审的提案 {proposal}。")
    case .secondPersonRequired:
      ("Another person than {proposer} has to approve this.", "须由 {proposer} 以外的人员审批。")
    case .tooManyProposals: ("No more proposals can wait, or this one is too large.", "待审提案已满，或该提案过大。")
    case .partnerRequired: ("Only a partner can do this.", "仅合作方可执行此操作。")
    case .roleRequired: ("This needs the role {role}.", "此操作需要角色 {role}。")
    case .activityInFuture:
      ("The activity at {occurred} is in the future; it is {now}.", "发生时间 {occurred} 晚于当前时间 {now}。")
    case .activityTooOld:
      (
        "The activity at {occurred} is too old; the earliest accepted is {earliest}.",
        "发生时间 {occurred} 过早，最早可受理 {earliest} 之后的消费。"
      )
    case .noEarningRule:
      ("No earning rule applies to this activity ({activity}).", "没有适用于此类消费（{activity}）的积分规则。")
    case .pointsOverflow: ("The points are more than an account can hold.", "积分数值超出账户上限。")
    case .tooManyLots:
      ("The account has {lots} open lots; at most {most} are kept.", "账户已有 {lots} 批积分，上限为 {most} 批。")
    case .itemUnknown: ("There is no item {itemId} in the catalogue.", "兑换目录中没有 {itemId}。")
    case .itemNotOffered:
      ("The item {itemId} is not offered at this time.", "商品 {itemId} 当前不在兑换期内。")
    case .tierNotEligible:
      (
        "The item {itemId} is for the tier {requiredTier} and above; the member's is {tier}.",
        "商品 {itemId} 仅限 {requiredTier} 及以上等级，会员当前等级为 {tier}。"
      )
    case .priceChanged:
      ("The price is {price} points, not {expected}.", "现价为 {price} 积分，并非 {expected} 积分。")
    case .outOfStock:
      ("Only {left} of {itemId} are left; {requested} were asked for.", "{itemId} 仅余 {left} 件，不足 {requested} 件。")
    case .insufficientPoints:
      (
        "The price is {required} points; the member has {available}, {missing} too few.",
        "需要 {required} 积分，会员可用 {available} 积分，尚缺 {missing} 积分。"
      )
    case .holdUnknown: ("There is no open hold {hold}.", "没有未结的积分冻结 {hold}。")
    case .holdTimedOut:
      ("The hold {hold} has timed out at {until}.", "积分冻结 {hold} 已于 {until} 超时。")
    case .tooManyHolds:
      ("The member has {open} open holds; at most {most} are kept.", "会员已有 {open} 笔积分冻结，上限为 {most} 笔。")
    case .holdTooLong:
      ("A hold may live {most} minutes, not {minutes}.", "积分冻结最长 {most} 分钟，不可为 {minutes} 分钟。")
    case .holdTooSmall:
      ("The hold has {held} points; {points} were to be spent.", "该冻结仅有 {held} 积分，不足 {points} 积分。")
    case .tooManyTickets:
      ("The member has {open} open tickets; at most {most} are kept.", "会员已有 {open} 个未结反馈，上限为 {most} 个。")
    case .sessionRequired, .sessionUnknown, .sessionOver, .segmentNotEligible, .quotaExceeded, .cashNotOffered,
      .cashTooMuch, .quoteUnknown, .quoteMismatch, .tooManyQuotes, .stockNotCounted, .noCodePool, .codeAlreadyLoaded,
      .redemptionUnknown, .redemptionState, .holdOfRedemption, .providerRequired, .exchangeNotOffered,
      .exchangeTooSmall, .capExceeded, .exchangeUnknown, .exchangeAlreadyReversed, .offerUnknown, .voucherUnknown,
      .voucherUsed, .voucherExpired, .voucherNotHonoured, .voucherBillTooSmall, .voucherCurrency, .bulletinUnknown:
      CatalogueRefusalText.template(reason)
    case .ticketUnknown: ("There is no feedback ticket {ticket}.", "没有反馈单 {ticket}。")
    case .ticketClosed:
      ("The feedback ticket {ticket} was closed at {closed}.", "反馈单 {ticket} 已于 {closed} 关闭。")
    case .ticketNotAnswered:
      ("The feedback ticket {ticket} has not been answered yet.", "反馈单 {ticket} 尚未答复。")
    case .ticketAlreadyRated: ("The answer to {ticket} has been rated already.", "反馈单 {ticket} 的答复已评分。")
    case .ticketFull:
      ("The feedback ticket {ticket} has {most} entries; open a new one.", "反馈单 {ticket} 已有 {most} 条记录，请另开一单。")
    case .changeKnown:
      ("The change {change} is on record for {cause} already.", "针对 {cause} 的改进 {change} 已有记录。")
    case .changeUnknown: ("No change {change} is on record for {cause}.", "没有针对 {cause} 的改进 {change}。")
    case .surveyUnknown: ("There is no survey {survey}.", "没有问卷 {survey}。")
    case .surveyNotOpen: ("The survey {survey} is not open at this time.", "问卷 {survey} 当前不开放。")
    case .surveyAnswered: ("The member has answered the survey {survey}.", "会员已填写问卷 {survey}。")
    case .answerInvalid:
      (
        "The survey {survey} takes one answer to each of its questions, within its scale; see '{question}'.",
        "问卷 {survey} 的每题须作答一次且在分值范围内，请检查“{question}”。"
      )
    case .campaignUnknown: ("There is no campaign {campaign}.", "没有活动 {campaign}。")
    case .campaignNotOpen: ("The campaign {campaign} is not open at this time.", "活动 {campaign} 当前不开放。")
    case .householdNotEligible:
      ("{itemId} is for households that the member's is not one of.", "{itemId} 仅限特定家庭。")
    case .quotaUsedUp: ("All {quota} of {campaign} have been given.", "{campaign} 的 {quota} 个名额已用完。")
    case .codeUnknown: ("No member has the referral code {code}.", "没有推荐码 {code}。")
    case .referralOfOneself: ("Nobody can refer themselves.", "不能推荐自己。")
    case .referredAlready: ("The member has named who referred it already.", "会员已登记推荐人。")
    case .referralTooLate:
      ("Only a new member without a purchase can be referred.", "仅未消费的新会员可登记推荐人。")
    case .referralCircle: ("The member cannot be referred by whom it referred.", "推荐关系不可循环。")
    case .proofSeen: ("This proof has been used before, for {firstShare}.", "该凭证已用于 {firstShare}。")
    case .tooManyShares: ("{most} shared posts wait for a decision already.", "已有 {most} 条分享待审核。")
    case .shareUnknown: ("No shared post {share} waits for a decision.", "没有待审核的分享 {share}。")
    case .shareCapReached:
      ("The member has been rewarded {most} times in this month.", "会员本月分享奖励已达 {most} 次上限。")
    case .limitedOfferUnknown: ("There is no offer {offer}.", "没有优惠 {offer}。")
    case .offerByGrantOnly: ("The offer {offer} cannot be taken; it is given.", "优惠 {offer} 只能由计划发放。")
    case .offerTaken: ("The member has taken {offer} {most} times, which is all.", "会员已领取 {offer} {most} 次，达到上限。")
    case .offerNotHeld: ("Nobody has {grant}, or no more.", "{grant} 不存在、已使用或已失效。")
    case .offerElsewhere: ("The offer {offer} is honoured by other partners.", "优惠 {offer} 不可在此合作方使用。")
    case .channelForbidden: ("The caller does not send notices of this channel.", "调用方无权发送此渠道的通知。")
    case .ledgerFull: ("The ledger is full.", "账本已满。")
    case .ledgerNotOpen: ("The ledger is not open yet.", "账本尚未开启。")
    case .ledgerAlreadyOpen: ("The ledger is open already.", "账本已开启。")
    case .partnerQuotaExceeded:
      (
        "The partner's quota of {quota} {limit} is used up until {until}: {used} are used, {asked} more were asked for.",
        "合作方的 {quota} 额度（{limit}）已用 {used}，再入 {asked} 将超出，{until} 后恢复。"
      )
    case .partnerCallsExceeded:
      (
        "The partner may make {perSecond} calls a second, and {burst} at once: try again later.",
        "合作方每秒可调用 {perSecond} 次、瞬时 {burst} 次，请稍后重试。"
      )
    case .memberLimitExceeded:
      (
        "The member's limit of {quota} {limit} is used up until {until}: {used} are used, {asked} more were asked for.",
        "会员的 {quota} 上限（{limit}）已用 {used}，再入 {asked} 将超出，{until} 后恢复。"
      )
    case .entitlementUnknown:
      ("The member's tier {tier} does not entitle to {benefit}.", "会员等级 {tier} 不含权益 {benefit}。")
    case .entitlementUsedUp:
      (
        "All {granted} of {benefit} are used; there are more from {periodEnds} on.",
        "权益 {benefit} 共 {granted} 次已用完，{periodEnds} 后重新发放。"
      )
    case .policyNotInEffect: ("No version of the policy is in effect.", "没有生效的规则版本。")
    case .policyRefused:
      ("The policy cannot be published: {place}: {problem}", "规则无法发布：{place}：{problem}")
    case .policyUnknown: ("There is no version {version} of the policy.", "没有第 {version} 版规则。")
    case .policyEffective:
      (
        "Version {version} decides since {effectiveFrom} and stays; publish another version.",
        "第 {version} 版规则已于 {effectiveFrom} 生效，不可撤回，请发布新版本。"
      )
    case .commandInvalid: ("The command is not understood.", "无法识别的指令。")
    }
  }

  static func fill(_ template: String, _ values: [String: String]) -> String {
    var filled = ""
    var rest = template[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      filled += rest[..<open]
      filled += values[String(rest[rest.index(after: open)..<close])] ?? "?"
      rest = rest[rest.index(after: close)...]
    }
    return filled + rest
  }
}

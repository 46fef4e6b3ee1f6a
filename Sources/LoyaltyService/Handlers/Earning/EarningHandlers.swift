// The calls of loyalty.v1.EarningService: rules, limits and how soon activities are credited.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.EarningService`.
struct EarningHandlers: EarningServiceHandler, ProgrammeHandlers {
  let programme: Programme

  /// Days in one answer: a year and a month.
  private static let mostDays = 400

  func listEarningRules(
    _ request: ListEarningRulesRequest, context: ServerContext
  ) async throws -> ListEarningRulesResponse {
    try answer(context) { call in rules(request, call) }
  }

  func listEarningLimits(
    _ request: ListEarningLimitsRequest, context: ServerContext
  ) async throws -> ListEarningLimitsResponse {
    try answer(context) { call in limits(request, call) }
  }

  func getCreditTimeliness(
    _ request: GetCreditTimelinessRequest, context: ServerContext
  ) async throws -> GetCreditTimelinessResponse {
    try answer(context) { call in timeliness(request, call) }
  }

  func listLateAccruals(
    _ request: ListLateAccrualsRequest, context: ServerContext
  ) async throws -> ListLateAccrualsResponse {
    try answer(context) { call in late(request, call) }
  }

  func rules(_ request: ListEarningRulesRequest, _ call: CallSituation) -> Answer<ListEarningRulesResponse> {
    var fields = RequestFields()
    fields.checkLanguage(request.language)
    let moment = request.at == nil ? call.now : fields.milliseconds(request.at, "at")
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      guard let policy = ledger.policies.inEffect(at: moment) else { throw Refusal(.policyUnknown, ["version": "0"]) }
      return policy
    }.flatMap { policy in
      let language = call.language(request.language, policy: policy)
      do {
        return .success(
          ListEarningRulesResponse(
            policyVersion: policy.version,
            rules: try policy.document.earningRules.map { rule in
              EarningRuleInfo(
                ruleID: rule.id, version: rule.version, name: policy.text(rule.name, language: language),
                definition: try ProtobufStruct(jsonString: rule.jsonString()))
            }))
      } catch {
        return .failure(.policyHasNoText)
      }
    }
  }

  func limits(_ request: ListEarningLimitsRequest, _ call: CallSituation) -> Answer<ListEarningLimitsResponse> {
    let policy = policy
    let day = policy.calendar.dayNumber(of: call.now)
    let renews = ProtobufTimestamp(
      unixMilliseconds: (day + 1) * CivilCalendar.millisecondsPerDay - policy.calendar.offsetMs)
    let partner = call.caller.partner
    return read(.look, call) { ledger in
      var limits: [EarningLimit] = []
      if partner.isEmpty {
        for rule in policy.document.earningRules where rule.budget > 0 {
          limits.append(
            EarningLimit(
              ruleID: rule.id, kind: "budget", limit: rule.budget, used: ledger.metered("rule.\(rule.id).budget")))
        }
      }
      for document in policy.document.partners where partner.isEmpty || document.id == partner {
        for (kind, limit, meter) in [
          ("accruals_per_day", Int64(document.quota?.accrualsPerDay ?? 0), "partner.\(document.id).accruals"),
          ("points_per_day", document.quota?.pointsPerDay ?? 0, "partner.\(document.id).points"),
        ] where limit > 0 {
          limits.append(
            EarningLimit(
              partnerID: document.id, kind: kind, limit: limit, used: ledger.metered(meter, period: day),
              renewsAt: renews))
        }
        if let rate = policy.callRate(ofPartner: document.id) {
          limits += [
            EarningLimit(partnerID: document.id, kind: "calls_per_second", limit: rate.perSecond),
            EarningLimit(partnerID: document.id, kind: "call_burst", limit: rate.burst),
          ]
        }
      }
      return ListEarningLimitsResponse(limits: limits)
    }
  }

  func timeliness(
    _ request: GetCreditTimelinessRequest, _ call: CallSituation
  ) -> Answer<GetCreditTimelinessResponse> {
    var fields = RequestFields()
    let day = CivilCalendar.millisecondsPerDay
    let from = request.from == nil ? Int64.min : fields.milliseconds(request.from, "from") / day
    let until = request.until == nil ? Int64.max : fields.milliseconds(request.until, "until") / day
    if from >= until { fields.report("until", "is not after from") }
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.report, call) { ledger in ledger.timeliness.days }.map { all in
      let days = all.filter { $0.day >= from && $0.day < until }
      let accruals = days.reduce(0) { $0 + $1.accruals }
      let late = days.reduce(0) { $0 + $1.late }
      return GetCreditTimelinessResponse(
        accruals: accruals, late: late,
        inTimeBp: accruals == 0 ? 10_000 : UInt32(UInt128(accruals - late) * 10_000 / UInt128(accruals)),
        days: days.suffix(Self.mostDays).map {
          CreditTimelinessOfDay(
            day: ProtobufTimestamp(unixMilliseconds: $0.day * day), accruals: $0.accruals, late: $0.late)
        })
    }
  }

  func late(_ request: ListLateAccrualsRequest, _ call: CallSituation) -> Answer<ListLateAccrualsResponse> {
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let place = fields.pagePlace(request.pageToken, list: "ListLateAccruals")
    if let error = fields.error { return Answer(.failure(error)) }
    let before = UInt64(place) ?? UInt64.max
    return read(.report, call) { ledger in
      ledger.timeliness.lateAccruals(before: before, limit: size + 1)
    }.flatMap { sequences in
      do {
        var accruals: [LateAccrual] = []
        // What retention has removed from history is listed no more.
        for sequence in sequences.prefix(size) {
          guard let record = try programme.history.record(at: sequence), case .accrual(let input)? = record.input else {
            continue
          }
          accruals.append(LateAccrual(input, record, sequence: sequence))
        }
        let next =
          sequences.count > size ? PageToken.token("\(sequences[size - 1])", list: "ListLateAccruals") : ""
        return .success(ListLateAccrualsResponse(accruals: accruals, nextPageToken: next))
      } catch {
        return .failure(RPCError(storeError: error))
      }
    }
  }
}

extension LateAccrual {
  init(_ input: AccrualInput, _ record: Record, sequence: UInt64) {
    self.init(
      accrualID: PublicName.accrual(sequence), memberID: input.member, partnerID: record.partner,
      kind: ActivityKind(rawValue: input.activity.rawValue), reference: input.reference,
      occurredAt: ProtobufTimestamp(unixMilliseconds: input.occurredMs),
      postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs))
  }
}

// loyalty.v1.SurveyService: what members are asked, and how the answers add up.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.SurveyService`.
struct SurveyHandlers: SurveyServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func listSurveys(_ request: ListSurveysRequest, context: ServerContext) async throws -> ListSurveysResponse {
    try answer(context) { call in listSurveys(request, call) }
  }

  func answerSurvey(
    _ request: AnswerSurveyRequest, context: ServerContext
  ) async throws -> AnswerSurveyResponse {
    let words = try await words(request.comment, key: request.idempotencyKey, .change, context) {
      (ledger, caller) throws(Refusal) in
      try ledger.keyHolder(request.memberID, number: request.partnerMemberNumber, partner: caller.partner)
    }
    return try answer(context) { call in answerSurvey(request, call, words) }
  }

  func getSurveyReport(
    _ request: GetSurveyReportRequest, context: ServerContext
  ) async throws -> GetSurveyReportResponse {
    try answer(context) { call in surveyReport(request, call) }
  }

  private func listSurveys(_ request: ListSurveysRequest, _ call: CallSituation) -> Answer<ListSurveysResponse> {
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) -> [SurveyPolicy] in
      let open = policy.document.surveys.filter { $0.isOpen(at: call.now) }
      guard !request.memberID.isEmpty else { return open }
      let account = try ledger.account(request.memberID, policy: policy, now: call.now)
      let tier = policy.tiers[account.tier].id
      return open.filter { survey in
        (survey.tiers.isEmpty || survey.tiers.contains(tier)) && !ledger.hasAnswered(survey.id, member: account.member)
      }
    }.map { surveys in
      ListSurveysResponse(
        surveys: surveys.map { survey in
          OpenSurvey(
            surveyID: survey.id, title: policy.text(survey.title, language: language),
            questions: survey.questions.map { question in
              OpenQuestion(
                questionID: question.id, text: policy.text(question.text, language: language),
                lowest: Int32(clamping: question.lowest), highest: Int32(clamping: question.highest))
            },
            openUntil: survey.until, rewardPoints: survey.rewardPoints)
        })
    }
  }

  private func answerSurvey(
    _ request: AnswerSurveyRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<AnswerSurveyResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.surveyID, "survey_id")
    if request.scores.count > PolicyLimits.surveyQuestions {
      fields.report("scores", "has \(request.scores.count) entries; at most \(PolicyLimits.surveyQuestions)")
    }
    for (index, score) in request.scores.prefix(PolicyLimits.surveyQuestions).enumerated() {
      fields.checkName(score.questionID, "scores[\(index)].question_id")
      if score.score < 0 { fields.report("scores[\(index)].score", "is \(score.score); must be 0 or more") }
    }
    fields.checkText(request.comment, "comment", isRequired: false)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    let input = SurveyInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, survey: request.surveyID,
      answers: request.scores.map { SurveyAnswer(question: $0.questionID, score: UInt32(clamping: $0.score)) },
      comment: words.clear(request.comment, ""), words: words.sealed)
    return decide(.survey(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .surveyed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        AnswerSurveyResponse(
          memberID: outcome.member, points: outcome.points, lots: outcome.lots.map(LotCredit.init),
          balance: outcome.balance))
    }
  }

  private func surveyReport(
    _ request: GetSurveyReportRequest, _ call: CallSituation
  ) -> Answer<GetSurveyReportResponse> {
    var fields = RequestFields()
    fields.checkName(request.surveyID, "survey_id")
    let from = request.from == nil ? nil : fields.milliseconds(request.from, "from")
    let until = request.until == nil ? nil : fields.milliseconds(request.until, "until")
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }
    guard let survey = policy.document.surveys.first(where: { $0.id == request.surveyID }) else {
      return refused(Refusal(.surveyUnknown, ["survey": request.surveyID]), call)
    }
    let language = call.language(request.language, policy: policy)
    let calendar = policy.calendar
    let first = from.map(calendar.dayNumber) ?? Int64.min
    let end = until.map(calendar.dayNumber) ?? Int64.max
    return read(.report, call) { ledger in
      survey.questions.map { ledger.scores(survey: survey.id, question: $0.id) }
    }.map { series in
      GetSurveyReportResponse(
        surveyID: survey.id,
        questions: zip(survey.questions, series).map { question, days in
          report(question, days.filter { $0.day >= first && $0.day < end }, language: language)
        })
    }
  }

  private func report(_ question: SurveyQuestion, _ days: [ScoreDay], language: String) -> QuestionReport {
    var all = ScoreSummary()
    var months: [(number: Int64, summary: ScoreSummary)] = []
    for day in days {
      all.add(day)
      // Day numbers are of the programme's calendar already.
      let date = CivilCalendar(utcOffsetMinutes: 0).day(of: day.day * CivilCalendar.millisecondsPerDay)
      let number = date.year * 12 + date.month - 1
      if months.last?.number != number { months.append((number, ScoreSummary())) }
      months[months.count - 1].summary.add(day)
    }
    return QuestionReport(
      questionID: question.id, text: policy.text(question.text, language: language), score: all.meanScore,
      satisfied: all.satisfiedShare,
      months: months.map { month in
        let digits = month.number % 12 + 1
        return MonthScore(
          month: "\(month.number / 12)-\(digits < 10 ? "0" : "")\(digits)", score: month.summary.meanScore,
          satisfied: month.summary.satisfiedShare)
      },
      trendPerMonth: ScoreSummary.trend(months))
  }
}

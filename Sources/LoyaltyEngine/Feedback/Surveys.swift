// Satisfaction surveys: a member answers each once; what is kept of the answers is what reports need: how many, their
// sum and the sum of their squares, by question and day.

import LoyaltyMessages

/// The state of surveys. Changes only by records.
struct SurveyRoom: Sendable {
  /// A question of a survey.
  struct Question: Hashable, Comparable, Sendable {
    var survey: String
    var question: String

    static func < (first: Question, second: Question) -> Bool {
      (first.survey, first.question) < (second.survey, second.question)
    }
  }

  /// Days that a series keeps: four years, so that a year can be compared with the one before and a trend be seen.
  static let days = 1_461

  var answered = FingerprintTable()
  private(set) var series: [Question: [ScoreDay]] = [:]

  mutating func add(_ answer: SurveyAnswer, survey: String, day: Int64) {
    var days = series[Question(survey: survey, question: answer.question)] ?? []
    // Time never goes back: the day is the last one or a new one, or the programme's offset from UTC has changed.
    if days.last.map({ $0.day < day }) ?? true { days.append(ScoreDay(day: day)) }
    let score = UInt64(answer.score)
    days[days.count - 1].count &+= 1
    days[days.count - 1].sum &+= score
    days[days.count - 1].sumOfSquares &+= score &* score
    if answer.satisfied { days[days.count - 1].satisfied &+= 1 }
    if days.count > Self.days { days.removeFirst() }
    series[Question(survey: survey, question: answer.question)] = days
  }

  mutating func restore(_ part: SurveyPart) throws(RestoreError) {
    try answered.restore(part.answered)
    for entry in part.series {
      series[Question(survey: entry.survey, question: entry.question), default: []] += entry.days
    }
  }
}

extension SurveyRoom: LedgerRoom {
  static let name = "surveys"

  var count: Int { answered.count + series.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    try answered.emit { try emit(.surveys(SurveyPart(answered: $0))) }
    let all = series.sorted { $0.key < $1.key }.map {
      ScoreSeries(survey: $0.key.survey, question: $0.key.question, days: $0.value)
    }
    try SnapshotList.emit(all, size: { 40 + $0.survey.utf8.count + $0.question.utf8.count + $0.days.count * 30 }) {
      try emit(.surveys(SurveyPart(series: $0)))
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    for (question, days) in series {
      let ascending = zip(days, days.dropFirst()).allSatisfy { $0.day < $1.day }
      if !ascending || days.contains(where: { $0.satisfied > $0.count }) {
        broken.append("the answers to '\(question.survey)/\(question.question)' are out of order or miscounted")
      }
    }
    return broken
  }
}

extension Ledger {
  func decide(_ input: SurveyInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    let policy = request.policy
    guard let survey = policy.document.surveys.first(where: { $0.id == input.survey }) else {
      throw Refusal(.surveyUnknown, ["survey": input.survey])
    }
    guard survey.isOpen(at: request.now) else {
      throw Refusal(.surveyNotOpen, ["survey": survey.id, "nowMs": "\(request.now)"])
    }
    let tier = policy.tiers[standing(of: number, policy: policy, now: request.now).tier].id
    if !survey.tiers.isEmpty, !survey.tiers.contains(tier) {
      throw Refusal(
        .tierNotEligible, ["itemId": survey.id, "tier": tier, "requiredTier": survey.tiers.joined(separator: ", ")])
    }
    var input = input
    input.member = memberNames.string(number)
    if let first = surveys.answered[surveyFingerprint(survey.id, member: input.member)] {
      throw Refusal(.surveyAnswered, ["survey": survey.id, "firstAnswer": "\(first)"])
    }
    input.answers = try checked(input.answers, survey)
    let position = request.draft.addMember(input.member)
    let award = try award(survey.rewardPoints, to: number, position, &request)
    return request.draft.finish(
      input: .survey(input),
      outcome: .surveyed(
        SurveyOutcome(
          member: input.member, survey: survey.id, points: survey.rewardPoints, lots: award.lots,
          balance: award.balance, day: policy.calendar.dayNumber(of: request.now))))
  }

  /// The answers in the survey's order, each within its scale.
  private func checked(_ answers: [SurveyAnswer], _ survey: SurveyPolicy) throws(Refusal) -> [SurveyAnswer] {
    var checked: [SurveyAnswer] = []
    for question in survey.questions {
      let given = answers.filter { $0.question == question.id }
      guard given.count == 1, (question.lowest...question.highest).contains(given[0].score) else {
        throw Refusal(
          .answerInvalid,
          [
            "survey": survey.id, "question": question.id, "lowest": "\(question.lowest)",
            "highest": "\(question.highest)",
          ])
      }
      checked.append(
        SurveyAnswer(
          question: question.id, score: given[0].score, satisfied: given[0].score >= question.satisfiedFrom))
    }
    guard checked.count == answers.count else {
      let stranger = answers.first { answer in !survey.questions.contains { $0.id == answer.question } }
      throw Refusal(.answerInvalid, ["survey": survey.id, "question": stranger?.question ?? ""])
    }
    return checked
  }

  mutating func apply(_ input: SurveyInput, _ record: Record) {
    surveys.answered.set(
      surveyFingerprint(input.survey, member: input.member), to: sequence & FingerprintTable.maxValue)
    guard case .surveyed(let outcome)? = record.outcome else { return }
    for answer in input.answers { surveys.add(answer, survey: input.survey, day: outcome.day) }
  }

  func surveyFingerprint(_ survey: String, member: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine("survey")
    hash.combine(survey)
    hash.combine(member)
    return hash.finish()
  }
}

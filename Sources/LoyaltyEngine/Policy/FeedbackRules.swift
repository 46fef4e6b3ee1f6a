// Feedback and surveys in the policy, checked.

import LoyaltyMessages
import ProtobufRuntime

extension PolicyLimits {
  public static let escalations = 16
  public static let surveys = 1_000
  public static let surveyQuestions = 50
  /// The widest scale in use is 0 to 10; a hundred leaves room for per cent.
  public static let surveyScore: UInt32 = 100
}

extension SurveyPolicy {
  /// Whether it is open at a moment, Unix milliseconds.
  public func isOpen(at now: Int64) -> Bool {
    now >= from?.policyMilliseconds ?? Int64.min && now < until?.policyMilliseconds ?? Int64.max
  }
}

extension PolicyValidator {
  mutating func checkFeedback() {
    if let feedback = policy.feedback {
      checkCount(feedback.escalations.count, atMost: PolicyLimits.escalations, "feedback.escalations")
      for (index, step) in feedback.escalations.enumerated() {
        let path = "feedback.escalations[\(index)]"
        checkID(step.team, "\(path).team")
        if step.afterHours > PolicyLimits.deadlineHours {
          report("\(path).after_hours", "is \(step.afterHours): give at most \(PolicyLimits.deadlineHours)")
        }
        if index > 0, step.afterHours <= feedback.escalations[index - 1].afterHours {
          report(
            "\(path).after_hours",
            "is \(step.afterHours), not after the \(feedback.escalations[index - 1].afterHours) of the step before it")
        }
      }
      if feedback.keepClosedDays > PolicyLimits.windowDays {
        report("feedback.keep_closed_days", "is \(feedback.keepClosedDays): give at most \(PolicyLimits.windowDays)")
      }
    }
    checkCount(policy.surveys.count, atMost: PolicyLimits.surveys, "surveys")
    checkUnique(policy.surveys.map(\.id), "surveys", field: "id")
    for (index, survey) in policy.surveys.enumerated() { checkSurvey(survey, "surveys[\(index)]") }
  }

  private mutating func checkSurvey(_ survey: SurveyPolicy, _ path: String) {
    checkID(survey.id, "\(path).id")
    checkTexts(survey.title, "\(path).title")
    checkWindow(survey.from, survey.until, path, from: "from", until: "until")
    checkKnown(survey.tiers, in: policy.tiers.map(\.id), "\(path).tiers", what: "tier")
    if survey.rewardPoints < 0 || survey.rewardPoints > PolicyLimits.points {
      report("\(path).reward_points", "is \(survey.rewardPoints): give 0 (none) to \(PolicyLimits.points)")
    }
    if survey.questions.isEmpty { report("\(path).questions", "is empty: a survey asks at least one question") }
    checkCount(survey.questions.count, atMost: PolicyLimits.surveyQuestions, "\(path).questions")
    checkUnique(survey.questions.map(\.id), "\(path).questions", field: "id")
    for (position, question) in survey.questions.enumerated() {
      let place = "\(path).questions[\(position)]"
      checkID(question.id, "\(place).id")
      checkTexts(question.text, "\(place).text")
      if question.highest > PolicyLimits.surveyScore || question.highest <= question.lowest {
        report(
          "\(place).highest",
          "is \(question.highest): give more than lowest (\(question.lowest)), at most \(PolicyLimits.surveyScore)")
      }
      if question.satisfiedFrom < question.lowest || question.satisfiedFrom > question.highest {
        report(
          "\(place).satisfied_from",
          "is \(question.satisfiedFrom): give a score of the scale, \(question.lowest) to \(question.highest)")
      }
    }
  }
}

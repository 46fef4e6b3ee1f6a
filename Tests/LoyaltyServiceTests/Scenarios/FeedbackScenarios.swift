// Feedback and surveys, as the requirements ask for them.

import LoyaltyAPI
import LoyaltyRPC
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var feedback: FeedbackServiceClient { FeedbackServiceClient(client) }
  var surveys: SurveyServiceClient { SurveyServiceClient(client) }
}

extension Scenario {
  func complaint(
    _ member: String, _ text: String = "Points are missing.", about context: FeedbackContext = .points,
    subject: String = "", attachments: [String] = []
  ) -> SubmitFeedbackRequest {
    SubmitFeedbackRequest(
      memberID: member, kind: .complaint, context: context, subjectID: subject, text: text, attachments: attachments,
      idempotencyKey: fresh())
  }

  /// Answers a ticket as staff.
  func reply(_ ticket: String, _ text: String) async throws {
    _ = try await ops.feedback.replyToFeedback(
      ReplyToFeedbackRequest(ticketID: ticket, text: text, idempotencyKey: fresh()))
  }
}

@Suite struct FeedbackScenarios {
  @Test("A1.5 A3.4.3 A3.5.1 B1.7 B2.10 B3.10 B4.8 B6.9 B7.8: feedback keeps what it is about, refers to and shows")
  func context() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      for context in [FeedbackContext.points, .redemption, .event, .tier] {
        let ticket = try await stage.air.loyalty.submitFeedback(
          stage.complaint("M-1", "About it.", about: context, subject: earned.accrualID, attachments: ["scan-1"]))
        let seen = try await stage.ops.feedback.getFeedback(GetFeedbackRequest(ticketID: ticket.ticketID))
        #expect(seen.ticket?.context == context && seen.ticket?.kind == .complaint)
        #expect(seen.entries.first?.subjectID == earned.accrualID && seen.entries.first?.attachments == ["scan-1"])
      }
      try await stage.restart()
      let list = try await stage.ops.feedback.listFeedback(ListFeedbackRequest(pageSize: 3, memberID: "M-1"))
      #expect(list.tickets.count == 3 && !list.nextPageToken.isEmpty)
      let rest = try await stage.ops.feedback.listFeedback(
        ListFeedbackRequest(pageSize: 3, pageToken: list.nextPageToken, memberID: "M-1"))
      #expect(rest.tickets.count == 1 && rest.nextPageToken.isEmpty)
      #expect(rest.tickets[0].context == .tier)
    }
  }

  @Test("A3.5.1: an answer is due by tier and kind, the overdue are listed and escalated, the member sees the reply")
  func promise() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      _ = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      let late = try await stage.air.loyalty.submitFeedback(stage.complaint("M-1"))
      let answered = try await stage.air.loyalty.submitFeedback(stage.complaint("M-2"))
      #expect((late.dueAt?.seconds ?? 0) - (late.openedAt?.seconds ?? 0) == 48 * 3_600)
      try await stage.reply(answered.ticketID, "They are there now.")
      try stage.advance(hours: 48, milliseconds: -1)
      let overdue = ListFeedbackRequest(overdueOnly: true)
      #expect(try await stage.ops.feedback.listFeedback(overdue).tickets.isEmpty)
      try stage.advance(milliseconds: 1)
      try await stage.restart()
      let list = try await stage.ops.feedback.listFeedback(overdue).tickets
      #expect(list.map(\.ticketID) == [late.ticketID])
      #expect(list.first?.team == "care-lead" && list.first?.escalationLevel == 1)
      // By hand, on to the next team.
      let handed = try await stage.ops.feedback.escalateFeedback(
        EscalateFeedbackRequest(ticketID: late.ticketID, reason: "VIP", idempotencyKey: stage.fresh()))
      #expect(handed.progress?.team == "care-head")
      // The member sees the reply through its partner, without the names of staff; another partner sees nothing.
      let seen = try await stage.air.feedback.getFeedback(GetFeedbackRequest(ticketID: answered.ticketID))
      #expect(seen.entries.map(\.kind) == [.opened, .answer])
      #expect(seen.entries.last?.text == "They are there now." && seen.entries.allSatisfy { $0.author.isEmpty })
      let reason = try await refusalReason {
        try await stage.hotel.feedback.getFeedback(GetFeedbackRequest(ticketID: answered.ticketID))
      }
      #expect(reason == "TICKET_UNKNOWN")
      // Escalating and closing are staff's.
      let denied = try await refusalReason {
        try await stage.air.feedback.closeFeedback(
          CloseFeedbackRequest(ticketID: answered.ticketID, resolution: "x", idempotencyKey: stage.fresh()))
      }
      #expect(denied == "ROLE_REQUIRED")
      // A further word opens it again with a new promise; then it is closed for good.
      let again = try await stage.air.feedback.replyToFeedback(
        ReplyToFeedbackRequest(ticketID: answered.ticketID, text: "Not all.", idempotencyKey: stage.fresh()))
      #expect(again.progress?.state == .open)
      #expect(again.progress?.dueAt?.seconds == stage.now / 1_000 + 48 * 3_600)
      let closing = CloseFeedbackRequest(
        ticketID: answered.ticketID, resolution: "Credited by hand.", idempotencyKey: stage.fresh())
      let closed = try await stage.ops.feedback.closeFeedback(closing)
      #expect(closed.progress?.state == .closed)
      #expect(try await stage.ops.feedback.closeFeedback(closing) == closed)
    }
  }

  @Test("A3.5.2 B5.3 B6.2: a survey is answered once a member; its score has a confidence interval and a trend")
  func survey() async throws {
    try await Scenario.run { stage in
      let open = try await stage.air.surveys.listSurveys(ListSurveysRequest(language: "en"))
      #expect(open.surveys.map(\.surveyID) == ["trip-2026"])
      #expect(open.surveys.first?.questions.map(\.questionID) == ["overall", "recommend"])
      // In June 3, 4 and 5; in July 5 and 5.
      for (index, score) in ([3, 4, 5, 5, 5] as [Int32]).enumerated() {
        if index == 3 { try stage.advance(days: 30) }
        let member = "M-\(index)"
        _ = try await stage.air.loyalty.accrue(stage.flight(member))
        let answer = try await stage.air.surveys.answerSurvey(
          AnswerSurveyRequest(
            memberID: member, surveyID: "trip-2026",
            scores: [
              QuestionScore(questionID: "overall", score: score), QuestionScore(questionID: "recommend", score: 9),
            ], idempotencyKey: stage.fresh()))
        #expect(answer.points == 50)
      }
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-0"))
      let twice = AnswerSurveyRequest(
        memberID: "M-0", surveyID: "trip-2026",
        scores: [QuestionScore(questionID: "overall", score: 1), QuestionScore(questionID: "recommend", score: 1)],
        idempotencyKey: stage.fresh())
      #expect(try await refusalReason { try await stage.hotel.surveys.answerSurvey(twice) } == "SURVEY_ANSWERED")
      #expect(
        try await stage.air.surveys.listSurveys(ListSurveysRequest(memberID: "M-0")).surveys.isEmpty,
        "who has answered is not asked again")
      try await stage.restart()
      let report = try await stage.ops.surveys.getSurveyReport(GetSurveyReportRequest(surveyID: "trip-2026"))
      let overall = try #require(report.questions.first)
      #expect(overall.score?.count == 5 && overall.score?.mean == 4.4)
      // s = √0.8, t(0.975, 4) = 2.7764: 4.4 ± 1.1106.
      #expect(abs((overall.score?.low ?? 0) - 3.2894) < 0.0005 && abs((overall.score?.high ?? 0) - 5.5106) < 0.0005)
      #expect(overall.satisfied?.count == 4 && overall.satisfied?.total == 5)
      #expect(overall.months.map(\.month) == ["2026-06", "2026-07"])
      #expect(overall.months.map { $0.score?.mean } == [4, 5])
      #expect(abs((overall.trendPerMonth ?? 0) - 1) < 1e-9)
      // A partner asks, and does not read what the members of others answered.
      let denied = try await refusalReason {
        try await stage.air.surveys.getSurveyReport(GetSurveyReportRequest(surveyID: "trip-2026"))
      }
      #expect(denied == "ROLE_REQUIRED")
    }
  }

  @Test("A3.5.3: feedback is linked to a cause and a change; ratings after the change are compared with those before")
  func improvement() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      func complain(rated rating: Int32) async throws {
        let ticket = try await stage.air.loyalty.submitFeedback(stage.complaint("M-1"))
        try await stage.reply(ticket.ticketID, "Sorry.")
        _ = try await stage.ops.feedback.linkFeedback(
          LinkFeedbackRequest(
            ticketID: ticket.ticketID, causeID: "late-posting", changeID: "hourly-feed", idempotencyKey: stage.fresh()))
        _ = try await stage.air.feedback.rateFeedback(
          RateFeedbackRequest(ticketID: ticket.ticketID, rating: rating, idempotencyKey: stage.fresh()))
      }
      for rating in [1, 2, 2, 1] as [Int32] { try await complain(rated: rating) }
      try stage.advance(days: 10)
      let change = try await stage.ops.feedback.recordChange(
        RecordChangeRequest(
          causeID: "late-posting", changeID: "hourly-feed", note: "Partners send hourly.",
          idempotencyKey: stage.fresh()))
      #expect(change.effectiveAt?.seconds == stage.now / 1_000)
      try stage.advance(days: 5)
      for rating in [5, 4] as [Int32] { try await complain(rated: rating) }
      try await stage.restart()
      let compared = try await stage.ops.feedback.compareChange(
        CompareChangeRequest(causeID: "late-posting", changeID: "hourly-feed", windowDays: 30))
      #expect(compared.ticketsBefore == 4 && compared.ticketsAfter == 2)
      #expect(compared.daysBefore == 30 && compared.daysAfter == 5)
      #expect(compared.ratings?.before?.mean == 1.5 && compared.ratings?.after?.mean == 4.5)
      #expect(compared.ratings?.difference == 3 && (compared.ratings?.differenceLow ?? 0) > 0)
    }
  }
}

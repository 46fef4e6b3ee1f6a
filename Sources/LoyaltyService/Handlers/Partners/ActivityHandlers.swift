// loyalty.v1.ActivityService: many activities in one stream, each credited as Accrue would.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore

/// Answers `loyalty.v1.ActivityService`.
struct ActivityHandlers: ActivityServiceHandler, ProgrammeHandlers {
  let programme: Programme
  private let loyalty: LoyaltyHandlers

  init(programme: Programme) {
    self.programme = programme
    loyalty = LoyaltyHandlers(programme)
  }

  /// Lines in one stream: their results fit one message, and a break costs no more than this to send again.
  static let mostLines = 10_000

  func uploadActivities(
    _ requests: RequestStream<UploadActivitiesRequest>, context: ServerContext
  ) async throws -> UploadActivitiesResponse {
    let call = try situation(context)
    var response = UploadActivitiesResponse()
    var sequence: UInt64 = 0
    for try await request in requests {
      guard response.results.count < Self.mostLines else {
        // What was credited stays credited: the rest comes in another stream.
        throw RPCError(.resourceExhausted, "the stream has more than \(Self.mostLines) lines: send the rest in another")
      }
      var moment = call
      moment.now = programme.clock()
      let (result, durable) = line(request.activity ?? AccrueRequest(), number: response.results.count + 1, moment)
      if !result.suspenseID.isEmpty {
        response.suspended += 1
      } else if result.code == 0 {
        response.accepted += 1
        response.points = response.points.addingReportingOverflow(result.points).partialValue
      } else {
        response.refused += 1
      }
      response.results.append(result)
      sequence = max(sequence, durable)
    }
    if sequence > 0 { context.holdReply(until: sequence, at: programme.gate) }
    return response
  }

  private func line(
    _ activity: AccrueRequest, number: Int, _ call: CallSituation
  ) -> (UploadLineResult, durable: UInt64) {
    var activity = activity
    if activity.idempotencyKey.isEmpty { activity.idempotencyKey = Self.key(activity) }
    var result = UploadLineResult(line: Int32(number), reference: activity.reference)
    let answer = loyalty.accrue(activity, call)
    switch answer.result {
    case .success(let accrued):
      result.accrualID = accrued.accrualID
      result.points = accrued.points
      result.suspenseID = accrued.suspenseID
    case .failure(let error):
      result.code = Int32(error.code.rawValue)
      result.reason =
        error.detail(ErrorInfo.self)?.reason ?? (error.detail(BadRequest.self) == nil ? "" : "BAD_REQUEST")
      result.message = error.detail(LocalizedMessage.self)?.message ?? error.message
    }
    return (result, answer.sequence)
  }

  /// A key that follows from what names an activity. Too long a reference is refused as such, not as a key.
  private static func key(_ activity: AccrueRequest) -> String {
    let key = "upload-\(activity.kind.rawValue)-\(activity.reference)"
    if key.utf8.count <= FieldLimits.idBytes { return key }
    var digest = SHA256Digest()
    digest.update(key)
    return "upload-\(digest.finish().prefix(48))"
  }
}

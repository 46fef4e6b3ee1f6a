// The real LoyaltyService over a real store in a temporary folder. The load tool sends one and the same body, so each
// call is given a member, a reference and a key of its own here, and the identity that a certificate would give.

import Foundation
import LoyaltyAPI
import LoyaltyEngine
import LoyaltyRPC
import LoyaltyService
import LoyaltyStore
import ProtobufRuntime
import Synchronization

/// Stands in for the client certificate.
struct BenchIdentity: ServerInterceptor {
  private let caller = Caller(subject: "partner-cathay-air", partner: "cathay-air")

  func callStarts(_ call: ServerContext) throws(RPCError) { call[CallerIdentity.self] = caller }
}

final class AccrueBench: LoyaltyServiceHandler {
  /// As many members as a small programme has.
  static let members = 100_000

  private let store: DurableStore<Ledger>
  private let handlers: LoyaltyHandlers
  private let folder: URL
  private let count = Atomic<Int>(0)
  private let started = Int64(Date().timeIntervalSince1970)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-bench-\(UUID())")
    let policy = try PolicyFile.load(
      URL(filePath: #filePath).appending(path: "../../../../policies/sample.yaml").standardizedFileURL.path)
    var configuration = StoreConfiguration.defaults
    if let seconds = ProcessInfo.processInfo.environment["SNAPSHOT_SECONDS"].flatMap(Int.init) {
      configuration.snapshotInterval = .seconds(seconds)
    }
    let store = try DurableStore<Ledger>.open(directory: folder.path, configuration: configuration)
    let gate = ReplyGate(position: store.durableSequence)
    store.onDurable { gate.advance(to: $0) }
    let programme = Programme(store: store, policy: policy, gate: gate)
    try programme.open()
    self.store = store
    handlers = LoyaltyHandlers(programme)
  }

  func close() throws {
    try store.close()
    try FileManager.default.removeItem(at: folder)
  }

  var immediateMethods: [ServerMethod] { [.unary(LoyaltyServiceMethods.accrue, accrue)] }

  func accrue(_ request: AccrueRequest, context: ServerContext) throws -> AccrueResponse {
    let number = count.add(1, ordering: .relaxed).newValue
    var own = request
    own.memberID = "M-" + String(number % Self.members)
    own.reference = "160-" + String(number)
    own.idempotencyKey = "bench-" + String(number)
    own.occurredAt = ProtobufTimestamp(seconds: started)
    return try handlers.accrue(own, context: context)
  }

  func redeem(_ request: RedeemRequest, context: ServerContext) throws -> RedeemResponse {
    try handlers.redeem(request, context: context)
  }

  func getTier(_ request: GetTierRequest, context: ServerContext) throws -> GetTierResponse {
    try handlers.getTier(request, context: context)
  }

  func listCatalog(_ request: ListCatalogRequest, context: ServerContext) throws -> ListCatalogResponse {
    try handlers.listCatalog(request, context: context)
  }

  func submitFeedback(
    _ request: SubmitFeedbackRequest, context: ServerContext
  ) async throws -> SubmitFeedbackResponse {
    try await handlers.submitFeedback(request, context: context)
  }
}

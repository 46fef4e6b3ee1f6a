// The five calls every partner starts with, by generated stubs over TLS, before and after a restart.

import Foundation
import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

/// A flight today for 12,800 yuan.
func flight(_ member: String, minorUnits: Int64 = 1_280_000) -> AccrueRequest {
  AccrueRequest(
    memberID: member, kind: .flight, reference: "160-\(UUID())",
    amount: Money(currencyCode: "CNY", minorUnits: minorUnits),
    occurredAt: ProtobufTimestamp(seconds: Int64(Date().timeIntervalSince1970)), idempotencyKey: UUID().uuidString)
}

/// The first detail of a type that an error carries.
func detail<M: Message>(_ type: M.Type, of error: RPCError) throws -> M? {
  for any in error.details {
    if let message = try any.unpack(type) { return message }
  }
  return nil
}

@Suite struct FiveCallsTests {
  @Test func whatIsEarnedCanBeSpentAndIsSeenInTheTier() async throws {
    try await TestServer.run { server in
      try await server.withClient { loyalty in
        let earned = try await loyalty.accrue(flight("M-1"))
        #expect(earned.points > 0)
        #expect(earned.points == earned.rules.reduce(0) { $0 + $1.points })
        #expect(earned.lots.reduce(0) { $0 + $1.points } == earned.points)

        let spent = try await loyalty.redeem(
          RedeemRequest(memberID: "M-1", itemID: "lounge-visit", idempotencyKey: "r-1"))
        #expect(spent.balance == earned.balance - spent.points)
        #expect(spent.lots.reduce(0) { $0 + $1.points } == spent.points)

        let tier = try await loyalty.getTier(GetTierRequest(memberID: "M-1"))
        #expect(tier.balance == spent.balance)

        let ticket = try await loyalty.submitFeedback(
          SubmitFeedbackRequest(
            memberID: "M-1", kind: .question, context: .points, text: "When do my points expire?",
            idempotencyKey: "f-1"))
        #expect(!ticket.ticketID.isEmpty)
      }
    }
  }

  @Test func theCatalogueComesInTheLanguageAskedFor() async throws {
    try await TestServer.run { server in
      try await server.withClient { loyalty in
        let chinese = try await loyalty.listCatalog(ListCatalogRequest(pageSize: 200, language: "zh-CN"))
        let english = try await loyalty.listCatalog(ListCatalogRequest(pageSize: 200, language: "en"))
        #expect(chinese.items.map(\.itemID) == english.items.map(\.itemID))
        #expect(chinese.items.count >= 8)
        #expect(zip(chinese.items, english.items).allSatisfy { $0.title != $1.title })
      }
    }
  }

  @Test func answersAndBalancesAreTheSameAfterARestart() async throws {
    let data = FileManager.default.temporaryDirectory.appending(path: "loyalty-data-\(UUID())")
    defer { try? FileManager.default.removeItem(at: data) }
    let request = flight("M-1")
    let first = try await TestServer.run(data: data) { server in
      try await server.withClient { try await $0.accrue(request) }
    }
    try await TestServer.run(data: data) { server in
      try await server.withClient { loyalty in
        let again = try await loyalty.accrue(request)
        #expect(again == first)
        let tier = try await loyalty.getTier(GetTierRequest(memberID: "M-1"))
        #expect(tier.balance == first.balance)
      }
    }
  }

  @Test func aKeyReusedForAnotherRequestIsRefusedWithItsOwnReason() async throws {
    try await TestServer.run { server in
      try await server.withClient { loyalty in
        var request = flight("M-1")
        _ = try await loyalty.accrue(request)
        request.reference += "-other"
        let error = await #expect(throws: RPCError.self) { try await loyalty.accrue(request) }
        #expect(error?.code == .failedPrecondition)
        let info = try detail(ErrorInfo.self, of: try #require(error))
        #expect(info?.reason == "IDEMPOTENCY_KEY_REUSED")
      }
    }
  }

  @Test func aCallerWithoutACertificateIsUnauthenticated() async throws {
    try await TestServer.run { server in
      try await server.withClient(nil) { loyalty in
        let error = await #expect(throws: RPCError.self) { try await loyalty.accrue(flight("M-1")) }
        #expect(error?.code == .unauthenticated)
      }
    }
  }

  @Test func onePartnersKeysAreNotAnothers() async throws {
    try await TestServer.run { server in
      let request = flight("M-1")
      let first = try await server.withClient("partner-cathay-air") { try await $0.accrue(request) }
      let second = try await server.withClient("partner-jade-hotels") { loyalty in
        var other = request
        other.kind = .stay
        return try await loyalty.accrue(other)
      }
      #expect(second.accrualID != first.accrualID)
      #expect(second.balance == first.balance + second.points)
    }
  }

  @Test func twoHundredRedemptionsAtOnceSpendNothingTwice() async throws {
    try await TestServer.run { server in
      try await server.withClient { loyalty in
        let earned = try await loyalty.accrue(flight("M-1"))
        let spent = try await withThrowingTaskGroup(of: Int64.self) { group in
          for number in 0..<200 {
            group.addTask {
              do {
                let answer = try await loyalty.redeem(
                  RedeemRequest(memberID: "M-1", itemID: "travel-mug", idempotencyKey: "r-\(number)"))
                return answer.points
              } catch let error as RPCError where error.code == .failedPrecondition {
                return 0
              }
            }
          }
          return try await group.reduce(0, +)
        }
        let balance = try await loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
        #expect(balance == earned.balance - spent)
        #expect(balance >= 0 && balance < 500)
      }
    }
  }
}

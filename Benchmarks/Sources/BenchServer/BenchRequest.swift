// The requests that the load tool sends: it has one body for all its calls of a kind.

import BenchSchema
import LoyaltyAPI
import ProtobufRuntime

enum BenchRequest {
  /// Replies that a call of `list` asks for, and messages that a call of `chat` has each way.
  static let listCount = 1_000
  static let chatCount = 100
  /// Bytes of `echo`, each way.
  static let echoSize = 1 << 20

  /// Messages behind gRPC's five-byte prefix; nil for an unknown kind.
  static func framed(_ kind: String) -> [UInt8]? {
    let message: [UInt8]
    switch kind {
    case "list": message = ListRequest(count: Int32(listCount)).serializedBytes()
    case "chat": return framed("unary").map { Array(repeatElement($0, count: chatCount).joined()) }
    case "echo": message = Blob(data: [UInt8](repeating: 0x5a, count: echoSize)).serializedBytes()
    case "unary":
      message = BenchSchema.AccrueRequest(
        memberID: "M-0000123456", partnerID: "partner-cathay", amountMinor: 1_234_500, currency: "CNY",
        idempotencyKey: "8f14e45f-ceea-467f-a0e6-0a1b2c3d4e5f", occurredAt: 1_763_769_600, tags: ["hotel", "promo"]
      ).serializedBytes()
    case "accrue":
      // The bench server replaces member, reference, key and time; they are here for their size.
      message = LoyaltyAPI.AccrueRequest(
        memberID: "M-0000123456", kind: .flight, reference: "160-0000000000000",
        amount: Money(currencyCode: "CNY", minorUnits: 1_234_500),
        occurredAt: ProtobufTimestamp(seconds: 1_763_769_600), idempotencyKey: "8f14e45f-ceea-467f-a0e6-0a1b2c3d4e5f"
      ).serializedBytes()
    default: return nil
    }
    let count = UInt32(message.count)
    return [0, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + message
  }
}

// Files of earlier versions stay readable: records and snapshot chunks as the program wrote them before holds and other
// rooms, byte for byte.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime
import Testing

@Suite struct OldFilesTests {
  /// Schema version 1: opening, accruals, a redemption, a ticket, an expiry.
  static let records = [
    "CICkm6/NMygBUhgKBHRlc3QSEAECAwQFBgcICQoLDA0ODxA=",
    "CICkm6/NMxILcGFydG5lci1haXIaA2FpcigBMgVrZXktMTm6KhFTBWmHBlofCgFtEgVBSVItMRgBIgFhKgNDTlkw8JMJOICk"
      + "m6/NM6oBOwoBbRIQCgVtb25leRADGNwLIPCTCRoNCIAEENwLGICgjJLrMyDcCyjcCzIGc2lsdmVyOAFAgKSbr80z8gEBbfoB"
      + "AIICDBIDYWlyGgVBSVItMYoCEQgBEAEouBcwgAQ4gKCMkuszigIMCAEQAiIDYWlyKLcXigIHCAIQASi4F4oCDAgCEAIiA2Fp"
      + "cii3F5ICFhIGc2lsdmVyGICYlqSiNSCAwNHmrDQ=",
    "CICkm6/NMxILcGFydG5lci1pbm4aA2lubigBMgVrZXktMjnMZGY3un/9HFoYCgFuGAEiAWIqA0NOWTCw6gE4gKSbr80zqgE6"
      + "CgFuEhAKBW1vbmV5EAMYrAIgsOoBGg0IgAYQrAIYgKCMkuszIKwCKKwCMgVlbnRyeTgBQICkm6/NM/IBAW76AQCKAhEIARAB"
      + "KNgEMIAGOICgjJLrM4oCDAgBEAIiA2lubijXBIoCBwgCEAEo2ASKAgwIAhACIgNpbm4o1wSSAg4SBWVudHJ5IIDA0easNA==",
    "CIDklJ/aMxILcGFydG5lci1haXIaA2FpcigBMgVrZXktMznpzGHHJepI1FoXCgFtGAEiAWMqA0NOWTDQDziA5JSf2jOqAUUK"
      + "AW0SDgoFbW9uZXkQAxgUINAPEg4QARgFIBQyBnNpbHZlchoMCIAIEBkYgKjs2PczIBQo9QsyBnNpbHZlckCA5JSf2jPyAQFt"
      + "igIQCAEQASgyMIAIOICo7Nj3M4oCCwgBEAIiA2FpcigxigIGCAIQASgoigILCAIQAiIDYWlyKCc=",
    "CIDklJ/aMxILcGFydG5lci1haXIaA2FpcigBMgVrZXktNDn3/vIZCOLOlmIKCgFtGgNtdWcgArIBJwoBbRIDbXVnGAIgyAEq"
      + "DQiABBDIARiAoIyS6zMwrQo6BnNpbHZlcvIBAW2KAgoIARABKI8DMIAEigIHCAEQAyiQA5oCBwoDbXVnEAI=",
    "CIDklJ/aMxILcGFydG5lci1haXIaA2FpcigBMgVrZXktNTl2sURFzY6RBWoICgFuGAIyAT+6AREKAW4SBWVudHJ5GICM4Zrb"
      + "M/IBAW4=",
    "CICEi8ftMygBcgMI6AfCAQUIwAwQAvIBAW7yAQFtigIKCAEQASjXBDCABooCDAgBEAEYASinFDCABIoCBwgBEAQogBk=",
  ]

  /// Snapshot format 1 of the ledger that those records make.
  static let chunks = [
    "CiMIARIEdGVzdBoQAQIDBAUGBwgJCgsMDQ4PECAHKICEi8ftMw==",
    "ElcKOAoBbRCApJuvzTMaBnNpbHZlciCAmJakojUogMDR5qw0MPALOhMIgAgQGRiAqOzY9zMggOSUn9ozChsKAW4QgKSbr80z"
      + "GgVlbnRyeSiAwNHmrDQwrAI=",
    "Gg4KDAoDYWlyEgVBSVItMQ==",
    "IkoKSClmSg2gYbseAAAAAACzyhwDAAAAAAAAADRQh67eiIupAAAAAAAmgV0CAAAAAAAAAORuSfwT52nOAAAAAABqyGIEAAAA"
      + "AAAAAA==",
    "Mg8KDQgGEAEYAiCAjOGa2zM=",
    "OlMKBwgBEAMgkAMKBwgBEAQggBkKDAgBEAIaA2FpciDpFwoMCAIQAhoDYWlyIN8XCgwIARACGgNpbm4g1wQKDAgCEAIaA2lu"
      + "biDXBBIHCgNtdWcQAg==",
    "QgoIAhABGAEgAzAB",
  ]

  static func bytes(_ texts: [String]) -> [[UInt8]] { texts.compactMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } }

  static func replayed() throws -> Ledger {
    var ledger = Ledger()
    for (index, record) in bytes(records).enumerated() {
      ledger.apply(try Record(serializedBytes: record), sequence: UInt64(index + 1))
    }
    return ledger
  }

  @Test func recordsOfVersionOneReplay() throws {
    let ledger = try Self.replayed()
    #expect(Self.records.count == 7 && ledger.inconsistency == nil && ledger.checkInvariants() == [])
    #expect(ledger.memberCount == 2 && ledger.ticketCount == 1)
  }

  @Test func aSnapshotOfVersionOneIsTheSameLedger() throws {
    var restored = Ledger()
    for chunk in Self.bytes(Self.chunks) { try restored.restore(chunk: chunk) }
    #expect(restored.inconsistency == nil && restored.checkInvariants() == [])
    // Format 1 did not say how soon activities were credited, nor which partner knows which member, and knew less of
    // tickets.
    #expect(try Self.withoutNewer(restored) == Self.withoutNewer(Self.replayed()))
    #expect(restored.ticketCount == 1)
  }

  static func withoutNewer(_ ledger: Ledger) throws -> [SnapshotChunk.Part] {
    try snapshot(ledger).compactMap { chunk in
      switch try SnapshotChunk(serializedBytes: chunk).part {
      case .timeliness, .partnership, .tickets, nil: return nil
      case .end(var end):
        end.rooms["timeliness"] = nil
        end.rooms["partnership"] = nil
        return .end(end)
      case let part?: return part
      }
    }
  }

  @Test func aSnapshotOfALaterVersionIsRefused() throws {
    let header = SnapshotChunk(part: .header(SnapshotHeader(format: 99, hashKey: [UInt8](1...16))))
    var ledger = Ledger()
    #expect {
      try ledger.restore(chunk: header.serializedBytes())
    } throws: { "\($0)".contains("format 99") }
  }
}

// Lots as responses show them.

import LoyaltyAPI
import LoyaltyMessages
import ProtobufRuntime

extension LotCredit {
  init(_ line: LotLine) {
    self.init(lotID: PublicName.lot(line.lot), points: line.points, expiresAt: .unlessNever(line.expiresMs))
  }
}

extension LotDebit {
  init(_ line: LotLine) {
    self.init(lotID: PublicName.lot(line.lot), points: line.points, expiresAt: .unlessNever(line.expiresMs))
  }
}

extension LotRestoration {
  init(_ back: RestoredLot) {
    self.init(
      lotID: PublicName.lot(back.lot), points: back.points, lapsedPoints: back.lapsed, debtPoints: back.toDebt,
      expiresAt: back.points > 0 ? .unlessNever(back.expiresMs) : nil, extended: back.extended)
  }
}

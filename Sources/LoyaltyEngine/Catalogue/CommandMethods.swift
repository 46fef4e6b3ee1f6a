// Keys are scoped to the method: each command has a number that never changes.

import LoyaltyMessages

extension CatalogueInput {
  var method: UInt8 {
    switch command {
    case .stock: 1
    case .codes: 2
    case .quote: 3
    case .reserve: 4
    case .confirm: 5
    case .cancel: 6
    case .fulfil: 7
    case nil: 0
    }
  }
}

extension PartnershipInput {
  var method: UInt8 {
    switch command {
    case .exchange: 1
    case .exchangeReversal: 2
    case .voucherIssue: 3
    case .voucherUse: 4
    case .voucherCancel: 5
    case nil: 0
    }
  }
}

extension RedemptionState {
  /// As refusals say it.
  var word: String {
    switch self {
    case .reserved: "reserved"
    case .accepted: "accepted"
    case .inFulfilment: "in fulfilment"
    case .fulfilled: "fulfilled"
    case .refunded: "refunded"
    case .cancelled: "cancelled"
    case .lapsed: "lapsed"
    case .unspecified, .unrecognized: "unknown"
    }
  }
}

extension VoucherState {
  /// As refusals say it.
  var word: String {
    switch self {
    case .issued: "issued"
    case .used: "used"
    case .cancelled: "taken back"
    case .unspecified, .unrecognized: "unknown"
    }
  }
}

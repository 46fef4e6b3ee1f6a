// What of a record a partner settles up for. docs/settlement.md says the same in words: change both.

import LoyaltyAPI
import LoyaltyMessages
import LoyaltyStore
import ProtobufRuntime

enum SettlementLines {
  /// The lines of a record that are a partner's; none for a record that is none of its business.
  static func lines(of record: Record, sequence: UInt64, partner: String) -> [SettlementLine] {
    switch record.outcome {
    case .accrued(let outcome):
      guard record.partner == partner, case .accrual(let input)? = record.input else { return [] }
      return [
        SettlementLine(
          entryID: PublicName.accrual(sequence), kind: .accrual, reference: input.reference,
          points: issuedPoints(record, partner), postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs),
          occurredAt: ProtobufTimestamp(unixMilliseconds: outcome.occurredMs))
      ]
    case .paymentReversed(let outcome):
      guard case .paymentReversal(let input)? = record.input, input.provider == partner else { return [] }
      var line = redemption(.refund, sequence, of: outcome.payment, outcome.points, record)
      if outcome.item.isEmpty { line.reference = PublicName.hold(outcome.payment) }
      return [line]
    case .redeemed(let outcome):
      return outcome.provider == partner
        ? [redemption(.redemption, sequence, of: sequence, -outcome.points, record)] : []
    case .catalogueChanged(let outcome):
      guard case .step(let step)? = outcome.outcome, let result = step.result, result.provider == partner else {
        return []
      }
      return redemption(step, result, record, sequence)
    case .holdConfirmed(let outcome):
      // What a member paid with points that the partner had reserved: the partner sold it.
      guard record.partner == partner else { return [] }
      return [
        SettlementLine(
          entryID: PublicName.redemption(sequence), kind: .redemption, reference: PublicName.hold(outcome.hold),
          points: -outcome.paid.reduce(0) { $0 + $1.points },
          postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs))
      ]
    case .partnershipChanged(let outcome): return partnership(outcome, record, sequence, partner)
    default: return issued(record, sequence, partner)
    }
  }

  private static func redemption(
    _ step: RedemptionStep, _ result: RedemptionOutcome, _ record: Record, _ sequence: UInt64
  ) -> [SettlementLine] {
    guard case .catalogue(let input)? = record.input else { return [] }
    switch input.command {
    case .confirm: return [redemption(.redemption, sequence, of: step.redemption, -result.points, record)]
    case .fulfil where step.state == .refunded:
      return [redemption(.refund, sequence, of: step.redemption, result.points, record)]
    default: return []
    }
  }

  private static func redemption(
    _ kind: SettlementKind, _ sequence: UInt64, of redemption: UInt64, _ points: Int64, _ record: Record
  ) -> SettlementLine {
    SettlementLine(
      entryID: PublicName.redemption(sequence), kind: kind, reference: PublicName.redemption(redemption),
      points: points, postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs))
  }

  private static func partnership(
    _ outcome: PartnershipOutcome, _ record: Record, _ sequence: UInt64, _ partner: String
  ) -> [SettlementLine] {
    let posted = ProtobufTimestamp(unixMilliseconds: record.timeMs)
    switch outcome.outcome {
    case .exchanged(let exchanged) where exchanged.partner == partner:
      let (points, miles) = legs(exchanged)
      return [
        SettlementLine(
          entryID: PublicName.exchange(sequence), kind: .exchange,
          reference: exchanged.reference.isEmpty ? PublicName.exchange(sequence) : exchanged.reference, points: points,
          miles: miles, postedAt: posted)
      ]
    case .exchangeReversed(let reversed):
      guard let original = reversed.original, original.partner == partner else { return [] }
      let (points, miles) = legs(original)
      return [
        SettlementLine(
          entryID: PublicName.exchange(sequence), kind: .exchangeReversal,
          reference: original.reference.isEmpty ? PublicName.exchange(reversed.exchange) : original.reference,
          points: -points, miles: -miles, postedAt: posted)
      ]
    case .voucher(let voucher) where voucher.state == .used:
      var lines: [SettlementLine] = []
      for (kind, owner, other, sign) in [
        (SettlementKind.voucherHonoured, voucher.honouredBy, voucher.issuer, Int64(1)),
        (.voucherOwed, voucher.issuer, voucher.honouredBy, -1),
      ] where owner == partner {
        lines.append(
          SettlementLine(
            entryID: PublicName.voucherUse(sequence), kind: kind, reference: voucher.reference,
            money: Money(currencyCode: voucher.currency, minorUnits: sign * voucher.offMinorUnits), postedAt: posted,
            counterparty: other))
      }
      return lines
    default: return []
    }
  }

  /// Points that the partner owes and miles that it delivers by an exchange. The fee is the programme's on the way to
  /// miles, and issued with the points on the way back.
  private static func legs(_ exchanged: ExchangeOutcome) -> (points: Int64, miles: Int64) {
    exchanged.direction == .toMiles
      ? (-exchanged.points, exchanged.miles) : (exchanged.points + exchanged.feePoints, -exchanged.miles)
  }

  /// Points that the partner issues by a record: those that pay a debt or are posted later included.
  private static func issuedPoints(_ record: Record, _ partner: String) -> Int64 {
    record.postings.reduce(0) { sum, posting in
      posting.unit == .award && posting.account == .issued && posting.partner == partner
        ? sum &- posting.amount : sum
    }
  }

  /// Whatever else moves a partner's account of issued points.
  private static func issued(_ record: Record, _ sequence: UInt64, _ partner: String) -> [SettlementLine] {
    let points = issuedPoints(record, partner)
    guard points != 0 else { return [] }
    return [
      SettlementLine(
        entryID: PublicName.accrual(sequence), kind: points > 0 ? .accrual : .accrualReversal,
        reference: PublicName.accrual(sequence), points: points,
        postedAt: ProtobufTimestamp(unixMilliseconds: record.timeMs))
    ]
  }
}

/// The text that both sides hash: docs/settlement.md.
enum SettlementCanonical {
  static func header(_ header: SettlementHeader) -> String {
    [
      "loyalty-settlement-1", escaped(header.programmeID), escaped(header.partnerID), milliseconds(header.from),
      milliseconds(header.until),
    ].joined(separator: "|") + "\n"
  }

  static func line(_ line: SettlementLine) -> String {
    [
      escaped(line.entryID), "\(line.kind.rawValue)", escaped(line.reference), "\(line.points)", "\(line.miles)",
      line.money?.currencyCode ?? "", "\(line.money?.minorUnits ?? 0)", milliseconds(line.postedAt),
      milliseconds(line.occurredAt), escaped(line.counterparty),
    ].joined(separator: "|") + "\n"
  }

  private static func milliseconds(_ moment: ProtobufTimestamp?) -> String {
    guard let moment else { return "" }
    return "\(moment.seconds * 1_000 + Int64(moment.nanos) / 1_000_000)"
  }

  /// No field has the separator or an end of line in it.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") })
    else { return text }
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "|": escaped += "\\p"
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

/// What lines come to.
struct SettlementSum {
  private var digest = SHA256Digest()
  private var totals: [SettlementKind: SettlementTotal] = [:]
  private var money: [String: Int64] = [:]
  private var lines: Int64 = 0

  init(_ header: SettlementHeader) {
    digest.update(SettlementCanonical.header(header))
  }

  mutating func add(_ line: SettlementLine) {
    digest.update(SettlementCanonical.line(line))
    lines += 1
    var total = totals[line.kind] ?? SettlementTotal(kind: line.kind)
    total.lines += 1
    total.points = total.points.addingReportingOverflow(line.points).partialValue
    total.miles = total.miles.addingReportingOverflow(line.miles).partialValue
    totals[line.kind] = total
    if let amount = line.money {
      money[amount.currencyCode] =
        (money[amount.currencyCode] ?? 0)
        .addingReportingOverflow(amount.minorUnits).partialValue
    }
  }

  /// The trailer. The sum is used up.
  mutating func finish() -> SettlementTrailer {
    let ordered = totals.values.sorted { $0.kind.rawValue < $1.kind.rawValue }
    return SettlementTrailer(
      lines: lines, totals: ordered, points: ordered.reduce(0) { $0 &+ $1.points },
      miles: ordered.reduce(0) { $0 &+ $1.miles },
      money: money.sorted { $0.key < $1.key }.map { Money(currencyCode: $0.key, minorUnits: $0.value) },
      sha256: digest.finish())
  }
}

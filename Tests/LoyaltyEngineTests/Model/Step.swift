// What happens in a random history, as plain values: a history is a list of steps that can be made from a seed, run,
// shortened, printed and pasted into a test.

import LoyaltyMessages

/// One thing that happens. Steps refer to earlier ones by id, so that a list stays meaningful when others are taken out:
/// a step whose subject is gone, or was refused, does nothing.
struct Step: Hashable, Sendable, CustomStringConvertible {
  var id: Int
  var action: Action

  init(_ id: Int, _ action: Action) {
    self.id = id
    self.action = action
  }

  /// As Swift.
  var description: String { "Step(\(id), .\(action))" }
}

/// Members and partners are numbers: "member-3"; 0 is "air", 1 is "inn".
enum Action: Hashable, Sendable {
  /// The clock goes on.
  case advance(ms: Int64)
  /// The clock goes on to the next instant at which points, holds or tiers fall due, and so many milliseconds beyond.
  case advanceToDue(plus: Int64)
  /// - ago: milliseconds between the activity and its report; negative: in the future.
  /// - reference: the business reference; the same one twice must be refused.
  case accrue(
    member: Int, partner: Int, activity: Kind, minorUnits: Int64, ago: Int64, reference: Int, resort: Bool)
  case redeem(member: Int, partner: Int, item: Item, quantity: Int64, expected: Int64?)
  case quote(member: Int, partner: Int, quantity: Int64)
  case redeemQuote(Int)
  /// Points and an item until the partner confirms.
  case reserveItem(member: Int, partner: Int, item: Item, quantity: Int64)
  case reserveQuote(Int)
  case confirmItem(Int, byOther: Bool)
  case cancelItem(Int, byOther: Bool)
  case reserve(member: Int, partner: Int, points: Int64, minutes: Int64)
  case confirm(Int, byOther: Bool, points: Int64?)
  case release(Int, byOther: Bool)
  /// The service does what is due.
  case work
  /// The service lets at most so many lots lapse.
  case lapse(most: UInt32)
  /// - part: minor units; 0: all that is left.
  case reverseAccrual(Int, part: Int64)
  /// - part: quantity, or points of a hold; 0: all that is left.
  case reversePayment(Int, part: Int64)
  case transfer(from: Int, to: Int, points: Int64)
  case join(member: Int, household: Int)
  case merge(from: Int, into: Int)
  case set(member: Int, Status)
  /// Activities in one stream, which breaks after so many of them and is sent again from the beginning.
  case upload(partner: Int, lines: [Line], brokenAfter: Int, crash: Bool)
  case exchange(member: Int, toMiles: Bool, amount: Int64)
  case reverseExchange(Int)
  case adjust(member: Int, points: Int64)
  /// Lots live at least so many days from now on.
  case extend(member: Int, days: Int64)
  /// A new version of the policy decides in so many hours; 0: at once.
  case publish(terms: UInt64, inHours: Int64)
  /// Before anybody is there: tiers are counted in a rolling window of so many months.
  case roll(months: Int64)
  /// The same request again, under its key.
  case again(Int)
  /// Another request under the key of an earlier one.
  case underKey(of: Int, points: Int64)
  /// The process dies: what the journal has is all there is.
  case crash(snapshot: Bool)
}

enum Kind: Hashable, Sendable, CustomStringConvertible {
  case purchase, stay, flight, survey

  var activity: Activity {
    switch self {
    case .purchase: .purchase
    case .stay: .stay
    case .flight: .flight
    case .survey: .survey
    }
  }

  var description: String {
    switch self {
    case .purchase: ".purchase"
    case .stay: ".stay"
    case .flight: ".flight"
    case .survey: ".survey"
    }
  }
}

enum Status: Hashable, Sendable, CustomStringConvertible {
  case active, frozen, closed

  var status: MemberStatus {
    switch self {
    case .active: .unspecified
    case .frozen: .frozen
    case .closed: .closed
    }
  }

  var description: String {
    switch self {
    case .active: ".active"
    case .frozen: ".frozen"
    case .closed: ".closed"
    }
  }
}

/// A line of an upload.
struct Line: Hashable, Sendable, CustomStringConvertible {
  var member: Int
  var activity: Kind
  var minorUnits: Int64
  var reference: Int

  var description: String {
    "Line(member: \(member), activity: \(activity), minorUnits: \(minorUnits), reference: \(reference))"
  }
}

enum Item: Hashable, Sendable, CustomStringConvertible {
  case mug, night, lounge, nothing

  var name: String {
    switch self {
    case .mug: "mug"
    case .night: "night"
    case .lounge: "lounge"
    case .nothing: "nothing"
    }
  }

  var description: String { ".\(name)" }
}

/// Histories from a seed.
struct HistoryGenerator {
  /// Some of them become others.
  static let members = 10
  private var random: SeededGenerator
  private var reference = 0
  /// Ids of the latest steps of each sort, for later ones to refer to.
  private var made: [Sort: [Int]] = [:]

  private enum Sort { case accrual, payment, hold, reservation, quote, exchange, request }

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Every other history counts tiers in a rolling window.
  mutating func steps(_ count: Int) -> [Step] {
    (0..<count).map { $0 == 0 && chance(2) ? Step(0, .roll(months: among(1...4))) : Step($0, next($0)) }
  }

  private mutating func next(_ id: Int) -> Action {
    if chance(3) { return clock() }
    switch Int.random(in: 0..<1_000, using: &random) {
    case 0..<230: return noted(id, .accrual, accrual())
    case 230..<237: return upload()
    case 237..<246:
      return .set(
        member: member(), [Status.active, .active, .active, .active, .frozen, .closed, .closed][Int(among(0...6))])
    case 246..<250: return .merge(from: member(), into: member())
    case 250..<266: return reserved(id, reservation())
    case 266..<270: return earlier(.quote).map { reserved(id, .reserveQuote($0)) } ?? accrual()
    case 270..<370: return noted(id, .payment, redemption())
    case 370..<400: return noted(id, .quote, .quote(member: member(), partner: partner(), quantity: among(1...3)))
    case 400..<425: return earlier(.quote).map { noted(id, .payment, .redeemQuote($0)) } ?? accrual()
    case 425..<500:
      return noted(
        id, .hold, .reserve(member: member(), partner: partner(), points: amount(), minutes: minutes()))
    case 500..<550:
      return earlier(.hold, of: 5).map { .confirm($0, byOther: chance(20), points: chance(2) ? amount() : nil) }
        ?? accrual()
    case 550..<590: return earlier(.hold, of: 5).map { .release($0, byOther: chance(20)) } ?? accrual()
    case 590..<620: return .work
    case 620..<638:
      return (chance(6) ? earlier(.hold, of: 5) : earlier(.reservation, of: 2))
        .map { noted(id, .request, .confirmItem($0, byOther: chance(20))) } ?? accrual()
    case 638..<650:
      return (chance(6) ? earlier(.hold, of: 5) : earlier(.reservation, of: 2))
        .map { noted(id, .request, .cancelItem($0, byOther: chance(20))) } ?? accrual()
    case 650..<660: return .lapse(most: UInt32(among(1...4)))
    case 660..<720:
      return earlier(.accrual, of: chance(2) ? 20 : 100).map {
        .reverseAccrual($0, part: chance(2) ? 0 : among(1...20_000))
      } ?? accrual()
    case 720..<770:
      return (chance(3) ? earlier(.hold) : earlier(.payment))
        .map { .reversePayment($0, part: chance(2) ? 0 : among(1...2)) } ?? accrual()
    case 770..<830: return .transfer(from: member(), to: member(), points: amount())
    case 830..<840: return .join(member: member(), household: Int(among(0...2)))
    case 840..<885:
      return noted(id, .exchange, .exchange(member: member(), toMiles: chance(2), amount: amount()))
    case 885..<905: return earlier(.exchange).map { .reverseExchange($0) } ?? accrual()
    case 905..<930: return .adjust(member: member(), points: among(-120...150))
    case 930..<945: return .extend(member: member(), days: among(1...120))
    case 945..<949:
      return .publish(
        terms: UInt64.random(in: 0..<65_536, using: &random), inHours: chance(2) ? 0 : among(1...400))
    case 949..<975: return earlier(.request).map { .again($0) } ?? accrual()
    case 975..<996: return earlier(.request).map { .underKey(of: $0, points: among(1...400)) } ?? accrual()
    default: return .crash(snapshot: !chance(8))
    }
  }

  private mutating func clock() -> Action {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<55: .advance(ms: among(0...60_000))
    case 55..<75: .advance(ms: among(1...30) * 3_600_000)
    case 75..<80: .advance(ms: among(1...20) * TestPolicy.day)
    case 80..<81: .advance(ms: among(50...400) * TestPolicy.day)
    default: .advanceToDue(plus: among(-1...1))
    }
  }

  private mutating func accrual() -> Action {
    reference += 1
    let kind = [Kind.purchase, .purchase, .stay, .stay, .flight, .survey][Int(among(0...5))]
    return .accrue(
      member: member(), partner: partner(), activity: kind, minorUnits: among(0...40_000),
      ago: chance(40) ? among(-700_000...0) : chance(10) ? among(0...61) * TestPolicy.day : among(0...100_000_000),
      reference: chance(25) ? max(1, reference - Int(among(1...9))) : reference, resort: chance(2))
  }

  private mutating func upload() -> Action {
    let lines = (0..<among(2...6)).map { _ in
      reference += 1
      return Line(
        member: member(), activity: [Kind.purchase, .stay, .flight][Int(among(0...2))], minorUnits: among(0...40_000),
        reference: chance(8) ? max(1, reference - Int(among(1...9))) : reference)
    }
    return .upload(
      partner: partner(), lines: lines, brokenAfter: Int(among(0...Int64(lines.count))), crash: chance(8))
  }

  /// A reservation is a hold of the same number, and each is sometimes taken for the other.
  private mutating func reserved(_ id: Int, _ action: Action) -> Action {
    made[.hold, default: []].append(id)
    return noted(id, .reservation, action)
  }

  private mutating func reservation() -> Action {
    .reserveItem(
      member: member(), partner: partner(), item: [Item.mug, .mug, .mug, .lounge, .night][Int(among(0...4))],
      quantity: among(1...2))
  }

  private mutating func redemption() -> Action {
    .redeem(
      member: member(), partner: partner(), item: [Item.mug, .mug, .mug, .night, .lounge, .nothing][Int(among(0...5))],
      quantity: among(1...2), expected: chance(10) ? 100 : nil)
  }

  private mutating func noted(_ id: Int, _ sort: Sort, _ action: Action) -> Action {
    made[sort, default: []].append(id)
    made[.request, default: []].append(id)
    return action
  }

  /// One of the latest of a sort.
  private mutating func earlier(_ sort: Sort, of latest: Int = 20) -> Int? {
    (made[sort] ?? []).suffix(latest).randomElement(using: &random)
  }

  private mutating func member() -> Int { Int.random(in: 0..<Self.members, using: &random) }
  /// Most is by the same partner: points earned with one are mostly spent with it.
  private mutating func partner() -> Int { chance(4) ? 1 : 0 }
  private mutating func amount() -> Int64 { chance(8) ? among(200...900) : among(1...200) }
  private mutating func minutes() -> Int64 { chance(4) ? 0 : chance(4) ? among(1...600) : among(1...125_000) }
  private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
  private mutating func among(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
}

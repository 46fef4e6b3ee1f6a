// The store against the simulated disk: by chance, many times, each time repeatable; and the simulator against stores
// with bugs.

import Glibc
import Testing

@testable import LoyaltyStore

@Suite struct SimulationTests {
  /// LOYALTY_STORE_SEED=n runs that seed alone; LOYALTY_STORE_SEEDS=n that many from 1.
  static let seeds: ClosedRange<UInt64> = {
    if let one = number("LOYALTY_STORE_SEED") { return one...one }
    return 1...max(1, number("LOYALTY_STORE_SEEDS") ?? 1_000)
  }()

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

  @Test func whateverCrashesNothingAcknowledgedIsLostAndNothingElseAppears() throws {
    var tornTails = 0
    var refusals = 0
    var snapshots = 0
    var fatals = 0
    for seed in Self.seeds {
      let simulation = Simulation(seed: seed)
      do { try simulation.run(lives: 8) } catch {
        Issue.record("LOYALTY_STORE_SEED=\(seed) repeats this: \(error)")
        break
      }
      tornTails += simulation.tornTails
      refusals += simulation.refusals
      snapshots += simulation.snapshots
      fatals += simulation.fatals
    }
    // A simulator that never meets these has proved little.
    if Self.seeds.count >= 100 { #expect(tornTails > 0 && refusals > 0 && snapshots > 0 && fatals > 0) }
    print(
      """
      simulation: \(Self.seeds.count) seeds, \(tornTails) torn tails, \(refusals) refusals, \(snapshots) snapshots, \
      \(fatals) failures
      """
    )
  }

  @Test(arguments: DeliberateBug.allCases)
  func theSimulatorFindsEachDeliberateBug(_ bug: DeliberateBug) {
    for seed in 1...UInt64(400) {
      do { try Simulation(seed: seed, bug: bug).run(lives: 8) } catch {
        print("\(bug.rawValue) is found by seed \(seed)")
        return
      }
    }
    Issue.record("400 seeds did not find \(bug.rawValue)")
  }
}

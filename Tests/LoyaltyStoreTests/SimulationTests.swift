// The store against the simulated disk: by chance, many times, each time repeatable; and the simulator against stores
// with bugs.

import Glibc
import Testing

@testable import LoyaltyStore

@Suite struct SimulationTests {
  /// LOYALTY_STORE_SEED=n runs that seed alone; LOYALTY_STORE_SEEDS=n that many from LOYALTY_STORE_FIRST_SEED (1) on.
  static let seeds: ClosedRange<UInt64> = {
    if let one = number("LOYALTY_STORE_SEED") { return one...one }
    let first = number("LOYALTY_STORE_FIRST_SEED") ?? 1
    return first...(first - 1 + max(1, number("LOYALTY_STORE_SEEDS") ?? 10_000))
  }()

  /// The seeds in as many parts as there are processors.
  static let lanes: [ClosedRange<UInt64>] = {
    let processors = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let length = (UInt64(seeds.count) + processors - 1) / processors
    return stride(from: seeds.lowerBound, through: seeds.upperBound, by: Int(length)).map { first in
      first...min(first + length - 1, seeds.upperBound)
    }
  }()

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

  @Test(arguments: lanes)
  func whateverCrashesNothingAcknowledgedIsLostAndNothingElseAppears(_ seeds: ClosedRange<UInt64>) async throws {
    var tornTails = 0
    var refusals = 0
    var snapshots = 0
    var fatals = 0
    for seed in seeds {
      let simulation = Simulation(seed: seed)
      do { try simulation.run(lives: 8) } catch {
        Issue.record("LOYALTY_STORE_SEED=\(seed) repeats this: \(error)")
        break
      }
      tornTails += simulation.tornTails
      refusals += simulation.refusals
      snapshots += simulation.snapshots
      fatals += simulation.fatals
      // Other tests wait for this thread.
      await Task.yield()
    }
    // A simulator that never meets these has proved little.
    if seeds.count >= 100 { #expect(tornTails > 0 && refusals > 0 && snapshots > 0 && fatals > 0) }
    print(
      """
      simulation: \(seeds.count) seeds from \(seeds.lowerBound) on, \(tornTails) torn tails, \(refusals) refusals, \
      \(snapshots) snapshots, \(fatals) failures
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

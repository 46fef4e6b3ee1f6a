// bench-engine: the ledger alone, on one core, under the full sample policy. No network, no disk.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyService

let usage = """
  usage: bench-engine [WHAT...]

  What the ledger does in a second on one core, under policies/sample.yaml.

    accrue       accruals of 100,000 members, ten each
    accrue-10m   a million accruals after 10 million members have enrolled (some 6 GB of memory)
    redeem       redemptions by members who have ten lots each
    memory       bytes a member with three lots takes, references included
    memory-keys  the same with the idempotency keys of all of them
    expiry       a million lots that lapse on one day, in the records that the service makes of them
    all          all of these but accrue-10m (the default)

  """

let known = ["accrue", "accrue-10m", "redeem", "memory", "memory-keys", "expiry"]
var wanted = Array(CommandLine.arguments.dropFirst())
if wanted.isEmpty || wanted == ["all"] { wanted = known.filter { $0 != "accrue-10m" } }
guard wanted.allSatisfy(known.contains) else {
  FileHandle.standardError.write(Data(usage.utf8))
  exit(2)
}

do {
  // Each in a process of its own: none is warm from another, and none takes the pages that another has freed.
  if wanted.count > 1 {
    for what in wanted {
      let child = try Process.run(URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), arguments: [what])
      child.waitUntilExit()
      if child.terminationStatus != 0 { exit(child.terminationStatus) }
    }
    exit(0)
  }
  let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
  // Fewer for a profiler that is slow.
  let count = Int(ProcessInfo.processInfo.environment["COUNT"] ?? "") ?? 1_000_000
  let policy = try PolicyFile.load(root.appending(path: "policies/sample.yaml").path)
  for what in wanted {
    switch what {
    case "accrue": try EngineBench.accrue(policy, members: max(count / 10, 1), enrolled: 0, count: count)
    case "accrue-10m": try EngineBench.accrue(policy, members: 10_000_000, enrolled: 10_000_000, count: count)
    case "redeem": try EngineBench.redeem(policy, members: 50_000)
    case "memory": try EngineBench.memory(policy, members: 500_000, keys: 10_000, "the keys of the last moments")
    case "memory-keys": try EngineBench.memory(policy, members: 500_000, keys: 2_000_000, "all keys")
    default: try EngineBench.expiry(policy, lots: 1_000_000)
    }
  }
} catch {
  FileHandle.standardError.write(Data("bench-engine: \(error)\n".utf8))
  exit(1)
}

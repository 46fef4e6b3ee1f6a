// bench-store: what a restart costs. Benchmarks/store.sh drives it and measures the rest over the wire.

import Foundation
import LoyaltyService

let usage = """
  usage: bench-store replay [ACCRUALS]     fill a journal (default 2,000,000 accruals), start from it alone
         bench-store snapshot [MEMBERS]    enrol members (default 1,000,000), start from the snapshot

  The store is in a new folder below TMPDIR (default /tmp), and removed afterwards.

  """

let arguments = Array(CommandLine.arguments.dropFirst())
guard let what = arguments.first, ["replay", "snapshot"].contains(what), arguments.count <= 2,
  let count = arguments.count == 2 ? Int(arguments[1]) : what == "replay" ? 2_000_000 : 1_000_000, count > 0
else {
  FileHandle.standardError.write(Data(usage.utf8))
  exit(2)
}

let folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-bench-store-\(UUID())")
do {
  defer { try? FileManager.default.removeItem(at: folder) }
  let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
  let policy = try PolicyFile.load(root.appending(path: "policies/sample.yaml").path)
  let bench = StoreBench(policy: policy, folder: folder)
  if what == "replay" {
    try bench.replay(accruals: count, members: min(count, 100_000))
  } else {
    try bench.snapshot(members: count)
  }
} catch {
  FileHandle.standardError.write(Data("bench-store: \(error)\n".utf8))
  exit(1)
}

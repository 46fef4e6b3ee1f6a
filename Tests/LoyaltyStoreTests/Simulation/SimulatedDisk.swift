// A disk in memory that keeps only what it must: it knows what has been synchronized, and when the power goes it loses,
// tears and reorders the rest as a seed tells. It also fails on demand, at the Nth operation.

import Glibc
import LoyaltyStore
import Synchronization

/// What goes wrong, and when.
struct FaultPlan: Sendable {
  enum Fault: Sendable {
    /// The machine stops: this operation happens in part, all later ones fail.
    case crash
    /// The operation fails with EIO, after happening in part.
    case fail
  }

  /// Counted from 1; nil: never.
  var operation: Int?
  /// Counts only these, e.g. `sync`; nil: all.
  var kind: String?
  var fault = Fault.crash
  /// One write in this many is short; 0: none.
  var shortWrites = 0
}

/// How much of what was not synchronized survives a loss of power.
enum Survival: CaseIterable {
  /// Nothing: the weakest disk.
  case none
  /// All: the process was killed, the machine was not.
  case all
  /// Each sector and each name by the toss of a coin.
  case some
}

final class SimulatedDisk: Disk {
  static let sector = 512

  struct Inode {
    /// What a process reads.
    var cached: [UInt8] = []
    /// What is on the medium.
    var durable: [UInt8] = []
    /// Writes since the last sync, oldest first.
    var pending: [(offset: Int, bytes: [UInt8])] = []
    /// Sizes that the medium may have after a crash: the durable one and all since.
    var sizes: [Int] = [0]
  }

  struct Medium {
    var inodes: [Int: Inode] = [:]
    var nextInode = 1
    /// As a process sees it: name to inode.
    var names: [String: Int] = [:]
    /// For each name what it may mean after a crash: the durable meaning first, then each since.
    var meanings: [String: [Int?]] = [:]
    var locks: Set<String> = []
    var random: SeededRandom
    var plan = FaultPlan()
    var operations = 0
    var isDown = false
    /// Bytes in all files, at most.
    var capacity = Int.max
    /// Grows with each crash: files opened before it are dead.
    var boot = 0
  }

  private let medium: Mutex<Medium>

  init(seed: UInt64) { medium = Mutex(Medium(random: SeededRandom(seed: seed))) }

  // MARK: What a test does to it

  var operations: Int { medium.withLock { $0.operations } }
  var isDown: Bool { medium.withLock { $0.isDown } }

  func plan(_ plan: FaultPlan) {
    medium.withLock {
      $0.plan = plan
      $0.operations = 0
    }
  }

  func setCapacity(_ bytes: Int?) { medium.withLock { $0.capacity = bytes ?? .max } }

  var used: Int { medium.withLock { $0.used } }

  /// The machine stops, and starts again with what survived.
  func restart(_ survival: Survival) {
    medium.withLock { medium in
      medium.boot += 1
      medium.isDown = false
      medium.plan = FaultPlan()
      medium.operations = 0
      medium.locks = []
      if survival != .all { medium.losePower(survival) }
    }
  }

  /// Changes one bit of a file, in memory and on the medium.
  func flip(_ path: String, offset: Int, bit: UInt8) {
    edit(path) { bytes in if offset < bytes.count { bytes[offset] ^= 1 << bit } }
  }

  /// Overwrites a file's bytes, in memory and on the medium.
  func edit(_ path: String, _ body: (inout [UInt8]) -> Void) {
    medium.withLock { medium in
      guard let id = medium.names[path], var inode = medium.inodes[id] else { return }
      body(&inode.cached)
      body(&inode.durable)
      medium.inodes[id] = inode
    }
  }

  func contents(_ path: String) -> [UInt8] {
    medium.withLock { medium in medium.names[path].flatMap { medium.inodes[$0]?.cached } ?? [] }
  }

  /// What is on the medium, also of files that have no name any more.
  var mediumContents: [[UInt8]] { medium.withLock { $0.inodes.values.map(\.durable) } }

  var paths: [String] { medium.withLock { $0.names.keys.sorted() } }

  /// A number from the disk's own seed.
  func random(below bound: Int) -> Int { medium.withLock { $0.random.below(bound) } }

  // MARK: Disk

  func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("open", path)
      switch mode {
      case .reading, .updating:
        guard let id = medium.names[path] else { throw Self.error("open", path, ENOENT) }
        return File(disk: self, inode: id, path: path, boot: medium.boot)
      case .creating:
        guard medium.names[path] == nil else { throw Self.error("open", path, EEXIST) }
        let id = medium.nextInode
        medium.nextInode += 1
        medium.inodes[id] = Inode()
        medium.name(path, id)
        return File(disk: self, inode: id, path: path, boot: medium.boot)
      }
    }
  }

  func list(directory: String) throws(DiskError) -> [String] {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("list", directory)
      guard medium.names[directory] == nil else { throw Self.error("list", directory, ENOTDIR) }
      return medium.names.keys.filter { $0.hasPrefix(directory + "/") }.map {
        String($0.dropFirst(directory.count + 1))
      }
    }
  }

  func createDirectory(_ path: String) throws(DiskError) {
    try medium.withLock { medium throws(DiskError) in try medium.count("create directory", path) }
  }

  func rename(_ path: String, to newPath: String, replacing: Bool) throws(DiskError) {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("rename", path) { medium in
        // A crash in the middle may or may not have done it.
        if medium.random.below(2) == 0, let id = medium.names[path] { medium.move(path, newPath, id) }
      }
      guard let id = medium.names[path] else { throw Self.error("rename", path, ENOENT) }
      if !replacing && medium.names[newPath] != nil { throw Self.error("rename", newPath, EEXIST) }
      medium.move(path, newPath, id)
    }
  }

  func remove(_ path: String) throws(DiskError) {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("remove", path)
      guard medium.names[path] != nil else { throw Self.error("remove", path, ENOENT) }
      medium.name(path, nil)
    }
  }

  func synchronizeDirectory(_ path: String) throws(DiskError) {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("sync directory", path)
      for (name, meanings) in medium.meanings where name.hasPrefix(path + "/") {
        medium.meanings[name] = [meanings.last ?? nil]
      }
    }
  }

  func freeSpace(at path: String) throws(DiskError) -> UInt64 {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("free space", path)
      return UInt64(max(0, medium.capacity == .max ? 1 << 40 : medium.capacity - medium.used))
    }
  }

  func lock(_ path: String, holder: String) throws(DiskError) -> any DiskLock {
    try medium.withLock { medium throws(DiskError) in
      try medium.count("lock file", path)
      guard medium.locks.insert(path).inserted else {
        throw DiskError(operation: "lock", path: path, code: EWOULDBLOCK, reason: "another")
      }
      return Lock(disk: self, path: path, boot: medium.boot)
    }
  }

  static func error(_ operation: String, _ path: String, _ code: Int32) -> DiskError {
    DiskError(operation: operation, path: path, code: code, reason: String(cString: strerror(code)))
  }

  // MARK: Files

  final class File: DiskFile {
    private let disk: SimulatedDisk
    private let inode: Int
    private let path: String
    private let boot: Int

    init(disk: SimulatedDisk, inode: Int, path: String, boot: Int) {
      self.disk = disk
      self.inode = inode
      self.path = path
      self.boot = boot
    }

    private func with<R: Sendable>(
      _ operation: String, partly: (inout Inode, inout SeededRandom) -> Void = { _, _ in },
      _ body: (inout Medium, inout Inode) throws(DiskError) -> R
    ) throws(DiskError) -> R {
      try disk.medium.withLock { medium throws(DiskError) in
        guard medium.boot == boot, var file = medium.inodes[inode] else {
          throw SimulatedDisk.error(operation, path, ESTALE)
        }
        try medium.count(operation, path) { medium in
          partly(&file, &medium.random)
          medium.inodes[inode] = file
        }
        // Whatever the operation did before it failed stays.
        do throws(DiskError) {
          let result = try body(&medium, &file)
          medium.inodes[inode] = file
          return result
        } catch {
          medium.inodes[inode] = file
          throw error
        }
      }
    }

    func write(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) -> Int {
      let offset = Int(offset)
      let data = bytes.withUnsafeBytes { [UInt8]($0) }
      let path = path
      return try with("write") { file, random in
        file.write(Array(data.prefix(random.below(data.count + 1))), at: offset)
      } _: { (medium, file) throws(DiskError) in
        var count = data.count
        if medium.plan.shortWrites > 0, count > 1, medium.random.below(medium.plan.shortWrites) == 0 {
          count = 1 + medium.random.below(count - 1)
        }
        let room = medium.capacity == .max ? Int.max : medium.capacity - medium.used + file.cached.count
        if offset + count > max(room, file.cached.count) { count = max(room, file.cached.count) - offset }
        guard count > 0 else { throw SimulatedDisk.error("write", path, ENOSPC) }
        file.write(count == data.count ? data : Array(data.prefix(count)), at: offset)
        return count
      }
    }

    func read(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
      try with("read") { (_, file) throws(DiskError) in
        let start = min(Int(offset), file.cached.count)
        return Array(file.cached[start..<min(start + count, file.cached.count)])
      }
    }

    func size() throws(DiskError) -> UInt64 {
      try with("size") { (_, file) throws(DiskError) in UInt64(file.cached.count) }
    }

    func truncate(to size: UInt64) throws(DiskError) {
      try with("truncate") { (_, file) throws(DiskError) in
        if Int(size) < file.cached.count {
          file.cached.removeLast(file.cached.count - Int(size))
        } else {
          file.cached += [UInt8](repeating: 0, count: Int(size) - file.cached.count)
        }
        file.sizes.append(Int(size))
      }
    }

    func synchronize() throws(DiskError) {
      try with("sync") { file, random in
        // A sync that fails: some sectors arrived, the rest is forgotten, though memory still shows it.
        file.settle(.some, &random)
      } _: { (_, file) throws(DiskError) in
        file.settle()
      }
    }

    func forgetCached() {}
  }

  final class Lock: DiskLock {
    private let disk: SimulatedDisk
    private let path: String
    private let boot: Int

    init(disk: SimulatedDisk, path: String, boot: Int) {
      self.disk = disk
      self.path = path
      self.boot = boot
    }

    func release() {
      disk.medium.withLock { medium in if medium.boot == boot { _ = medium.locks.remove(path) } }
    }
  }
}

extension SimulatedDisk.Inode {
  mutating func write(_ bytes: [UInt8], at offset: Int) {
    if bytes.isEmpty { return }
    if cached.count < offset + bytes.count {
      cached += [UInt8](repeating: 0, count: offset + bytes.count - cached.count)
      sizes.append(cached.count)
    }
    cached.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    pending.append((offset, bytes))
  }

  /// Brings some of the pending writes to the medium, sector by sector, and forgets the rest.
  mutating func settle(_ survival: Survival, _ random: inout SeededRandom) {
    let size = survival == .none ? sizes[0] : sizes[random.below(sizes.count)]
    resize(&durable, size)
    if survival == .some {
      // A sector reaches the medium as it was at some time: with all writes to it up to one of them.
      var pieces: [Int: [(offset: Int, bytes: ArraySlice<UInt8>)]] = [:]
      for (offset, bytes) in pending {
        var start = 0
        while start < bytes.count {
          let end = min(bytes.count, start + SimulatedDisk.sector - (offset + start) % SimulatedDisk.sector)
          pieces[(offset + start) / SimulatedDisk.sector, default: []].append((offset + start, bytes[start..<end]))
          start = end
        }
      }
      for (_, writes) in pieces.sorted(by: { $0.key < $1.key }) {
        for (offset, bytes) in writes.prefix(random.below(writes.count + 1)) where offset < durable.count {
          let end = min(offset + bytes.count, durable.count)
          durable.replaceSubrange(offset..<end, with: bytes.prefix(end - offset))
        }
      }
    }
    pending = []
    sizes = [durable.count]
  }

  /// Brings all pending writes to the medium. What a failed sync forgot is not among them.
  mutating func settle() {
    resize(&durable, cached.count)
    for (offset, bytes) in pending where offset < durable.count {
      let end = min(offset + bytes.count, durable.count)
      durable.replaceSubrange(offset..<end, with: bytes.prefix(end - offset))
    }
    pending = []
    sizes = [durable.count]
  }

  private func resize(_ bytes: inout [UInt8], _ size: Int) {
    if bytes.count > size { bytes.removeLast(bytes.count - size) }
    if bytes.count < size { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
  }
}

extension SimulatedDisk.Medium {
  var used: Int { names.values.reduce(0) { $0 + (inodes[$1]?.cached.count ?? 0) } }

  /// Counts an operation, and makes it fail when the plan says so. `partly` is what happens of it then.
  mutating func count(
    _ operation: String, _ path: String, partly: (inout SimulatedDisk.Medium) -> Void = { _ in }
  ) throws(DiskError) {
    if isDown { throw SimulatedDisk.error(operation, path, EIO) }
    if let kind = plan.kind, kind != operation { return }
    operations += 1
    guard operations == plan.operation else { return }
    partly(&self)
    if plan.fault == .crash { isDown = true }
    throw SimulatedDisk.error(operation, path, EIO)
  }

  mutating func name(_ path: String, _ inode: Int?) {
    meanings[path, default: [names[path]]].append(inode)
    names[path] = inode
  }

  mutating func move(_ path: String, _ newPath: String, _ inode: Int) {
    name(newPath, inode)
    name(path, nil)
  }

  mutating func losePower(_ survival: Survival) {
    for (path, choices) in meanings.sorted(by: { $0.key < $1.key }) {
      names[path] = survival == .none ? choices[0] : choices[random.below(choices.count)]
    }
    meanings = [:]
    let live = Set(names.values)
    for id in inodes.keys.sorted() {
      guard live.contains(id), var inode = inodes[id] else {
        inodes[id] = nil
        continue
      }
      inode.settle(survival, &random)
      inode.cached = inode.durable
      inodes[id] = inode
    }
  }
}

// Encryption at rest: nothing readable on the disk, the right key and no other opens it, keys change while the store is
// open, and a store from before goes on encrypted.

import Testing

@testable import LoyaltyStore

@Suite struct EncryptionTests {
  static let secret = "Wang Xiaoming 13800138000"
  let disk = SimulatedDisk(seed: 1)
  let clock = SimulatedClock()
  let master = MasterKey(key: .random { 1 })

  private func environment() -> StoreEnvironment {
    StoreEnvironment(
      monotonic: { [clock] in clock.tick() }, wall: { [clock] in clock.tick() }, random: { [clock] in clock.tick() },
      holder: "encryption")
  }

  private func open(_ key: MasterKey?, lifetime: Duration? = nil) throws -> DurableStore<Roll> {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 8192
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    if let lifetime { configuration.dataKeyLifetime = lifetime }
    return try DurableStore<Roll>.open(
      directory: "/data", configuration: configuration, masterKey: key, disk: disk, environment: environment(),
      threads: false, notify: { _ in })
  }

  private func fill(_ store: DurableStore<Roll>, _ count: Int) throws {
    for number in 0..<count {
      try store.add("ann/\(Self.secret) \(number)", length: 40)
      while store.group.step() == .again {}
      _ = store.stepSpace()
    }
    while store.stepIndex() == .again {}
  }

  private func disclosed() -> [String] {
    let needle = Array(Self.secret.utf8)
    return disk.paths.filter { path in
      let bytes = disk.contents(path)
      return bytes.indices.contains { bytes[$0...].starts(with: needle) }
    }
  }

  @Test func noFileShowsWhatIsInItAndEveryFileIsReadWithItsKey() throws {
    let store = try open(master)
    try fill(store, 200)
    try store.close()
    for suffix in [".journal", ".index", ".state", "data.keys", "data.keys.copy"] {
      #expect(disk.paths.contains { $0.hasSuffix(suffix) }, "\(suffix)")
    }
    #expect(disclosed() == [])
    let again = try open(master)
    #expect(again.names.count == 200)
    #expect(try again.history.records(of: "ann", limit: 500).count == 200)
    try again.close()
    #expect(
      try StoreVerifier.verify(Roll.self, directory: "/data", masterKey: master, disk: disk).problems.isEmpty)
  }

  @Test func withoutTheKeyOrWithAnotherOneNothingOpensAndNothingChanges() throws {
    let store = try open(master)
    try fill(store, 20)
    try store.close()
    let before = disk.paths.map { disk.contents($0) }
    for wrong in [nil, MasterKey(key: .random { 2 })] {
      #expect {
        _ = try open(wrong)
      } throws: { error in
        guard case .masterKey? = error as? StoreError else { return false }
        let text = "\(error)"
        return !text.contains(master.secretText) && (wrong == nil || text.contains(master.identity))
      }
    }
    #expect(disk.paths.map { disk.contents($0) } == before)
  }

  @Test func aStoreOfTheFirstFormatIsReadAndGoesOnEncrypted() throws {
    let store = try open(nil)
    try fill(store, 60)
    try store.close()
    // The first format had no fields behind byte 128 of its headers.
    for path in disk.paths where path.hasSuffix(".journal") || path.hasSuffix(".state") {
      disk.edit(path) { bytes in
        bytes.store(UInt32(1), at: 8)
        for index in 128..<508 { bytes[index] = 0 }
        bytes.store(CRC32C.of(bytes.span.bytes.extracting(..<508)), at: 508)
        guard path.hasSuffix(".state") else { return }
        let digest = SHA256()
        digest.update(bytes.span.bytes.extracting(..<(bytes.count - SnapshotEnd.length)))
        let end = SnapshotEnd(bytes.suffix(SnapshotEnd.length).map { $0 })
        bytes.store(
          SnapshotEnd(chunks: end?.chunks ?? 0, digest: digest.finish()).encoded(), at: bytes.count - SnapshotEnd.length
        )
      }
    }
    let old = Set(disclosed())
    #expect(!old.isEmpty)
    let again = try open(master)
    #expect(again.names.count == 60)
    try fill(again, 100)
    #expect(again.names.count == 160)
    #expect(try again.history.records(of: "ann", limit: 500).count == 160)
    try again.close()
    #expect(Set(disclosed()).isSubset(of: old))
    #expect(
      try StoreVerifier.verify(Roll.self, directory: "/data", masterKey: master, disk: disk).problems.isEmpty)
  }

  private func dataKeys() throws -> Set<UInt32> {
    Set(
      try disk.paths.filter { $0.hasSuffix(".journal") }.compactMap { path in
        try SegmentHeader(Array(disk.contents(path).prefix(512))).sealing?.dataKey
      })
  }

  @Test func dataKeysChangeByAgeWhileTheStoreIsOpenAndOldFilesStayReadable() throws {
    let store = try open(master, lifetime: .milliseconds(30))
    try fill(store, 200)
    try store.close()
    #expect(try dataKeys().count > 2)
    #expect(try open(master).names.count == 200)
  }

  @Test func theMasterKeyIsChangedWithoutTouchingAFileBesidesARunningServer() throws {
    let store = try open(master)
    try fill(store, 40)
    let files = disk.paths.filter { !$0.contains("data.keys") }.map { disk.contents($0) }
    let other = MasterKey(key: .random { 3 })
    try Keyring.rewrap(directory: "/data", disk: disk, environment: environment(), from: master, to: other)
    #expect(disk.paths.filter { !$0.contains("data.keys") }.map { disk.contents($0) } == files)
    // The server that is running goes on with the keys that it has.
    try fill(store, 40)
    try store.close()
    #expect(throws: StoreError.self) { try open(master) }
    #expect(try open(other).names.count == 80)
  }

  @Test func oneCopyOfTheDataKeysIsEnough() throws {
    let store = try open(master)
    try fill(store, 10)
    try store.close()
    for name in ["/data/data.keys", "/data/data.keys.copy"] {
      let bytes = disk.contents(name)
      for offset in stride(from: 0, to: bytes.count, by: 13) {
        disk.flip(name, offset: offset, bit: 2)
        let opened = try Keyring.open(
          directory: "/data", disk: disk, environment: environment(), master: master, creating: false)
        #expect(opened != nil)
        disk.flip(name, offset: offset, bit: 2)
      }
    }
  }

  @Test func aPieceThatWasMovedOrChangedDoesNotOpen() {
    let cipher = FileCipher(.random { 9 })
    let piece = cipher.sealed(Array("points".utf8).span.bytes, place: 5, context: [1])
    #expect(cipher.opened(piece.span.bytes, place: 5, context: [1]) == Array("points".utf8))
    #expect(cipher.opened(piece.span.bytes, place: 6, context: [1]) == nil)
    #expect(cipher.opened(piece.span.bytes, place: 5, context: [2]) == nil)
    #expect(FileCipher(.random { 8 }).opened(piece.span.bytes, place: 5, context: [1]) == nil)
    for index in piece.indices {
      var changed = piece
      changed[index] ^= 1
      #expect(cipher.opened(changed.span.bytes, place: 5, context: [1]) == nil)
    }
    #expect(
      cipher.opened(cipher.sealed([UInt8]().span.bytes, place: 7, context: []).span.bytes, place: 7, context: []) == [])
  }

  /// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 13 (AES-256, all zeros) and RFC 5869's HMAC.
  @Test func theCipherIsAES256GCMWithThePlaceAsNonce() {
    let cipher = FileCipher(SecretKey([UInt8](repeating: 0, count: 32).span.bytes))
    #expect(
      hexadecimal(cipher.sealed([UInt8]().span.bytes, place: 0, context: [])) == "530f8afbc74536b9a963b4f1c4cb738b")
    #expect(
      hexadecimal(cipher.sealed([UInt8](repeating: 0, count: 16).span.bytes, place: 0, context: []))
        == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
  }

  @Test func aMasterKeyIsSixtyFourDigitsAndDoesNotShowItself() throws {
    let text = String(repeating: "0f", count: 32)
    let key = try MasterKey(text: " \(text)\n", source: "a test")
    #expect(key.secretText == text)
    #expect(!"\(key) \(String(reflecting: key)) \(String(describing: key.key))".contains("0f0f"))
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("0f0f"))
    for wrong in ["", "0f", text + "0", String(text.dropLast()) + "g"] {
      #expect(throws: MasterKeyError.malformed(source: "a test")) { try MasterKey(text: wrong, source: "a test") }
    }
  }
}

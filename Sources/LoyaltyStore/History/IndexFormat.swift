// The file that says where a sealed segment's records are: a header, then pages that are checked one by one, so that a
// question costs a few of them and believes nothing.

/// See docs/storage-format.md for the layout.
struct IndexHeader: Hashable, Sendable {
  static let magic: [UInt8] = Array("LOYALIDX".utf8)
  static let formatVersion: UInt32 = 1
  static let length = 512

  /// The segment that it describes, and where that begins and ends.
  var segment: UInt64
  var history: StoreIdentity
  var previousSequence: UInt64
  var lastSequence: UInt64
  /// The journal's hash at the segment's end: an index of anything else is not used.
  var endHash: ChainHash
  var batches: UInt32
  var members: UInt32
  /// Bytes of all lists of records.
  var listLength: UInt64
  /// By which key the pages are encrypted; nil when they are not.
  var sealing: FileSealing?

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    block.store(Self.magic, at: 0)
    block.store(Self.formatVersion, at: 8)
    block.store(UInt32(Self.length), at: 12)
    block.store(segment, at: 16)
    block.store(previousSequence, at: 24)
    block.store(history.bytes, at: 32)
    block.store(lastSequence, at: 48)
    block.store(batches, at: 56)
    block.store(members, at: 60)
    block.store(endHash.bytes, at: 64)
    block.store(listLength, at: 96)
    FileSealing.store(sealing, in: &block)
    block.store(CRC32C.of(block.span.bytes.extracting(..<(Self.length - 4))), at: Self.length - 4)
    return block
  }

  init(_ block: [UInt8]) throws(FormatProblem) {
    guard block.count >= Self.length else { throw .damaged("the index's header is cut short") }
    let bytes = block.span.bytes
    guard bytes.bytes(at: 0, count: 8) == Self.magic else { throw .damaged("this is not the start of an index") }
    let version = bytes.load(UInt32.self, at: 8)
    guard version <= Self.formatVersion else { throw .newer(found: version, known: Self.formatVersion) }
    guard CRC32C.of(bytes.extracting(..<(Self.length - 4))) == bytes.load(UInt32.self, at: Self.length - 4) else {
      throw .damaged("the checksum of the index's header is wrong")
    }
    segment = bytes.load(UInt64.self, at: 16)
    previousSequence = bytes.load(UInt64.self, at: 24)
    history = StoreIdentity(bytes: bytes.bytes(at: 32, count: 16))
    lastSequence = bytes.load(UInt64.self, at: 48)
    batches = bytes.load(UInt32.self, at: 56)
    members = bytes.load(UInt32.self, at: 60)
    endHash = ChainHash(bytes: bytes.bytes(at: 64, count: 32))
    listLength = bytes.load(UInt64.self, at: 96)
    sealing = try FileSealing.load(bytes)
    guard previousSequence < lastSequence, lastSequence - previousSequence <= UInt64(UInt32.max),
      listLength <= UInt64(UInt32.max)
    else { throw .damaged("the index's header has numbers that no segment reaches") }
  }

  init(
    segment: UInt64, history: StoreIdentity, previousSequence: UInt64, lastSequence: UInt64, endHash: ChainHash,
    batches: UInt32, members: UInt32, listLength: UInt64
  ) {
    self.segment = segment
    self.history = history
    self.previousSequence = previousSequence
    self.lastSequence = lastSequence
    self.endHash = endHash
    self.batches = batches
    self.members = members
    self.listLength = listLength
  }

  // MARK: Where things are

  var memberStart: Int { IndexPage.count(of: Int(batches) * IndexPage.batchEntryLength) }
  var listStart: Int { memberStart + IndexPage.count(of: Int(members) * IndexPage.memberEntryLength) }
  var pageCount: Int { listStart + IndexPage.count(of: Int(listLength)) }
  var fileLength: Int { Self.length + pageCount * IndexPage.length }
}

/// A page: a body and its check.
enum IndexPage {
  static let length = 4096
  /// Whole numbers of both kinds of entries fit.
  static let bodyLength = 4080
  static let checkLength = length - bodyLength
  /// Place of a batch's first record, and where the batch begins: 4 bytes each.
  static let batchEntryLength = 8
  /// A member's hash, 8 bytes, and where its list begins, 4 bytes.
  static let memberEntryLength = 12
  static let batchesPerPage = bodyLength / batchEntryLength
  static let membersPerPage = bodyLength / memberEntryLength

  static func count(of bytes: Int) -> Int { (bytes + bodyLength - 1) / bodyLength }

  /// The body with its check: CRC-32C of the page's number and the body, then zeros; or with a cipher the tag.
  static func checked(_ body: ArraySlice<UInt8>, number: Int, cipher: FileCipher?) -> [UInt8] {
    var page = [UInt8](repeating: 0, count: length)
    page.replaceSubrange(0..<body.count, with: body)
    if let cipher {
      cipher.seal(&page, 0..<bodyLength, place: UInt64(number), context: [])
    } else {
      page.store(sum(page.span.bytes, number), at: bodyLength)
    }
    return page
  }

  /// - Returns: the body, nil when the check fails.
  static func body(of page: [UInt8], number: Int, cipher: FileCipher?) -> [UInt8]? {
    guard page.count == length else { return nil }
    if let cipher { return cipher.opened(page.span.bytes, place: UInt64(number), context: []) }
    let bytes = page.span.bytes
    guard bytes.load(UInt32.self, at: bodyLength) == sum(bytes, number) else { return nil }
    return [UInt8](page.prefix(bodyLength))
  }

  private static func sum(_ page: RawSpan, _ number: Int) -> UInt32 {
    var numbered = [UInt8](repeating: 0, count: 8)
    numbered.store(UInt64(number), at: 0)
    var sum = CRC32C()
    sum.update(numbered.span.bytes)
    sum.update(page.extracting(..<bodyLength))
    return sum.value
  }
}

// Header fields on their way to nghttp2.

import CNGHTTP2

extension nghttp2_nv {
  /// A field whose text lives as long as the program, so that nghttp2 need not copy it.
  init(_ name: StaticString, _ value: StaticString) {
    self.init(
      name: UnsafeMutablePointer(mutating: name.utf8Start),
      value: UnsafeMutablePointer(mutating: value.utf8Start),
      namelen: name.utf8CodeUnitCount,
      valuelen: value.utf8CodeUnitCount,
      flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
  }
}

/// Fields that never change, laid out once.
///
/// `@unchecked Sendable` holds because the memory is written in `init` only and nghttp2 takes it as constant.
struct StaticHeaders: @unchecked Sendable {
  let fields: UnsafePointer<nghttp2_nv>
  let count: Int

  init(_ fields: [(StaticString, StaticString)]) {
    let memory = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: fields.count)
    for (index, field) in fields.enumerated() {
      (memory + index).initialize(to: nghttp2_nv(field.0, field.1))
    }
    self.fields = UnsafePointer(memory)
    count = fields.count
  }

  /// What opens every response.
  static let response = StaticHeaders([
    (":status", "200"), ("content-type", "application/grpc"),
  ])

  static let okTrailers = StaticHeaders([("grpc-status", "0")])
}

/// Fields with contents of their own, gathered in one piece of memory.
struct HeaderBlock {
  private var bytes: [UInt8] = []
  private var fields: [(nameEnd: Int, valueEnd: Int)] = []

  mutating func add(_ name: StaticString, _ value: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    let nameEnd = bytes.count
    bytes.append(contentsOf: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    fields.append((nameEnd, bytes.count))
  }

  mutating func add(_ name: StaticString, _ value: String) {
    add(name) { $0.append(contentsOf: value.utf8) }
  }

  mutating func add(_ name: StaticString, value write: (inout [UInt8]) -> Void) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    let nameEnd = bytes.count
    write(&bytes)
    fields.append((nameEnd, bytes.count))
  }

  /// - Parameter prefix: put before each name.
  mutating func add(_ metadata: Metadata, prefix: StaticString = "") {
    for entry in metadata.entries {
      bytes.append(contentsOf: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
      bytes.append(contentsOf: entry.name.utf8)
      let nameEnd = bytes.count
      switch entry.value {
      case .text(let text): bytes.append(contentsOf: text.utf8)
      case .binary(let value): MetadataBase64.encode(value, into: &bytes)
      }
      fields.append((nameEnd, bytes.count))
    }
  }

  /// What opens every call (grpc/doc/PROTOCOL-HTTP2.md, "Requests").
  mutating func addRequest(path: String, authority: String, encoding: MessageEncoding, isSecure: Bool = true) {
    add(":method", "POST")
    if isSecure { add(":scheme", "https") } else { add(":scheme", "http") }
    add(":path", path)
    add(":authority", authority)
    add("te", "trailers")
    add("content-type", "application/grpc")
    add("user-agent", "loyalty-rpc-swift/1.0")
    add("grpc-accept-encoding", MessageEncoding.accepted)
    if encoding != .identity { add("grpc-encoding", encoding.name) }
  }

  /// The status of a call that did not end OK.
  mutating func add(status error: RPCError) {
    add("grpc-status", String(error.code.rawValue))
    if !error.message.isEmpty {
      add("grpc-message") { PercentEncoding.encode(error.message, into: &$0) }
    }
    if let details = StatusDetails.encode(error) {
      add("grpc-status-details-bin") { MetadataBase64.encode(details, into: &$0) }
    }
    add(error.metadata)
  }

  /// `name: value` lines, as gRPC-Web writes trailers into a body.
  var http1Text: [UInt8] {
    var text: [UInt8] = []
    var start = 0
    for field in fields {
      text.append(contentsOf: bytes[start..<field.nameEnd])
      text.append(contentsOf: [0x3a, 0x20])
      text.append(contentsOf: bytes[field.nameEnd..<field.valueEnd])
      text.append(contentsOf: [0x0d, 0x0a])
      start = field.valueEnd
    }
    return text
  }

  /// The fields in memory that the caller frees, marked so that nghttp2 does not copy them.
  func laidOut() -> (text: UnsafeMutableBufferPointer<UInt8>, fields: UnsafeMutableBufferPointer<nghttp2_nv>) {
    let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    let list = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: fields.count)
    var start = 0
    for (index, field) in fields.enumerated() {
      list.initializeElement(
        at: index,
        to: nghttp2_nv(
          name: text.baseAddress.map { $0 + start }, value: text.baseAddress.map { $0 + field.nameEnd },
          namelen: field.nameEnd - start, valuelen: field.valueEnd - field.nameEnd,
          flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)))
      start = field.valueEnd
    }
    return (text, list)
  }

  /// Lends the fields in the form nghttp2 takes; it copies what it keeps.
  func withFields<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
    bytes.withUnsafeBufferPointer { memory in
      var start = 0
      var list: [nghttp2_nv] = []
      list.reserveCapacity(fields.count)
      // An empty block has no fields either, so the base is only absent when it is not used.
      if let base = memory.baseAddress {
        let base = UnsafeMutablePointer(mutating: base)
        for field in fields {
          list.append(
            nghttp2_nv(
              name: base + start, value: base + field.nameEnd, namelen: field.nameEnd - start,
              valuelen: field.valueEnd - field.nameEnd, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
          start = field.valueEnd
        }
      }
      return list.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
  }
}

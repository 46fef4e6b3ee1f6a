// How a message stands in a stream (grpc/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message").

/// A message behind gRPC's five-byte prefix.
enum MessageFrame {
  /// A message behind its prefix.
  static func make(_ payload: UnsafeRawBufferPointer, flags: UInt8) -> [UInt8] {
    let length = MessageDeframer.prefixLength + payload.count
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      write(payload, flags: flags, to: UnsafeMutableRawBufferPointer(buffer))
      count = length
    }
  }

  static func make(_ payload: [UInt8], flags: UInt8) -> [UInt8] { payload.withUnsafeBytes { make($0, flags: flags) } }

  /// Writes prefix and message into memory of just their length.
  static func write(_ payload: UnsafeRawBufferPointer, flags: UInt8 = 0, to buffer: UnsafeMutableRawBufferPointer) {
    buffer[0] = flags
    buffer[1] = UInt8(truncatingIfNeeded: payload.count >> 24)
    buffer[2] = UInt8(truncatingIfNeeded: payload.count >> 16)
    buffer[3] = UInt8(truncatingIfNeeded: payload.count >> 8)
    buffer[4] = UInt8(truncatingIfNeeded: payload.count)
    UnsafeMutableRawBufferPointer(rebasing: buffer[MessageDeframer.prefixLength...]).copyMemory(from: payload)
  }
}

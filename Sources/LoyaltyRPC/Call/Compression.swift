// gzip and deflate of single messages, with a bound on what a small message may grow to.

import CZlib
import ProtobufRuntime

enum Compression {
  /// zlib's window of 2^15 bytes; +16 means a gzip wrapper (zlib.h).
  private static func windowBits(_ encoding: MessageEncoding) -> Int32 {
    encoding == .gzip ? 15 + 16 : 15
  }

  /// - Throws: RESOURCE_EXHAUSTED before more than `limit` bytes are held, INTERNAL for bytes that do not decompress.
  static func decompress(
    _ bytes: [UInt8], _ encoding: MessageEncoding, limit: Int
  ) throws(RPCError) -> [UInt8] {
    guard encoding != .identity else { return bytes }
    let announced = encoding == .gzip ? try announcedLength(of: bytes, limit: limit) : nil
    var stream = z_stream()
    guard czlib_inflate_init(&stream, windowBits(encoding)) == Z_OK else {
      throw RPCError(.internal, "zlib could not be started")
    }
    defer { inflateEnd(&stream) }
    var out: [UInt8] = []
    out.reserveCapacity(announced ?? 0)
    var isDone = false
    var input = bytes
    let failure: RPCError? = input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      var chunk = [UInt8](repeating: 0, count: 16 << 10)
      while !isDone {
        let (status, count) = chunk.withUnsafeMutableBufferPointer { chunk -> (Int32, Int) in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, chunk.count - Int(stream.avail_out))
        }
        if out.count + count > announced ?? limit {
          return announced == nil ? tooLong(limit: limit) : malformed(encoding)
        }
        out.append(contentsOf: chunk[..<count])
        switch status {
        case Z_STREAM_END where stream.avail_in == 0: isDone = true
        case Z_OK where count > 0 || stream.avail_in > 0: continue
        default: return malformed(encoding)
        }
      }
      return nil
    }
    if let failure { throw failure }
    return out
  }

  /// What gzip says at its end of the length of what it compressed (RFC 1952 §2.3.1, ISIZE), so that a message that is too
  /// long costs nothing. zlib holds it against what comes out.
  private static func announcedLength(of bytes: [UInt8], limit: Int) throws(RPCError) -> Int {
    guard bytes.count >= shortestGzip, bytes[0] == 0x1f, bytes[1] == 0x8b else { throw malformed(.gzip) }
    let length = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    // DEFLATE makes at most 1,032 bytes of one (258 for two bits): whoever says more has been cut off, or lies.
    guard length <= bytes.count * 1_032 else { throw malformed(.gzip) }
    guard length <= limit else { throw tooLong(limit: limit) }
    return length
  }

  /// Bytes of a gzip stream's header and trailer (RFC 1952 §2.3).
  private static let shortestGzip = 18

  private static func tooLong(limit: Int) -> RPCError {
    RPCError(.resourceExhausted, "message is longer than the limit of \(limit) bytes once decompressed")
  }

  private static func malformed(_ encoding: MessageEncoding) -> RPCError {
    RPCError(.internal, "a compressed message is cut off, has bytes behind its end, or is no \(encoding.name)")
  }

  /// The compressed form.
  static func compress(_ bytes: [UInt8], _ encoding: MessageEncoding) throws(RPCError) -> [UInt8] {
    guard encoding != .identity else { return bytes }
    var stream = z_stream()
    guard czlib_deflate_init(&stream, Z_DEFAULT_COMPRESSION, windowBits(encoding)) == Z_OK else {
      throw RPCError(.internal, "zlib could not be started")
    }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var input = bytes
    return input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(clamping: bound)
        _ = deflate(&stream, Z_FINISH)
        count = bound - Int(stream.avail_out)
      }
    }
  }
}

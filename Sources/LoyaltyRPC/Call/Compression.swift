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
    var stream = z_stream()
    guard czlib_inflate_init(&stream, windowBits(encoding)) == Z_OK else {
      throw RPCError(.internal, "zlib could not be started")
    }
    defer { inflateEnd(&stream) }
    var out: [UInt8] = []
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
        guard out.count + count <= limit else {
          return RPCError(.resourceExhausted, "message is longer than the limit of \(limit) bytes once decompressed")
        }
        out.append(contentsOf: chunk[..<count])
        switch status {
        case Z_STREAM_END: isDone = true
        case Z_OK where count > 0 || stream.avail_in > 0: continue
        default:
          return RPCError(.internal, "a compressed message is cut off or no \(encoding.name)")
        }
      }
      return nil
    }
    if let failure { throw failure }
    return out
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

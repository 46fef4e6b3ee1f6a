// What libssl takes for a socket. Its own BIO over memory keeps what it has grown to, clears it after each use, and is asked for
// by four calls what a look at a number tells.

import COpenSSL
import Glibc

/// The bytes of one connection on both sides of its `SSL`: those that came from the socket are lent, those that go there are
/// gathered until they are taken. An idle connection keeps none. Used on its connection's event loop only.
final class SocketBytes {
  private struct State {
    /// What came and was not read yet.
    var input: UnsafeRawPointer?
    var inputCount = 0
    /// What is to go out.
    var output: UnsafeMutableRawPointer?
    var outputCount = 0
    var outputCapacity = 0

    /// Room for `extra` bytes more; false if there is no memory.
    mutating func reserve(_ extra: Int) -> Bool {
      guard outputCapacity - outputCount < extra else { return true }
      let capacity = max(outputCount + extra, min(2 * outputCapacity, outputCount + SocketBytes.longestStep))
      guard let larger = realloc(output, capacity) else { return false }
      (output, outputCapacity) = (larger, capacity)
      return true
    }
  }

  /// Bytes that are reserved ahead at most. 64 KiB: four records.
  private static let longestStep = 64 << 10

  private let state: UnsafeMutablePointer<State>
  /// Input that was lent and not read: kept until more comes.
  private var rest: [UInt8] = []

  init() {
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  /// After the `SSL` is freed.
  deinit {
    free(state.pointee.output)
    state.deallocate()
  }

  /// A BIO over these bytes, for one `SSL`, which owns it; nil if there is no memory. The bytes outlive it.
  func makeBIO() -> OpaquePointer? {
    guard let method = Self.method, let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, state)
    return bio
  }

  /// Lends bytes that came from the socket to `body`, in which they are read.
  func lend(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) {
    guard rest.isEmpty else {
      let whole = rest + bytes
      rest = []
      whole.withUnsafeBytes { lendAll($0, body) }
      return
    }
    lendAll(bytes, body)
  }

  private func lendAll(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) {
    (state.pointee.input, state.pointee.inputCount) = (bytes.baseAddress, bytes.count)
    body()
    if state.pointee.inputCount > 0 {
      rest = Array(UnsafeRawBufferPointer(start: state.pointee.input, count: state.pointee.inputCount))
    }
    (state.pointee.input, state.pointee.inputCount) = (nil, 0)
  }

  /// Bytes that wait for the socket.
  var pendingOutput: Int { state.pointee.outputCount }

  /// Prepares for so many bytes of output.
  func reserveOutput(_ count: Int) { _ = state.pointee.reserve(count) }

  /// Hands out all output at once, and forgets it.
  func takeOutput(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard let output = state.pointee.output else { return }
    body(UnsafeRawBufferPointer(start: output, count: state.pointee.outputCount))
    free(output)
    (state.pointee.output, state.pointee.outputCount, state.pointee.outputCapacity) = (nil, 0, 0)
  }

  /// Made once for the process.
  ///
  /// `nonisolated(unsafe)` holds because it is written before anyone else sees it and only read after.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes of a connection")
    else { return nil }
    BIO_meth_set_read(method) { bio, target, count in
      guard let bio, let target, count > 0 else { return 0 }
      copenssl_bio_clear_retry(bio)
      let state = SocketBytes.state(of: bio)
      guard state.pointee.inputCount > 0, let input = state.pointee.input else {
        copenssl_bio_set_retry_read(bio)
        return -1
      }
      let taken = min(Int(count), state.pointee.inputCount)
      memcpy(target, input, taken)
      state.pointee.input = input + taken
      state.pointee.inputCount -= taken
      return Int32(taken)
    }
    BIO_meth_set_write(method) { bio, source, count in
      guard let bio, let source, count > 0 else { return 0 }
      copenssl_bio_clear_retry(bio)
      let state = SocketBytes.state(of: bio)
      guard state.pointee.reserve(Int(count)), let output = state.pointee.output else { return -1 }
      memcpy(output + state.pointee.outputCount, source, Int(count))
      state.pointee.outputCount += Int(count)
      return count
    }
    BIO_meth_set_ctrl(method) { bio, command, _, _ in
      guard let bio else { return 0 }
      switch command {
      case BIO_CTRL_FLUSH: return 1
      case BIO_CTRL_PENDING: return SocketBytes.state(of: bio).pointee.inputCount
      case BIO_CTRL_WPENDING: return SocketBytes.state(of: bio).pointee.outputCount
      default: return 0
      }
    }
    return method
  }()

  @inline(__always)
  private static func state(of bio: OpaquePointer) -> UnsafeMutablePointer<State> {
    // What `makeBIO` has put there.
    BIO_get_data(bio).unsafelyUnwrapped.assumingMemoryBound(to: State.self)
  }
}

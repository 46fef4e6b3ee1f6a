// What an operator or a health check asks of the store.

public struct StoreStatus: Hashable, Sendable {
  public enum Mode: Hashable, Sendable {
    case writable
    /// The disk is full.
    case readOnly
    /// The journal failed, for this reason; nothing is acknowledged any more.
    case failed(String)
    case closed
  }

  public var mode: Mode
  /// Of the last record that was applied.
  public var sequence: UInt64
  /// Of the last record that is on the disk.
  public var durableSequence: UInt64
  /// Bytes that wait to be taken to the disk, and how many may.
  public var queuedBytes: Int
  public var queueLimit: Int
  /// No room for another segment; with `writable`, the one in use still has some.
  public var diskIsFull: Bool
  public var segment: UInt64
  public var epoch: UInt64
  public var history: StoreIdentity
  /// Another one after each restore: a sequence means something only together with it.
  public var incarnation: StoreIdentity
  /// The last record that was restored; 0 in a store that never was.
  public var incarnationBegin: UInt64
  /// 0 before the first.
  public var snapshotSequence: UInt64
  /// Why the last attempt at a snapshot failed.
  public var snapshotProblem: String?
}

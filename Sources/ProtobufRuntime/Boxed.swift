// Child messages that are too large to lie inside their parent, or that contain themselves, are kept behind a
// reference with copy on write: the parent stays small and the value stays a value.

/// An optional message on the heap. Empty costs one word and no allocation.
public struct Boxed<M: Message>: Hashable, Sendable {
  @usableFromInline
  final class Storage: Sendable {
    @usableFromInline let value: M
    @inlinable init(_ value: M) { self.value = value }
  }

  @usableFromInline var storage: Storage?

  @inlinable
  public init(_ value: M? = nil) { storage = value.map { Storage($0) } }

  /// Reads the child; setting it replaces the box, so that other copies keep what they had.
  @inlinable
  public var value: M? {
    get { storage?.value }
    set { storage = newValue.map { Storage($0) } }
  }

  /// The child, or a new one, to be changed and put back.
  @inlinable
  mutating func take() -> M {
    guard let storage else { return M() }
    self.storage = nil
    return storage.value
  }

  @inlinable
  mutating func put(_ value: consuming M) { storage = Storage(value) }

  @inlinable
  public static func == (left: Boxed, right: Boxed) -> Bool {
    left.storage === right.storage || left.value == right.value
  }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

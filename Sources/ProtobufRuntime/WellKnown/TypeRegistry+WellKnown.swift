// Types that every `Any` may hold without being registered.

extension TypeRegistry {
  public static let wellKnown = TypeRegistry()
}

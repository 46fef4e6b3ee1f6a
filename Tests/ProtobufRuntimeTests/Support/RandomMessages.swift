// Random messages of any type, made from descriptors: whatever the schemas gain is covered without a line here.

@testable import ProtobufRuntime

struct RandomMessages {
  let pool: DescriptorPool
  var random: SeededRandom
  /// Names of the types that an `Any` is given.
  var packable = ["testing.Child", "testing.Nothing", "google.protobuf.Duration", "google.protobuf.Int32Value"]

  /// Text that JSON and UTF-8 have to take care with.
  var texts = [
    "", "a", "member-4711", "\"quoted\\\"", "line\nbreak\ttab", "\u{0}\u{1f}\u{7f}", "Zürich", "日本語", "👩‍👩‍👧‍👦", "\u{2028}",
    String(repeating: "long ", count: 60),
  ]

  mutating func message(_ name: String, depth: Int = 3) -> DynamicMessage {
    message(pool.message(named: name)!, depth: depth)
  }

  mutating func message(_ type: MessageDescriptor, depth: Int) -> DynamicMessage {
    var message = DynamicMessage(type, in: pool)
    func set(_ name: String, _ value: DynamicMessage.Value) { message.set(type.field(named: name)!, value) }
    switch type.fullName {
    case "google.protobuf.Timestamp":
      set("seconds", .int64(.random(in: -62_135_596_800...253_402_300_799, using: &random)))
      set("nanos", .int32(nanos()))
    case "google.protobuf.Duration":
      let seconds = Int64.random(in: -315_576_000_000...315_576_000_000, using: &random)
      set("seconds", .int64(seconds))
      set("nanos", .int32(seconds < 0 ? -nanos() : nanos()))
    case "google.protobuf.FieldMask":
      set("paths", .list(["a", "snake_case.path", "b.c"].shuffled(using: &random).map { .string($0) }))
    case "google.protobuf.Value":
      fillValue(type, &message, depth: depth)
    case "google.protobuf.Any":
      let payload = self.message(packable.randomElement(using: &random)!, depth: 1)
      set("type_url", .string("type.googleapis.com/" + payload.descriptor.fullName))
      set("value", .bytes(payload.serializedBytes()))
    default:
      for field in type.fields where field.isRequired || random.chance(depth > 1 ? 35 : 12) {
        if let value = value(of: field, depth: depth) { message.set(field, value) }
      }
    }
    return message
  }

  private mutating func nanos() -> Int32 {
    let unit: Int32 = [1, 1000, 1_000_000, 1_000_000_000].randomElement(using: &random)!
    return .random(in: 0..<1_000_000_000 / unit, using: &random) * unit % 1_000_000_000
  }

  /// A Value needs a kind, and its number must be one that JSON has.
  private mutating func fillValue(_ type: MessageDescriptor, _ message: inout DynamicMessage, depth: Int) {
    let kinds = depth > 0 ? type.fields : type.fields.filter { $0.type != .message }
    let field = kinds.randomElement(using: &random)!
    switch field.type {
    case .double: message.set(field, .double(.random(in: -1e9...1e9, using: &random)))
    case .message: message.set(field, .message(self.message(pool.messages[field.typeIndex], depth: depth - 1)))
    case .enum: message.set(field, .enumeration(0))
    default: message.set(field, scalar(field))
    }
  }

  private mutating func value(of field: FieldDescriptor, depth: Int) -> DynamicMessage.Value? {
    if field.type == .message || field.type == .group, !field.isMap, depth == 0, !field.isRequired { return nil }
    if field.isMap {
      let entry = pool.messages[field.typeIndex]
      if entry.fields[1].type == .message, depth == 0 { return nil }
      var entries: [DynamicMessage.Value: DynamicMessage.Value] = [:]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        entries[scalar(entry.fields[0])] = single(entry.fields[1], depth: depth)
      }
      return .map(entries)
    }
    guard field.isRepeated else { return single(field, depth: depth) }
    return .list((0..<Int.random(in: 1...5, using: &random)).map { _ in single(field, depth: depth) })
  }

  private mutating func single(_ field: FieldDescriptor, depth: Int) -> DynamicMessage.Value {
    guard field.type == .message || field.type == .group else { return scalar(field) }
    return .message(message(pool.messages[field.typeIndex], depth: depth - 1))
  }

  private mutating func scalar(_ field: FieldDescriptor) -> DynamicMessage.Value {
    switch field.type {
    case .bool: return .bool(.random(using: &random))
    case .int32, .sint32, .sfixed32: return .int32(integer())
    case .int64, .sint64, .sfixed64: return .int64(integer())
    case .uint32, .fixed32: return .uint32(integer())
    case .uint64, .fixed64: return .uint64(integer())
    case .float:
      // Not the largest: Python refuses its shortest text, 3.4028235e+38, which as a double lies above it.
      let special: [Float] = [0, -0.0, 1, -1.5, .infinity, -.infinity, .leastNonzeroMagnitude, 3.4e38, 0.1]
      return .float(
        random.chance(50) ? special.randomElement(using: &random)! : .random(in: -1e6...1e6, using: &random))
    case .double:
      let special: [Double] = [
        0, -0.0, 1, 1e16, 1e-7, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      ]
      return .double(
        random.chance(50) ? special.randomElement(using: &random)! : .random(in: -1e9...1e9, using: &random))
    case .string: return .string(texts.randomElement(using: &random)!)
    case .bytes:
      return .bytes((0..<Int.random(in: 0...20, using: &random)).map { _ in .random(in: 0...255, using: &random) })
    case .enum, .message, .group:
      return .enumeration(pool.enums[field.typeIndex].proto.value.randomElement(using: &random)!.number ?? 0)
    }
  }

  /// Limits, small numbers, and numbers of any length.
  private mutating func integer<I: FixedWidthInteger>() -> I {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return [I.min, I.max, 0, 1].randomElement(using: &random)!
    case 1: return I(truncatingIfNeeded: Int.random(in: -200...200, using: &random))
    default: return I(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random))
    }
  }
}

let testPool: DescriptorPool = {
  do {
    return try DescriptorPool(
      [EmbeddedFile.testingEverything, .testingLegacy, .testingPlain, .testingMessageSet].map {
        try FileDescriptorProto(serializedBytes: $0.serializedDescriptor)
      })
  } catch {
    fatalError("the tests' own schemas do not link: \(error)")
  }
}()

let testRegistry: TypeRegistry = {
  var registry = TypeRegistry.wellKnown
  for type in [Everything.self, Child.self, Nothing.self, Legacy.self] as [any Message.Type] { registry.register(type) }
  registry.register(extensions: TestingLegacyExtendableExtensions.self)
  registry.register(extensions: Scope.ExtendableExtensions.self)
  registry.register(extensions: Remark.ItemsExtensions.self)
  return registry
}()

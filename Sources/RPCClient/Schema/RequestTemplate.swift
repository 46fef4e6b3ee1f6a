// An example of a message with every field in it, as JSON: what a caller changes into a request.

import ProtobufRuntime

struct RequestTemplate {
  /// Indented JSON that the message accepts.
  private(set) var json = ""
  /// What JSON cannot say: the members of oneofs that were left out.
  private(set) var notes: [String] = []

  private let pool: DescriptorPool
  /// Types on the way from the root: a type within itself is left empty.
  private var path: [String] = []

  init(_ message: MessageDescriptor, in pool: DescriptorPool) {
    self.pool = pool
    json = object(message, indent: "")
  }

  private mutating func object(_ message: MessageDescriptor, indent: String) -> String {
    if let known = Self.wellKnown[message.fullName] { return known }
    guard !path.contains(message.fullName) else { return "{}" }
    path.append(message.fullName)
    defer { path.removeLast() }
    var lines: [String] = []
    var oneofs: [Int: [FieldDescriptor]] = [:]
    for field in message.fields where !field.name.hasPrefix("[") {
      if let oneof = field.oneof {
        oneofs[oneof, default: []].append(field)
        if oneofs[oneof]?.count != 1 { continue }
      }
      lines.append("\(indent)  \"\(field.jsonName)\": \(value(of: field, indent: indent + "  "))")
    }
    for (oneof, members) in oneofs.sorted(by: { $0.key < $1.key }) where members.count > 1 {
      let others = members.dropFirst().map(\.jsonName).joined(separator: ", ")
      notes.append("\(message.proto.oneofDecl[oneof].name ?? "oneof"): \(members[0].jsonName), or one of \(others)")
    }
    return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
  }

  private mutating func value(of field: FieldDescriptor, indent: String) -> String {
    if field.isMap {
      guard let entry = type(of: field), let key = entry.field(number: 1), let value = entry.field(number: 2) else {
        return "{}"
      }
      let name = scalar(key).filter { $0 != "\"" }
      return "{ \"\(name)\": \(single(value, indent: indent)) }"
    }
    let value = single(field, indent: indent)
    return field.isRepeated ? "[\(value)]" : value
  }

  private mutating func single(_ field: FieldDescriptor, indent: String) -> String {
    switch field.type {
    case .message, .group:
      guard let type = type(of: field) else { return "{}" }
      return object(type, indent: indent)
    default:
      return scalar(field)
    }
  }

  private func scalar(_ field: FieldDescriptor) -> String {
    switch field.type {
    case .bool: return "false"
    case .string, .bytes: return "\"\""
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: return "\"0\""
    case .enum:
      let values = pool.enumeration(named: name(field))?.proto.value ?? []
      let value = values.first { $0.number != 0 } ?? values.first
      return value?.name.map { "\"\($0)\"" } ?? "0"
    default: return "0"
    }
  }

  private func type(of field: FieldDescriptor) -> MessageDescriptor? { pool.message(named: name(field)) }

  private func name(_ field: FieldDescriptor) -> String { String((field.proto.typeName ?? "").drop { $0 == "." }) }

  /// Messages whose JSON is not an object of their fields
  /// (https://protobuf.dev/programming-guides/json, "Well-known types").
  private static let wellKnown: [String: String] = [
    "google.protobuf.Timestamp": "\"2026-01-31T12:00:00Z\"",
    "google.protobuf.Duration": "\"1.5s\"",
    "google.protobuf.FieldMask": "\"\"",
    "google.protobuf.Empty": "{}",
    "google.protobuf.Any": "{ \"@type\": \"type.googleapis.com/google.protobuf.Empty\", \"value\": {} }",
    "google.protobuf.Struct": "{}",
    "google.protobuf.Value": "null",
    "google.protobuf.ListValue": "[]",
    "google.protobuf.BoolValue": "false",
    "google.protobuf.StringValue": "\"\"",
    "google.protobuf.BytesValue": "\"\"",
    "google.protobuf.Int32Value": "0",
    "google.protobuf.UInt32Value": "0",
    "google.protobuf.Int64Value": "\"0\"",
    "google.protobuf.UInt64Value": "\"0\"",
    "google.protobuf.FloatValue": "0",
    "google.protobuf.DoubleValue": "0",
  ]
}

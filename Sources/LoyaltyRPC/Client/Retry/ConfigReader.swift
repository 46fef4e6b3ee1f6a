// Fields of a JSON object with the types that a service config wants, and errors that say where.

import ProtobufRuntime

struct ConfigReader {
  let fields: [String: ProtobufValue]
  let path: String

  init(_ object: ProtobufStruct, path: String) {
    fields = object.fields
    self.path = path
  }

  func wrong(_ name: String, _ reason: String) -> ServiceConfigError {
    ServiceConfigError(path: path.isEmpty ? name : "\(path).\(name)", reason: reason)
  }

  func required<T>(_ name: String, _ value: T?) throws(ServiceConfigError) -> T {
    guard let value else { throw wrong(name, "is missing") }
    return value
  }

  private func value(_ name: String) -> ProtobufValue.Kind? {
    if case .nullValue? = fields[name]?.kind { return nil }
    return fields[name]?.kind
  }

  func string(_ name: String) throws(ServiceConfigError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .stringValue(let text) = value else { throw wrong(name, "is no text") }
    return text
  }

  func bool(_ name: String) throws(ServiceConfigError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .boolValue(let flag) = value else { throw wrong(name, "is neither true nor false") }
    return flag
  }

  /// A number from 0 to 2^53, also as text, which is how JSON of protobuf writes 64 bits.
  func number(_ name: String) throws(ServiceConfigError) -> Double? {
    guard let value = value(name) else { return nil }
    let number: Double? =
      switch value {
      case .numberValue(let number): number
      case .stringValue(let text): Double(text)
      default: nil
      }
    guard let number, number >= 0, number <= 0x1p53 else { throw wrong(name, "is no number of 0 or more") }
    return number
  }

  /// Seconds as JSON of protobuf writes them: `1.5s`.
  func duration(_ name: String) throws(ServiceConfigError) -> Duration? {
    guard let text = try string(name) else { return nil }
    guard let value = try? ProtobufDuration(jsonString: "\"\(text)\""), value.seconds >= 0, value.nanos >= 0 else {
      throw wrong(name, "\"\(text)\" is no duration, e.g. 1.5s")
    }
    return .seconds(value.seconds) + .nanoseconds(Int64(value.nanos))
  }

  func object(_ name: String) throws(ServiceConfigError) -> ConfigReader? {
    guard let value = value(name) else { return nil }
    guard case .structValue(let object) = value else { throw wrong(name, "is no object") }
    return ConfigReader(object, path: path.isEmpty ? name : "\(path).\(name)")
  }

  func objects(_ name: String) throws(ServiceConfigError) -> [ConfigReader]? {
    guard let value = value(name) else { return nil }
    guard case .listValue(let list) = value else { throw wrong(name, "is no list") }
    var readers: [ConfigReader] = []
    for (index, entry) in list.values.enumerated() {
      guard case .structValue(let object)? = entry.kind else { throw wrong("\(name)[\(index)]", "is no object") }
      readers.append(ConfigReader(object, path: (path.isEmpty ? name : "\(path).\(name)") + "[\(index)]"))
    }
    return readers
  }

  func attempts() throws(ServiceConfigError) -> Int {
    let attempts = try required("maxAttempts", try number("maxAttempts"))
    guard attempts >= 2 else { throw wrong("maxAttempts", "is less than 2") }
    return Int(min(attempts, Double(AttemptPlan.maxAttempts)))
  }

  /// Names as UNAVAILABLE or unavailable, or numbers.
  func codes(_ name: String) throws(ServiceConfigError) -> Set<StatusCode> {
    guard let value = value(name) else { return [] }
    guard case .listValue(let list) = value else { throw wrong(name, "is no list") }
    var codes: Set<StatusCode> = []
    for entry in list.values {
      let code: StatusCode? =
        switch entry.kind {
        case .stringValue(let text): StatusCode.allCases.first { $0.name == text.uppercased() }
        case .numberValue(let number): Int(exactly: number).flatMap(StatusCode.init(rawValue:))
        default: nil
        }
      guard let code else { throw wrong(name, "has something that is no status code") }
      codes.insert(code)
    }
    return codes
  }
}

// Why bytes are not a message, and where.

/// A binary form that cannot be decoded.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The input ends inside a field.
    case truncated
    /// A varint longer than ten bytes, or a tag that does not fit 32 bits.
    case varintTooLong
    /// A tag with field number 0.
    case zeroFieldNumber
    /// Wire type 6 or 7.
    case unknownWireType(UInt8)
    /// A length that reaches past the end of its message.
    case lengthPastEnd(length: UInt64, remaining: Int)
    /// A string field that is not UTF-8.
    case invalidUTF8
    /// An end-group tag without its start, or for another field.
    case unmatchedEndGroup(field: UInt32)
    /// A group without its end.
    case unterminatedGroup(field: UInt32)
    /// Messages nested deeper than `WireReader.maximumDepth`.
    case nestedTooDeeply(limit: Int)
    /// A required field of proto2 is not set.
    case missingRequiredField(message: String)
  }

  public let kind: Kind
  /// Bytes from the start of the outermost message.
  public let offset: Int

  public init(_ kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  public var description: String {
    let what =
      switch kind {
      case .truncated: "the input ends inside a field"
      case .varintTooLong: "a varint is longer than 10 bytes"
      case .zeroFieldNumber: "field number 0"
      case .unknownWireType(let type): "unknown wire type \(type)"
      case .lengthPastEnd(let length, let remaining): "a length of \(length) bytes where \(remaining) are left"
      case .invalidUTF8: "a string that is not UTF-8"
      case .unmatchedEndGroup(let field): "an end-group tag for field \(field) without its start"
      case .unterminatedGroup(let field): "group \(field) does not end"
      case .nestedTooDeeply(let limit): "messages nested deeper than \(limit)"
      case .missingRequiredField(let message): "a required field of \(message) is missing"
      }
    return "not a valid protobuf message: \(what) (at byte \(offset))"
  }
}

// What a field means beyond its type depends on the syntax of its file: proto2 and proto3 fix it, editions let each
// element choose (protobuf.dev/editions/features). Resolved here, so that the generator and dynamic messages ask one
// question one way.

package struct ResolvedFeatures {
  package var hasImplicitPresence: Bool
  package var enumIsClosed: Bool
  package var isPacked: Bool
  package var isDelimited: Bool
  package var isRequired = false

  /// Defaults of a file's syntax, then what the file itself says.
  package init(file: FileDescriptorProto) {
    switch file.syntax {
    case "editions":
      self.init(hasImplicitPresence: false, enumIsClosed: false, isPacked: true, isDelimited: false)
    case "proto3":
      self.init(hasImplicitPresence: true, enumIsClosed: false, isPacked: true, isDelimited: false)
    default:
      self.init(hasImplicitPresence: false, enumIsClosed: true, isPacked: false, isDelimited: false)
    }
    apply(file.options?.features)
  }

  private init(hasImplicitPresence: Bool, enumIsClosed: Bool, isPacked: Bool, isDelimited: Bool) {
    self.hasImplicitPresence = hasImplicitPresence
    self.enumIsClosed = enumIsClosed
    self.isPacked = isPacked
    self.isDelimited = isDelimited
  }

  package mutating func apply(_ features: FeatureSet?) {
    guard let features else { return }
    switch features.fieldPresence {
    case .implicit: (hasImplicitPresence, isRequired) = (true, false)
    case .explicit: (hasImplicitPresence, isRequired) = (false, false)
    case .legacyRequired: (hasImplicitPresence, isRequired) = (false, true)
    default: break
    }
    switch features.enumType {
    case .open: enumIsClosed = false
    case .closed: enumIsClosed = true
    default: break
    }
    switch features.repeatedFieldEncoding {
    case .packed: isPacked = true
    case .expanded: isPacked = false
    default: break
    }
    switch features.messageEncoding {
    case .delimited: isDelimited = true
    case .lengthPrefixed: isDelimited = false
    default: break
    }
  }

  package func applying(_ features: FeatureSet?) -> ResolvedFeatures {
    var copy = self
    copy.apply(features)
    return copy
  }
}

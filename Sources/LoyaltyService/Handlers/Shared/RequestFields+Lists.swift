// Fields that lists, texts and references to earlier records have in common.

import LoyaltyRPC

extension RequestFields {
  /// Words of a person: at most 4,000 characters.
  mutating func checkText(_ text: String, _ field: String, isRequired: Bool = true) {
    if text.isEmpty {
      if isRequired { report(field, "is required") }
    } else if text.utf8.count > FieldLimits.textBytes || text.count > FieldLimits.textCharacters {
      report(field, "is longer than \(FieldLimits.textCharacters) characters")
    }
  }

  /// Attachments by reference: at most 10 of at most 256 bytes.
  mutating func checkAttachments(_ attachments: [String], _ field: String = "attachments") {
    if attachments.count > FieldLimits.attachments {
      report(field, "has \(attachments.count) entries; at most \(FieldLimits.attachments)")
    }
    for (index, attachment) in attachments.prefix(FieldLimits.attachments).enumerated()
    where attachment.isEmpty || attachment.utf8.count > FieldLimits.attachmentBytes {
      report("\(field)[\(index)]", "must have 1 to \(FieldLimits.attachmentBytes) bytes")
    }
  }

  /// The sequence that a public name stands for, as in `fbk-42`; 0 if it is none of that kind.
  /// - Parameter name: how that kind of thing is named.
  mutating func sequence(_ id: String, _ field: String, named name: (UInt64) -> String) -> UInt64 {
    let digits = id.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()
    guard let sequence = UInt64(String(digits)), sequence > 0, name(sequence) == id else {
      report(field, id.isEmpty ? "is required" : "is '\(id.prefix(80))'; must be like \(name(42))")
      return 0
    }
    return sequence
  }

  /// The sequence before which a page begins, for lists from the newest; the greatest for the first one.
  mutating func pageEnd(_ token: String, list: String) -> UInt64 {
    UInt64(pagePlace(token, list: list)) ?? UInt64.max
  }

  /// The entry after which a page begins, for lists in the order in which entries are due.
  mutating func pageStartByDue(_ token: String, list: String) -> (dueMs: Int64, sequence: UInt64) {
    let parts = pagePlace(token, list: list).split(separator: " ")
    guard parts.count == 2, let dueMs = Int64(parts[0]), let sequence = UInt64(parts[1]) else { return (Int64.min, 0) }
    return (dueMs, sequence)
  }

  /// The sequence after which a page begins, 0 for the first one.
  mutating func pageStart(_ token: String, list: String) -> UInt64 { UInt64(pagePlace(token, list: list)) ?? 0 }
}

// Which of the programme's languages a caller reads.

/// Languages of texts: zh-CN and en are in every message of the service's own; the policy's texts may have more.
enum Language {
  /// Metadata in which a caller says what it reads, as HTTP's Accept-Language (RFC 9110 §12.5.4).
  static let header = "accept-language"
  /// Longer ones are read to here: a list of a dozen languages fits.
  private static let longestHeader = 256

  /// The language with the greatest weight; the first of equals. Empty if the header names none.
  static func preferred(_ header: String) -> String {
    var best = ""
    var bestWeight = 0
    for part in header.prefix(longestHeader).split(separator: ",") {
      let pieces = part.split(separator: ";").map { piece in
        String(piece.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
      guard let tag = pieces.first, !tag.isEmpty, tag != "*" else { continue }
      let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { thousandths(String($0.dropFirst(2))) } ?? 1_000
      if weight > bestWeight {
        best = tag
        bestWeight = weight
      }
    }
    return best
  }

  /// Whether texts of the service's own are wanted in Chinese rather than English.
  static func isChinese(_ language: String) -> Bool {
    let primary = language.prefix { $0 != "-" }.lowercased()
    return primary == "zh" || primary.isEmpty
  }

  /// A weight of 0 to 1 with up to three decimals, in thousandths; 0 for anything else.
  private static func thousandths(_ weight: String) -> Int {
    let parts = weight.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first.flatMap({ Int($0) }), (0...1).contains(whole) else { return 0 }
    guard parts.count == 2 else { return whole * 1_000 }
    let decimals = parts[1].prefix(3)
    guard let value = decimals.isEmpty ? 0 : Int(decimals), value >= 0 else { return 0 }
    let scale = [1_000, 100, 10, 1][decimals.count]
    return min(1_000, whole * 1_000 + value * scale)
  }
}

// Which web pages may call from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol).

/// Cross-origin rules of a server. Nothing is allowed by default.
///
/// A browser shows its user's client certificate to the server on behalf of any page that asks, so a page's origin has to
/// be named before its calls are answered. Programs other than browsers send no origin and are not concerned.
public struct CORSPolicy: Sendable, Hashable {
  /// Origins as browsers send them: scheme, host, and port unless it is the scheme's own, e.g.
  /// `https://desk.example.com`. There is no wildcard: an origin that is not named cannot be told from a hostile one.
  public var allowedOrigins: Set<String> = []

  /// Seconds that a browser may keep the answer to a preflight. 7,200: what Chromium keeps at most.
  public var maxAgeSeconds = 7_200

  public init(allowedOrigins: Set<String> = []) {
    self.allowedOrigins = allowedOrigins
  }

  /// Why a text is no origin; nil if it is one.
  public static func problem(with origin: String) -> String? {
    if origin == "*" { return "\"*\" would let every web page use its visitors' certificates: name each origin" }
    guard let colon = origin.firstRange(of: "://") else {
      return "\"\(origin)\" is no origin: give scheme and host, e.g. https://desk.example.com"
    }
    let scheme = origin[..<colon.lowerBound]
    let rest = origin[colon.upperBound...]
    guard scheme == "https" || scheme == "http", !rest.isEmpty else {
      return "\"\(origin)\" is no origin: it begins with https:// (or http://) and a host"
    }
    for byte in rest.utf8 {
      switch byte {
      case 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x3a, 0x5b, 0x5d: continue  // a-z 0-9 - . : [ ]
      default: return "\"\(origin)\" is no origin: lower case, without path or slash at the end"
      }
    }
    return nil
  }

  func allows(_ origin: String) -> Bool { allowedOrigins.contains(origin) }

  /// What a page may read of a response beside its body.
  static let exposedHeaders = ["grpc-status", "grpc-message", "grpc-status-details-bin", "content-encoding"]
}

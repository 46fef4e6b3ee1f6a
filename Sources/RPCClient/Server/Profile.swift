// The configuration file: one section a server, so that nobody types five options for each call.
//
//     # ~/.config/rpc-client/config
//     [staging]
//     address = loyalty.staging.example:443
//     cacert  = staging-ca.pem        # from the folder of this file
//     cert    = ~/keys/me.pem
//     key     = ~/keys/me.key
//     header  = x-tenant: demo        # may be repeated

/// A named section of the configuration file.
struct Profile: Sendable {
  /// Options that a profile may set, by their long names; the others mean something for one command only.
  static let keys = [
    "address", "cacert", "cert", "key", "servername", "timeout", "connect-timeout", "header", "proto", "proto-path",
    "descriptor-set",
  ]
  private static let repeated: Set = ["header", "proto", "proto-path", "descriptor-set"]
  private static let paths: Set = ["cacert", "cert", "key", "proto-path", "descriptor-set"]

  let name: String
  private(set) var values: [String: [String]] = [:]

  /// The file that is read unless `--config` or `RPC_CLIENT_CONFIG` names another.
  static func defaultFile(_ environment: [String: String]) -> String {
    let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (folder ?? (environment["HOME"] ?? "") + "/.config") + "/rpc-client/config"
  }

  /// Reads one section of a file.
  static func load(_ name: String, from path: String, environment: [String: String]) throws(ToolError) -> Profile {
    let text = String(decoding: try Output.read(path), as: UTF8.self)
    let profiles = try parse(text, path: path, home: environment["HOME"])
    guard let profile = profiles.first(where: { $0.name == name }) else {
      let nearest = Suggestion.text(for: name, among: profiles.map(\.name))
      throw .usage("\(path) has no profile [\(name)]\(nearest)")
    }
    return profile
  }

  static func parse(_ text: String, path: String, home: String?) throws(ToolError) -> [Profile] {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var profiles: [Profile] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = trim(withoutComment(line))
      let place = "\(path):\(index + 1)"
      if line.isEmpty { continue }
      if line.hasPrefix("[") {
        guard line.hasSuffix("]"), line.count > 2 else { throw .usage("\(place): \"\(line)\" is no [profile]") }
        let name = String(line.dropFirst().dropLast())
        guard !profiles.contains(where: { $0.name == name }) else {
          throw .usage("\(place): the profile [\(name)] is there twice")
        }
        profiles.append(Profile(name: name))
        continue
      }
      guard let equals = line.firstIndex(of: "=") else { throw .usage("\(place): \"\(line)\" is not 'key = value'") }
      let key = String(trim(line[..<equals]))
      var value = String(trim(line[line.index(after: equals)...]))
      guard keys.contains(key) else {
        throw .usage("\(place): a profile has no \"\(key)\"\(Suggestion.text(for: key, among: keys))")
      }
      guard !profiles.isEmpty else { throw .usage("\(place): \"\(key)\" stands before the first [profile]") }
      if paths.contains(key) {
        if value.hasPrefix("~/"), let home {
          value = home + value.dropFirst()
        } else if !value.hasPrefix("/") {
          value = folder + value
        }
      }
      let last = profiles.count - 1
      guard repeated.contains(key) || profiles[last].values[key] == nil else {
        throw .usage("\(place): \"\(key)\" is there twice in [\(profiles[last].name)]")
      }
      profiles[last].values[key, default: []].append(value)
    }
    return profiles
  }

  /// A `#` at the start of a line or behind a space begins a comment.
  private static func withoutComment(_ line: Substring) -> Substring {
    var previous: Character = " "
    for index in line.indices {
      if line[index] == "#", previous == " " || previous == "\t" { return line[..<index] }
      previous = line[index]
    }
    return line
  }

  private static func trim(_ text: Substring) -> Substring {
    let isSpace = { (c: Character) in c == " " || c == "\t" || c == "\r" }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }
}

/// What the user has set where: an option wins over the profile, the profile over the environment.
struct Preferences {
  let profile: Profile?
  let environment: [String: String]

  /// The environment variable of an option, e.g. `RPC_CLIENT_CACERT`.
  static func variable(_ key: String) -> String { "RPC_CLIENT_" + key.uppercased().replacing("-", with: "_") }

  func value(_ key: String, _ option: String?) -> String? {
    option ?? profile?.values[key]?.last ?? variable(key)
  }

  func values(_ key: String, _ options: [String]) -> [String] {
    if !options.isEmpty { return options }
    return profile?.values[key] ?? variable(key).map { [$0] } ?? []
  }

  func timeSpan(_ key: String, _ option: TimeSpan?) throws(ToolError) -> TimeSpan? {
    if let option { return option }
    guard let text = value(key, nil) else { return nil }
    guard let span = TimeSpan(text), span.nanoseconds > 0 else {
      throw .usage("\(key) \"\(text)\" is no length of time: write 30, 500ms or 2m")
    }
    return span
  }

  /// An empty variable counts as none.
  private func variable(_ key: String) -> String? {
    environment[Self.variable(key)].flatMap { $0.isEmpty ? nil : $0 }
  }
}

// Names of services and methods for the shell, asked of the server that the command line names so far.

import ArgumentParser

enum SymbolCompletion {
  static let services = CompletionKind.custom { words, index, _ in await names(words, index, methods: false) }
  static let methods = CompletionKind.custom { words, index, _ in await names(words, index, methods: true) }

  /// A person waits at the prompt.
  private static let patience = "2s"

  private static func names(_ words: [String], _ index: Int, methods: Bool) async -> [String] {
    guard let server = try? options(words, index)?.server() else { return [] }
    let found = try? await server.withSchemas { client -> [String] in
      let services = try await server.serviceNames(client)
      guard methods else { return services }
      var names: [String] = []
      for service in services {
        let pool = try await server.pool(declaring: service, client)
        names += pool.service(named: service)?.methods.map { "\(service)/\($0.name)" } ?? []
      }
      return names
    }
    return found ?? []
  }

  /// The server's options among the words of the command line, which is not complete yet.
  private static func options(_ words: [String], _ index: Int) -> ServerOptions? {
    let known = Set(Profile.keys.map { "--" + $0 } + ["-a", "-H", "-I", "--profile", "--config"])
    var own: [String] = []
    var position = 1
    while position < words.count {
      let word = words[position]
      if let equals = word.firstIndex(of: "="), known.contains(String(word[..<equals])) {
        own.append(word)
      } else if known.contains(word), position + 1 < words.count, position + 1 != index {
        own += [word, words[position + 1]]
        position += 1
      }
      position += 1
    }
    return try? ServerOptions.parse(own + ["--timeout", patience, "--connect-timeout", patience])
  }
}

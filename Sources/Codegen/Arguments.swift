// The command line of `codegen`, read without a library: the compiler must build in seconds and depend on nothing.

import ProtobufCompiler

/// What the user asked for.
struct Arguments {
  var files: [String] = []
  var protoPaths: [String] = []
  var swiftOut: String?
  var descriptorSetIn: [String] = []
  var descriptorSetOut: String?
  var includesImports = false
  var includesSourceInfo = false
  var retainsOptions = false
  var access = SwiftGenerator.Options.Access.public
  var module = ""
  /// Other modules and the folders that their schemas lie in.
  var modulePaths: [(module: String, path: String)] = []
  var wantsHelp = false
  var wantsVersion = false

  struct UsageError: Error { let message: String }

  static let help = """
    Usage: codegen FILE... --proto-path DIR --swift-out DIR

    Compiles protobuf schemas (.proto) to Swift: messages with binary and JSON codecs, service handlers and clients.
    FILE is named as imports name it, relative to one of the --proto-path folders.

    Input:
      --proto-path, -I DIR           Where to look for FILE and for imports; may be repeated (default: .)
      --descriptor-set-in FILE       Take compiled schemas from a FileDescriptorSet; may be repeated

    Output:
      --swift-out DIR                Write a/b.proto as DIR/a_b.pb.swift
      --access public|package|internal
                                     Access level of the generated declarations (default: public)
      --module NAME                  The Swift module that the output becomes part of
      --module-path NAME=DIR         Schemas under DIR belong to the Swift module NAME and are imported from it;
                                     DIR is also a --proto-path; may be repeated
      --descriptor-set-out FILE      Write the compiled schemas as a FileDescriptorSet
      --include-imports              ... with all files they import
      --include-source-info          ... with source positions and comments
      --retain-options               Keep options that are for sources alone (option retention)

    Other:
      --help, -h                     This text
      --version                      The version

    The well-known types (google/protobuf/*.proto) need no path.
    Exit codes: 0 done, 1 a schema has errors (file:line:column: message), 2 wrong arguments or unreadable files.

    """

  init(_ words: [String]) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        files.append(word)
        continue
      }
      var name = word
      var inline: String?
      if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
        name = String(word[..<equals])
        inline = String(word[word.index(after: equals)...])
      } else if word.hasPrefix("-I"), word.count > 2 {
        name = "-I"
        inline = String(word.dropFirst(2))
      }
      func value() throws(UsageError) -> String {
        if let inline { return inline }
        guard let next = rest.popFirst() else { throw UsageError(message: "\(name) needs a value") }
        return next
      }
      // Both spellings, since protoc's options have underscores.
      switch name.hasPrefix("--") ? "--" + name.dropFirst(2).replacing("_", with: "-") : name {
      case "--proto-path", "-I": protoPaths.append(try value())
      case "--swift-out": swiftOut = try value()
      case "--descriptor-set-in": descriptorSetIn.append(try value())
      case "--descriptor-set-out", "-o": descriptorSetOut = try value()
      case "--include-imports": includesImports = true
      case "--include-source-info": includesSourceInfo = true
      case "--retain-options": retainsOptions = true
      case "--access":
        let text = try value()
        guard let level = SwiftGenerator.Options.Access(rawValue: text) else {
          throw UsageError(message: "--access is \"\(text)\"; it can be public, package or internal")
        }
        access = level
      case "--module": module = try value()
      case "--module-path":
        let text = try value()
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
          throw UsageError(message: "--module-path is \"\(text)\"; it needs the form NAME=DIR")
        }
        modulePaths.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      case "--help", "-h": wantsHelp = true
      case "--version": wantsVersion = true
      default: throw UsageError(message: "unknown option \(word)")
      }
    }
  }
}

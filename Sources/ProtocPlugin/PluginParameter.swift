// What `--loyalty-swift_opt` (protoc) or `opt` (buf) says: NAME=VALUE, several with commas between them, named as the options
// of `codegen` are.

import ProtobufCompiler

struct PluginParameter {
  var access = SwiftGenerator.Options.Access.public
  var module = ""
  /// Modules of imported files, by the folder (as imports write it) that the files lie in.
  var modulePaths: [(module: String, folder: String)] = []

  struct ParameterError: Error, CustomStringConvertible { let description: String }

  static let help = """
    protoc-gen-loyalty-swift is a plugin of protoc and buf. It reads a CodeGeneratorRequest from standard input.

      protoc --loyalty-swift_out=Sources/API --loyalty-swift_opt=access=public schema.proto

    Options, with commas between them (buf: opt in buf.gen.yaml):
      access=public|package|internal   Access level of the generated declarations (default: public)
      module=NAME                      The Swift module that the output becomes part of
      module-path=NAME=FOLDER          Imports that begin with FOLDER/ are in the Swift module NAME; may be repeated

    Output is the same as that of codegen: a/b.proto becomes a_b.pb.swift.

    """

  init(_ text: String) throws(ParameterError) {
    for option in text.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? String(parts[1]) : ""
      switch parts[0].replacing("_", with: "-") {
      case "access":
        guard let level = SwiftGenerator.Options.Access(rawValue: value) else {
          throw ParameterError(description: "access is \"\(value)\"; it can be public, package or internal")
        }
        access = level
      case "module":
        guard !value.isEmpty else { throw ParameterError(description: "module needs a name: module=NAME") }
        module = value
      case "module-path":
        let pair = value.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else {
          throw ParameterError(description: "module-path is \"\(value)\"; it needs the form NAME=FOLDER")
        }
        let folder = pair[1].hasSuffix("/") ? String(pair[1]) : pair[1] + "/"
        modulePaths.append((String(pair[0]), folder))
      default:
        throw ParameterError(description: "unknown option \"\(option)\"; there are access, module and module-path")
      }
    }
  }

  func options(for files: [String]) -> SwiftGenerator.Options {
    var options = SwiftGenerator.Options()
    options.access = access
    options.module = module
    for file in files {
      if let (module, _) = modulePaths.last(where: { file.hasPrefix($0.folder) }) {
        options.moduleOfFile[file] = module
      }
    }
    return options
  }
}

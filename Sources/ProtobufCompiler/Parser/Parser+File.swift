// The top level of a file: syntax or edition, package, imports, and what declares something.
import ProtobufRuntime

extension Parser {
  /// Parses one file. `name` is the name under which others import it.
  static func parse(_ source: [UInt8], name: String, limits: CompilerLimits = .defaults) -> ParsedFile {
    var parser = Parser(source: source, limits: limits)
    var file = FileDescriptorProto()
    file.name = name
    parser.parseFile(&file)
    return ParsedFile(
      file: file, table: parser.table, problems: parser.lexer.problems.found,
      hasErrors: !parser.lexer.problems.isEmpty)
  }

  private mutating func parseFile(_ file: inout FileDescriptorProto) {
    nextStartingAfresh()
    let root = table.begin(nil, at: current)
    defer { end(root) }

    if at(.syntax) || at(.edition) {
      do {
        try parseSyntax(&file, root)
      } catch {
        // What follows cannot be read without knowing its language.
        return
      }
    }

    while !atEnd {
      do {
        try parseTopLevelStatement(&file, root)
      } catch {
        skipStatement()
        if at("}") {
          self.error("Unmatched \"}\".")
          nextStartingAfresh()
        }
      }
    }
  }

  /// `syntax = "proto3";` or `edition = "2023";`
  private mutating func parseSyntax(
    _ file: inout FileDescriptorProto, _ root: SourceTable.Location
  ) throws(Abandoned) {
    let location = begin(root, Path.File.syntax)
    defer { end(location) }
    let isEdition = at(.edition)
    lexer.next()
    try expect("=")
    let token = current
    let value = String(decoding: try expectString("Expected syntax identifier."), as: UTF8.self)
    try expectEnd(";", of: location)

    if isEdition {
      guard let named = Edition.named(value) else {
        error(at: token, "Unknown edition \"\(value)\".")
        throw Abandoned()
      }
      edition = named
      file.edition = named
      file.syntax = "editions"
    } else if value == "proto3" {
      edition = .proto3
      file.syntax = "proto3"
    } else if value != "proto2" {
      error(
        at: token,
        "Unrecognized syntax identifier \"\(value)\".  This parser only recognizes \"proto2\" and \"proto3\".")
      throw Abandoned()
    }
  }

  private mutating func parseTopLevelStatement(
    _ file: inout FileDescriptorProto, _ root: SourceTable.Location
  ) throws(Abandoned) {
    if takeEnd(";", of: nil) { return }
    let visibility = try parseVisibility()
    switch current.keyword {
    case .message:
      let location = begin(root, Path.File.message, file.messageType.count)
      defer { end(location) }
      var message = DescriptorProto()
      message.visibility = visibility
      defer { file.messageType.append(message) }
      try parseMessage(&message, location)
    case .enum:
      let location = begin(root, Path.File.enumType, file.enumType.count)
      defer { end(location) }
      var enumType = EnumDescriptorProto()
      enumType.visibility = visibility
      defer { file.enumType.append(enumType) }
      try parseEnum(&enumType, location)
    case .service:
      let location = begin(root, Path.File.service, file.service.count)
      defer { end(location) }
      var service = ServiceDescriptorProto()
      defer { file.service.append(service) }
      try parseService(&service, location)
    case .extend:
      let location = begin(root, Path.File.extension)
      defer { end(location) }
      try parseExtend(
        &file.extension, nested: &file.messageType, location, parent: root, nestedComponent: Path.File.message)
    case .import:
      try parseImport(&file, root)
    case .package:
      try parsePackage(&file, root)
    case .option:
      let location = begin(root, Path.File.options)
      defer { end(location) }
      try parseOptionStatement(&file.options, location)
    default:
      throw fail("Expected top-level statement (e.g. \"message\").")
    }
  }

  /// `export` or `local` before `message` or `enum`, which are words of the language from edition 2024 on.
  mutating func parseVisibility() throws(Abandoned) -> SymbolVisibility? {
    guard edition.rawValue >= Edition.edition2024.rawValue, at(.export) || at(.local) else { return nil }
    let visibility: SymbolVisibility = at(.export) ? .visibilityExport : .visibilityLocal
    lexer.next()
    guard at(.message) || at(.enum) else {
      throw fail("'local' and 'export' visibility modifiers are valid only on 'message' and 'enum'")
    }
    return visibility
  }

  /// `import "a.proto";`, `import public …`, `import weak …`, `import option …`
  private mutating func parseImport(
    _ file: inout FileDescriptorProto, _ root: SourceTable.Location
  ) throws(Abandoned) {
    let start = current
    lexer.next()

    if at(.option) {
      if edition.rawValue < Edition.edition2024.rawValue {
        error("option import is not supported before edition 2024.")
      }
      let location = table.begin(
        root, Path.File.optionDependency, Int32(truncatingIfNeeded: file.optionDependency.count), at: start)
      defer { end(location) }
      lexer.next()
      file.optionDependency.append(try parseImportedName())
      try expectEnd(";", of: location)
      return
    }

    let location = table.begin(
      root, Path.File.dependency, Int32(truncatingIfNeeded: file.dependency.count), at: start)
    defer { end(location) }
    let index = Int32(truncatingIfNeeded: file.dependency.count)
    if !file.optionDependency.isEmpty {
      error(at: current, "imports should precede any option imports to ensure proto files can roundtrip.")
    }
    if at(.public) {
      let modifier = begin(root, Path.File.publicDependency, file.publicDependency.count)
      lexer.next()
      end(modifier)
      file.publicDependency.append(index)
    } else if at(.weak) {
      if edition.rawValue >= Edition.edition2024.rawValue {
        error(
          "weak import is not supported in edition 2024 and above. Consider using option import instead.")
      }
      let modifier = begin(root, Path.File.weakDependency, file.weakDependency.count)
      lexer.next()
      end(modifier)
      file.weakDependency.append(index)
    }
    file.dependency.append(try parseImportedName())
    try expectEnd(";", of: location)
  }

  private mutating func parseImportedName() throws(Abandoned) -> String {
    String(decoding: try expectString("Expected a string naming the file to import."), as: UTF8.self)
  }

  private mutating func parsePackage(
    _ file: inout FileDescriptorProto, _ root: SourceTable.Location
  ) throws(Abandoned) {
    if file.package != nil {
      error("Multiple package definitions.")
      file.package = nil
    }
    let location = begin(root, Path.File.package)
    defer { end(location) }
    lexer.next()
    var name = try expectIdentifier("Expected identifier.")
    while take(".") {
      name += "."
      name += try expectIdentifier("Expected identifier.")
    }
    file.package = name
    try expectEnd(";", of: location)
  }
}

extension Edition {
  /// The edition that an `edition` statement names. Legacy, test-only and unstable ones have no name in the language.
  static func named(_ text: String) -> Edition? {
    switch text {
    case "2023": .edition2023
    case "2024": .edition2024
    case "2026": .edition2026
    default: nil
    }
  }
}

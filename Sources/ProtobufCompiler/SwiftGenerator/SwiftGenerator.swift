// Descriptors in, Swift out: one file of Swift for each file of schema.

import ProtobufRuntime

/// Writes Swift for linked descriptors.
public struct SwiftGenerator {
  public struct Options: Sendable {
    public enum Access: String, Sendable, CaseIterable { case `public`, `package`, `internal` }

    /// Access level of everything that is generated.
    public var access = Access.public
    /// The module that the generated files become part of.
    public var module = ""
    /// The module of each imported file that lies in another one, by the name under which it is imported.
    public var moduleOfFile: [String: String] = [:]
    /// The source info of files whose descriptors come without.
    package var sourceInfo: [String: SerializedSourceInfo] = [:]

    public init() {}
  }

  let types: TypeIndex
  let files: [String: FileDescriptorProto]
  let options: Options

  /// - Parameter files: linked descriptors with source info, everything that is imported included.
  public init(_ files: [FileDescriptorProto], options: Options = Options()) {
    types = TypeIndex(files, module: options.module, moduleOfFile: options.moduleOfFile)
    self.files = Dictionary(files.map { ($0.name ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    self.options = options
  }

  /// The module of a file of the runtime's own: descriptors and well-known types.
  static let runtimeModule = "ProtobufRuntime"
  /// The module that stubs stand on.
  static let rpcModule = "LoyaltyRPC"

  /// `loyalty/v1/loyalty.proto` → `loyalty_v1_loyalty.pb.swift`: a module's files lie in one folder, so the path goes
  /// into the name.
  public static func outputName(for protoFile: String) -> String {
    let base = protoFile.hasSuffix(".proto") ? String(protoFile.dropLast(6)) : protoFile
    return String(base.map { $0 == "/" || $0 == "-" ? "_" : $0 }) + ".pb.swift"
  }

  /// The Swift text for one file, nil if there is no such file.
  public func generate(_ name: String) -> String? {
    guard let file = files[name] else { return nil }
    var out = CodeWriter()
    out.line("// Generated from \(name) by codegen. Do not edit: change the schema.")
    let comments = DocComments(file.sourceCodeInfo ?? options.sourceInfo[name]?.info)
    let modules = imports(of: file)
    if !modules.isEmpty { out.line() }
    for module in modules { out.line("import \(module)") }
    for (index, enumeration) in file.enumType.enumerated() {
      guard let entry = types.enumeration(qualified(enumeration.name, in: file)) else { continue }
      EnumGenerator(entry: entry, comments: comments, path: [5, Int32(index)], access: access).write(to: &out)
    }
    for (index, message) in file.messageType.enumerated() {
      guard let entry = types.message(qualified(message.name, in: file)) else { continue }
      let generator = MessageGenerator(
        entry: entry, types: types, comments: comments, path: [4, Int32(index)], access: access)
      generator.write(to: &out)
    }
    let extensions = ExtensionsGenerator(
      declared: file.extension, file: file, scope: nil, types: types, access: access)
    for generator in extensions.generators { generator.write(to: &out) }
    for (index, service) in file.service.enumerated() {
      let generator = ServiceGenerator(
        service: service, file: file, types: types, comments: comments, path: [6, Int32(index)], access: access)
      generator.write(to: &out)
    }
    EmbeddedFileGenerator(file: file, access: access).write(to: &out)
    return out.text
  }

  /// `public ` or nothing for internal.
  private var access: String { options.access == .internal ? "" : options.access.rawValue + " " }

  private func qualified(_ name: String?, in file: FileDescriptorProto) -> String {
    let package = file.package ?? ""
    return package.isEmpty ? name ?? "" : package + "." + (name ?? "")
  }

  private func imports(of file: FileDescriptorProto) -> [String] {
    var modules: Set<String> = [Self.runtimeModule]
    if !file.service.isEmpty { modules.insert(Self.rpcModule) }
    var visited: Set<String> = []
    var pending = file.dependency
    while let next = pending.popLast() {
      guard visited.insert(next).inserted else { continue }
      if let module = options.moduleOfFile[next] { modules.insert(module) }
      // What a dependency imports publicly is part of it.
      guard let dependency = files[next] else { continue }
      for index in dependency.publicDependency where dependency.dependency.indices.contains(Int(index)) {
        pending.append(dependency.dependency[Int(index)])
      }
    }
    modules.remove(options.module)
    return modules.sorted()
  }
}

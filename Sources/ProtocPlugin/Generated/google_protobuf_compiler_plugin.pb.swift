// Generated from google/protobuf/compiler/plugin.proto by codegen. Do not edit: change the schema.

import ProtobufRuntime

/// The version number of protocol compiler.
struct Version: Message {
  var major: Int32? = nil
  var minor: Int32? = nil
  var patch: Int32? = nil
  /// A suffix for alpha, beta or rc release, e.g., "alpha-1", "rc2". It should
  /// be empty for mainline stable releases.
  var suffix: String? = nil
  var unknownFields: UnknownFields
}

extension Version {
  init() { self.init(unknownFields: UnknownFields()) }

  init(
    major: Int32? = nil,
    minor: Int32? = nil,
    patch: Int32? = nil,
    suffix: String? = nil
  ) {
    self.init(
      major: major,
      minor: minor,
      patch: patch,
      suffix: suffix,
      unknownFields: UnknownFields())
  }

  static var fullName: String { "google.protobuf.compiler.Version" }

  @inline(never)
  mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: major = try reader.int32()
      case 16: minor = try reader.int32()
      case 24: patch = try reader.int32()
      case 34: try reader.string(&suffix, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = suffix { writer.field(StringCodec.self, 34, value) }
    if let value = patch { writer.field(Int32Codec.self, 24, value) }
    if let value = minor { writer.field(Int32Codec.self, 16, value) }
    if let value = major { writer.field(Int32Codec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 major
    2 minor
    3 patch
    4 suffix
    """)

  @inline(never)
  mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&major)
      case 2: try reader.read(&minor)
      case 3: try reader.read(&patch)
      case 4: try reader.read(&suffix)
      default: break
      }
    }
  }

  @inline(never)
  func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("major", "major", major)
    writer.field("minor", "minor", minor)
    writer.field("patch", "patch", patch)
    writer.field("suffix", "suffix", suffix)
    writer.endObject()
  }
}

/// An encoded CodeGeneratorRequest is written to the plugin's stdin.
struct CodeGeneratorRequest: Message {
  /// The .proto files that were explicitly listed on the command-line.  The
  /// code generator should generate code only for these files.  Each file's
  /// descriptor will be included in proto_file, below.
  var fileToGenerate: [String] = []
  /// The generator parameter passed on the command-line.
  var parameter: String? = nil
  /// FileDescriptorProtos for all files in files_to_generate and everything
  /// they import.  The files will appear in topological order, so each file
  /// appears before any file that imports it.
  ///
  /// Note: the files listed in files_to_generate will include runtime-retention
  /// options only, but all other files will include source-retention options.
  /// The source_file_descriptors field below is available in case you need
  /// source-retention options for files_to_generate.
  ///
  /// protoc guarantees that all proto_files will be written after
  /// the fields above, even though this is not technically guaranteed by the
  /// protobuf wire format.  This theoretically could allow a plugin to stream
  /// in the FileDescriptorProtos and handle them one by one rather than read
  /// the entire set into memory at once.  However, as of this writing, this
  /// is not similarly optimized on protoc's end -- it will store all fields in
  /// memory at once before sending them to the plugin.
  ///
  /// Type names of fields and extensions in the FileDescriptorProto are always
  /// fully qualified.
  var protoFile: [FileDescriptorProto] = []
  /// File descriptors with all options, including source-retention options.
  /// These descriptors are only provided for the files listed in
  /// files_to_generate.
  var sourceFileDescriptors: [FileDescriptorProto] = []
  /// The version number of protocol compiler.
  var compilerVersion: Version? = nil
  var unknownFields: UnknownFields
}

extension CodeGeneratorRequest {
  init() { self.init(unknownFields: UnknownFields()) }

  init(
    fileToGenerate: [String] = [],
    parameter: String? = nil,
    protoFile: [FileDescriptorProto] = [],
    sourceFileDescriptors: [FileDescriptorProto] = [],
    compilerVersion: Version? = nil
  ) {
    self.init(
      fileToGenerate: fileToGenerate,
      parameter: parameter,
      protoFile: protoFile,
      sourceFileDescriptors: sourceFileDescriptors,
      compilerVersion: compilerVersion,
      unknownFields: UnknownFields())
  }

  static var fullName: String { "google.protobuf.compiler.CodeGeneratorRequest" }

  @inline(never)
  mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&fileToGenerate, tag, &unknownFields)
      case 18: try reader.string(&parameter, tag, &unknownFields)
      case 26: try reader.message(&compilerVersion)
      case 122: try reader.messages(&protoFile)
      case 138: try reader.messages(&sourceFileDescriptors)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<FileDescriptorProto>.self, 138, sourceFileDescriptors)
    writer.repeated(MessageCodec<FileDescriptorProto>.self, 122, protoFile)
    if let value = compilerVersion { writer.field(MessageCodec<Version>.self, 26, value) }
    if let value = parameter { writer.field(StringCodec.self, 18, value) }
    writer.repeated(StringCodec.self, 10, fileToGenerate)
  }

  private static let fieldTable = FieldTable(
    """
    1 fileToGenerate file_to_generate
    2 parameter
    3 compilerVersion compiler_version
    15 protoFile proto_file
    17 sourceFileDescriptors source_file_descriptors
    """)

  @inline(never)
  mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&fileToGenerate)
      case 2: try reader.read(&parameter)
      case 3: try reader.read(&compilerVersion)
      case 15: try reader.read(&protoFile)
      case 17: try reader.read(&sourceFileDescriptors)
      default: break
      }
    }
  }

  @inline(never)
  func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("fileToGenerate", "file_to_generate", fileToGenerate)
    writer.field("parameter", "parameter", parameter)
    writer.field("compilerVersion", "compiler_version", compilerVersion)
    writer.field("protoFile", "proto_file", protoFile)
    writer.field("sourceFileDescriptors", "source_file_descriptors", sourceFileDescriptors)
    writer.endObject()
  }

  var isInitialized: Bool {
    if !protoFile.areInitialized { return false }
    if !sourceFileDescriptors.areInitialized { return false }
    return true
  }
}

/// The plugin writes an encoded CodeGeneratorResponse to stdout.
struct CodeGeneratorResponse: Message {
  /// Error message.  If non-empty, code generation failed.  The plugin process
  /// should exit with status code zero even if it reports an error in this way.
  ///
  /// This should be used to indicate errors in .proto files which prevent the
  /// code generator from generating correct code.  Errors which indicate a
  /// problem in protoc itself -- such as the input CodeGeneratorRequest being
  /// unparseable -- should be reported by writing a message to stderr and
  /// exiting with a non-zero status code.
  var error: String? = nil
  /// A bitmask of supported features that the code generator supports.
  /// This is a bitwise "or" of values from the Feature enum.
  var supportedFeatures: UInt64? = nil
  /// The minimum edition this plugin supports.  This will be treated as an
  /// Edition enum, but we want to allow unknown values.  It should be specified
  /// according the edition enum value, *not* the edition number.  Only takes
  /// effect for plugins that have FEATURE_SUPPORTS_EDITIONS set.
  var minimumEdition: Int32? = nil
  /// The maximum edition this plugin supports.  This will be treated as an
  /// Edition enum, but we want to allow unknown values.  It should be specified
  /// according the edition enum value, *not* the edition number.  Only takes
  /// effect for plugins that have FEATURE_SUPPORTS_EDITIONS set.
  var maximumEdition: Int32? = nil
  var file: [CodeGeneratorResponse.File] = []
  var unknownFields: UnknownFields

  /// Sync with code_generator.h.
  enum Feature: ProtobufEnum {
    case none
    case proto3Optional
    case supportsEditions

    init() { self = .none }

    init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .none
      case 1: self = .proto3Optional
      case 2: self = .supportsEditions
      default: return nil
      }
    }

    var rawValue: Int32 {
      switch self {
      case .none: 0
      case .proto3Optional: 1
      case .supportsEditions: 2
      }
    }

    static let table = EnumTable([
      (0, "FEATURE_NONE"),
      (1, "FEATURE_PROTO3_OPTIONAL"),
      (2, "FEATURE_SUPPORTS_EDITIONS"),
    ])
  }

  /// Represents a single generated file.
  struct File: Message {
    /// The file name, relative to the output directory.  The name must not
    /// contain "." or ".." components and must be relative, not be absolute (so,
    /// the file cannot lie outside the output directory).  "/" must be used as
    /// the path separator, not "\".
    ///
    /// If the name is omitted, the content will be appended to the previous
    /// file.  This allows the generator to break large files into small chunks,
    /// and allows the generated text to be streamed back to protoc so that large
    /// files need not reside completely in memory at one time.  Note that as of
    /// this writing protoc does not optimize for this -- it will read the entire
    /// CodeGeneratorResponse before writing files to disk.
    var name: String? = nil
    /// If non-empty, indicates that the named file should already exist, and the
    /// content here is to be inserted into that file at a defined insertion
    /// point.  This feature allows a code generator to extend the output
    /// produced by another code generator.  The original generator may provide
    /// insertion points by placing special annotations in the file that look
    /// like:
    ///   @@protoc_insertion_point(NAME)
    /// The annotation can have arbitrary text before and after it on the line,
    /// which allows it to be placed in a comment.  NAME should be replaced with
    /// an identifier naming the point -- this is what other generators will use
    /// as the insertion_point.  Code inserted at this point will be placed
    /// immediately above the line containing the insertion point (thus multiple
    /// insertions to the same point will come out in the order they were added).
    /// The double-@ is intended to make it unlikely that the generated code
    /// could contain things that look like insertion points by accident.
    ///
    /// For example, the C++ code generator places the following line in the
    /// .pb.h files that it generates:
    ///   // @@protoc_insertion_point(namespace_scope)
    /// This line appears within the scope of the file's package namespace, but
    /// outside of any particular class.  Another plugin can then specify the
    /// insertion_point "namespace_scope" to generate additional classes or
    /// other declarations that should be placed in this scope.
    ///
    /// Note that if the line containing the insertion point begins with
    /// whitespace, the same whitespace will be added to every line of the
    /// inserted text.  This is useful for languages like Python, where
    /// indentation matters.  In these languages, the insertion point comment
    /// should be indented the same amount as any inserted code will need to be
    /// in order to work correctly in that context.
    ///
    /// The code generator that generates the initial file and the one which
    /// inserts into it must both run as part of a single invocation of protoc.
    /// Code generators are executed in the order in which they appear on the
    /// command line.
    ///
    /// If |insertion_point| is present, |name| must also be present.
    var insertionPoint: String? = nil
    /// The file contents.
    var content: String? = nil
    /// Information describing the file content being inserted. If an insertion
    /// point is used, this information will be appropriately offset and inserted
    /// into the code generation metadata for the generated files.
    var generatedCodeInfo: GeneratedCodeInfo? = nil
    var unknownFields: UnknownFields
  }
}

extension CodeGeneratorResponse {
  init() { self.init(unknownFields: UnknownFields()) }

  init(
    error: String? = nil,
    supportedFeatures: UInt64? = nil,
    minimumEdition: Int32? = nil,
    maximumEdition: Int32? = nil,
    file: [CodeGeneratorResponse.File] = []
  ) {
    self.init(
      error: error,
      supportedFeatures: supportedFeatures,
      minimumEdition: minimumEdition,
      maximumEdition: maximumEdition,
      file: file,
      unknownFields: UnknownFields())
  }

  static var fullName: String { "google.protobuf.compiler.CodeGeneratorResponse" }

  @inline(never)
  mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&error, tag, &unknownFields)
      case 16: supportedFeatures = try reader.uint64()
      case 24: minimumEdition = try reader.int32()
      case 32: maximumEdition = try reader.int32()
      case 122: try reader.messages(&file)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<CodeGeneratorResponse.File>.self, 122, file)
    if let value = maximumEdition { writer.field(Int32Codec.self, 32, value) }
    if let value = minimumEdition { writer.field(Int32Codec.self, 24, value) }
    if let value = supportedFeatures { writer.field(UInt64Codec.self, 16, value) }
    if let value = error { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 error
    2 supportedFeatures supported_features
    3 minimumEdition minimum_edition
    4 maximumEdition maximum_edition
    15 file
    """)

  @inline(never)
  mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&error)
      case 2: try reader.read(&supportedFeatures)
      case 3: try reader.read(&minimumEdition)
      case 4: try reader.read(&maximumEdition)
      case 15: try reader.read(&file)
      default: break
      }
    }
  }

  @inline(never)
  func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("error", "error", error)
    writer.field("supportedFeatures", "supported_features", supportedFeatures)
    writer.field("minimumEdition", "minimum_edition", minimumEdition)
    writer.field("maximumEdition", "maximum_edition", maximumEdition)
    writer.field("file", "file", file)
    writer.endObject()
  }
}

extension CodeGeneratorResponse.File {
  init() { self.init(unknownFields: UnknownFields()) }

  init(
    name: String? = nil,
    insertionPoint: String? = nil,
    content: String? = nil,
    generatedCodeInfo: GeneratedCodeInfo? = nil
  ) {
    self.init(
      name: name,
      insertionPoint: insertionPoint,
      content: content,
      generatedCodeInfo: generatedCodeInfo,
      unknownFields: UnknownFields())
  }

  static var fullName: String { "google.protobuf.compiler.CodeGeneratorResponse.File" }

  @inline(never)
  mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.string(&insertionPoint, tag, &unknownFields)
      case 122: try reader.string(&content, tag, &unknownFields)
      case 130: try reader.message(&generatedCodeInfo)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = generatedCodeInfo { writer.field(MessageCodec<GeneratedCodeInfo>.self, 130, value) }
    if let value = content { writer.field(StringCodec.self, 122, value) }
    if let value = insertionPoint { writer.field(StringCodec.self, 18, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 insertionPoint insertion_point
    15 content
    16 generatedCodeInfo generated_code_info
    """)

  @inline(never)
  mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&insertionPoint)
      case 15: try reader.read(&content)
      case 16: try reader.read(&generatedCodeInfo)
      default: break
      }
    }
  }

  @inline(never)
  func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("insertionPoint", "insertion_point", insertionPoint)
    writer.field("content", "content", content)
    writer.field("generatedCodeInfo", "generated_code_info", generatedCodeInfo)
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/compiler/plugin.proto`.
  static let googleProtobufCompilerPlugin = EmbeddedFile(
    name: "google/protobuf/compiler/plugin.proto",
    base64: """
      CiVnb29nbGUvcHJvdG9idWYvY29tcGlsZXIvcGx1Z2luLnByb3RvEhhnb29nbGUucHJvdG9idWYuY29tcGlsZXIaIGdvb2dsZS9w\
      cm90b2J1Zi9kZXNjcmlwdG9yLnByb3RvImMKB1ZlcnNpb24SFAoFbWFqb3IYASABKAVSBW1ham9yEhQKBW1pbm9yGAIgASgFUgVt\
      aW5vchIUCgVwYXRjaBgDIAEoBVIFcGF0Y2gSFgoGc3VmZml4GAQgASgJUgZzdWZmaXgizwIKFENvZGVHZW5lcmF0b3JSZXF1ZXN0\
      EigKEGZpbGVfdG9fZ2VuZXJhdGUYASADKAlSDmZpbGVUb0dlbmVyYXRlEhwKCXBhcmFtZXRlchgCIAEoCVIJcGFyYW1ldGVyEkMK\
      CnByb3RvX2ZpbGUYDyADKAsyJC5nb29nbGUucHJvdG9idWYuRmlsZURlc2NyaXB0b3JQcm90b1IJcHJvdG9GaWxlElwKF3NvdXJj\
      ZV9maWxlX2Rlc2NyaXB0b3JzGBEgAygLMiQuZ29vZ2xlLnByb3RvYnVmLkZpbGVEZXNjcmlwdG9yUHJvdG9SFXNvdXJjZUZpbGVE\
      ZXNjcmlwdG9ycxJMChBjb21waWxlcl92ZXJzaW9uGAMgASgLMiEuZ29vZ2xlLnByb3RvYnVmLmNvbXBpbGVyLlZlcnNpb25SD2Nv\
      bXBpbGVyVmVyc2lvbiKFBAoVQ29kZUdlbmVyYXRvclJlc3BvbnNlEhQKBWVycm9yGAEgASgJUgVlcnJvchItChJzdXBwb3J0ZWRf\
      ZmVhdHVyZXMYAiABKARSEXN1cHBvcnRlZEZlYXR1cmVzEicKD21pbmltdW1fZWRpdGlvbhgDIAEoBVIObWluaW11bUVkaXRpb24S\
      JwoPbWF4aW11bV9lZGl0aW9uGAQgASgFUg5tYXhpbXVtRWRpdGlvbhJICgRmaWxlGA8gAygLMjQuZ29vZ2xlLnByb3RvYnVmLmNv\
      bXBpbGVyLkNvZGVHZW5lcmF0b3JSZXNwb25zZS5GaWxlUgRmaWxlGrEBCgRGaWxlEhIKBG5hbWUYASABKAlSBG5hbWUSJwoPaW5z\
      ZXJ0aW9uX3BvaW50GAIgASgJUg5pbnNlcnRpb25Qb2ludBIYCgdjb250ZW50GA8gASgJUgdjb250ZW50ElIKE2dlbmVyYXRlZF9j\
      b2RlX2luZm8YECABKAsyIi5nb29nbGUucHJvdG9idWYuR2VuZXJhdGVkQ29kZUluZm9SEWdlbmVyYXRlZENvZGVJbmZvIlcKB0Zl\
      YXR1cmUSEAoMRkVBVFVSRV9OT05FEAASGwoXRkVBVFVSRV9QUk9UTzNfT1BUSU9OQUwQARIdChlGRUFUVVJFX1NVUFBPUlRTX0VE\
      SVRJT05TEAJCcgocY29tLmdvb2dsZS5wcm90b2J1Zi5jb21waWxlckIMUGx1Z2luUHJvdG9zWilnb29nbGUuZ29sYW5nLm9yZy9w\
      cm90b2J1Zi90eXBlcy9wbHVnaW5wYqoCGEdvb2dsZS5Qcm90b2J1Zi5Db21waWxlcg==
      """,
    dependencies: { [.googleProtobufDescriptor] })
}

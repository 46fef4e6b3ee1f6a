// Positions and comments of a file in binary form, for as long as nobody looks at them.
import ProtobufRuntime

package struct SerializedSourceInfo: Sendable {
  private let bytes: [UInt8]

  package init(_ info: SourceCodeInfo) { bytes = info.serializedBytes() }

  package var info: SourceCodeInfo? { try? SourceCodeInfo(serializedBytes: bytes) }

  package func added(to file: FileDescriptorProto) -> FileDescriptorProto {
    var file = file
    file.sourceCodeInfo = info
    return file
  }
}

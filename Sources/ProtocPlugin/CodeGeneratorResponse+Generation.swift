// The answer to protoc: a Swift file for each file that is asked for.

import ProtobufCompiler
import ProtobufRuntime

extension CodeGeneratorResponse {
  init(answering request: CodeGeneratorRequest) {
    self.init()
    supportedFeatures = UInt64(Feature.proto3Optional.rawValue | Feature.supportsEditions.rawValue)
    minimumEdition = Edition.proto2.rawValue
    maximumEdition = Edition.edition2024.rawValue
    do {
      let parameter = try PluginParameter(request.parameter ?? "")
      let names = request.protoFile.compactMap(\.name)
      let generator = SwiftGenerator(request.protoFile, options: parameter.options(for: names))
      for name in request.fileToGenerate {
        guard let text = generator.generate(name) else {
          error = "\(name) is to be generated but is not among the files of the request"
          return
        }
        file.append(File(name: SwiftGenerator.outputName(for: name), content: text))
      }
    } catch let wrong {
      error = wrong.description
    }
  }
}

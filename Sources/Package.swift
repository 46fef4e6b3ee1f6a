// swift-tools-version: 6.2
// The schema compiler alone. The package of the whole project compiles it twice, for the machine that runs its plugin
// and for the one that is built for, and fetches what servers need; this one does neither:
//
//   swift build -c release --package-path Sources --scratch-path .build/codegen

import PackageDescription

let package = Package(
  name: "codegen",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "codegen", targets: ["codegen"]),
    .executable(name: "protoc-gen-loyalty-swift", targets: ["protoc-gen-loyalty-swift"]),
  ],
  targets: [
    .target(name: "ProtobufRuntime", path: "ProtobufRuntime"),
    .target(name: "ProtobufCompiler", dependencies: ["ProtobufRuntime"], path: "ProtobufCompiler"),
    .executableTarget(name: "codegen", dependencies: ["ProtobufCompiler"], path: "Codegen"),
    .executableTarget(name: "protoc-gen-loyalty-swift", dependencies: ["ProtobufCompiler"], path: "ProtocPlugin"),
  ],
  swiftLanguageModes: [.v6]
)

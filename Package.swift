// swift-tools-version: 6.2
// Each target imports only from those above it; see docs/architecture.md.

import PackageDescription

let nio = "swift-nio"

let package = Package(
  name: "loyalty",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "codegen", targets: ["codegen"]),
    .executable(name: "protoc-gen-loyalty-swift", targets: ["protoc-gen-loyalty-swift"]),
    .executable(name: "loyalty-server", targets: ["loyalty-server"]),
    .executable(name: "rpc-client", targets: ["rpc-client"]),
    .library(name: "ProtobufRuntime", targets: ["ProtobufRuntime"]),
    .library(name: "LoyaltyRPC", targets: ["LoyaltyRPC"]),
    .library(name: "LoyaltyAPI", targets: ["LoyaltyAPI"]),
    .library(name: "LoyaltyStore", targets: ["LoyaltyMessages", "LoyaltyEngine", "LoyaltyStore"]),
    .library(name: "LoyaltyServer", targets: ["LoyaltyService"]),
    .plugin(name: "CodegenPlugin", targets: ["CodegenPlugin"]),
    .plugin(name: "GenerateProtobuf", targets: ["GenerateProtobuf"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
    // Without traits: settings come from the command line and the environment only.
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
  ],
  targets: [
    // C libraries of the system
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Codegen
    .target(name: "ProtobufRuntime"),
    .target(name: "ProtobufCompiler", dependencies: ["ProtobufRuntime"]),
    // Named as its product: a plugin finds its tool by the product's name.
    .executableTarget(name: "codegen", dependencies: ["ProtobufCompiler"], path: "Sources/Codegen"),
    // The name that protoc derives from --loyalty-swift_out.
    .executableTarget(
      name: "protoc-gen-loyalty-swift", dependencies: ["ProtobufCompiler"], path: "Sources/ProtocPlugin"),
    .plugin(name: "CodegenPlugin", capability: .buildTool(), dependencies: ["codegen"]),
    .plugin(
      name: "GenerateProtobuf",
      capability: .command(
        intent: .custom(
          verb: "generate-protobuf", description: "Writes Swift for the .proto files of a target into its folder."),
        permissions: [.writeToPackageDirectory(reason: "Generated Swift is written beside the schemas.")]),
      dependencies: ["codegen"]),

    // LoyaltyRPC
    .target(
      name: "LoyaltyRPC",
      dependencies: [
        "ProtobufRuntime", "COpenSSL", "CNGHTTP2", "CZlib",
        .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
        .product(name: "NIOHTTP1", package: nio),
        .product(name: "Logging", package: "swift-log"), .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      plugins: ["CodegenPlugin"]),

    // LoyaltyService
    .target(
      name: "LoyaltyMessages", dependencies: ["ProtobufRuntime"], path: "schemas/messages", plugins: ["CodegenPlugin"]),
    .target(name: "LoyaltyAPI", dependencies: ["LoyaltyRPC"], path: "schemas/api", plugins: ["CodegenPlugin"]),
    .target(name: "LoyaltyEngine", dependencies: ["LoyaltyMessages"]),
    .target(name: "LoyaltyStore", dependencies: ["LoyaltyEngine", "LoyaltyMessages", "COpenSSL"]),
    .target(
      name: "LoyaltyService",
      dependencies: [
        "LoyaltyAPI", "LoyaltyStore", .product(name: "Yams", package: "Yams"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(
      name: "loyalty-server",
      dependencies: [
        "LoyaltyService", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      path: "Sources/LoyaltyServer"),
    .executableTarget(
      name: "rpc-client",
      dependencies: [
        "LoyaltyRPC", "ProtobufCompiler", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/RPCClient"),

    // Tests
    .target(name: "InteropAPI", dependencies: ["LoyaltyRPC"], path: "Tests/InteropAPI", plugins: ["CodegenPlugin"]),
    // gRPC's interoperability service, for other implementations' clients (Tests/Interop/test_interop.py).
    .executableTarget(
      name: "interop-server",
      dependencies: [
        "InteropAPI", .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      path: "Tests/InteropServer"),
    // Those of the interoperability cases that need a program (Tests/Interop/test_client_interop.py).
    .executableTarget(name: "interop-client", dependencies: ["InteropAPI"], path: "Tests/InteropClient"),
    .testTarget(
      name: "ProtobufRuntimeTests", dependencies: ["ProtobufRuntime"], exclude: ["C", "Python"],
      plugins: ["CodegenPlugin"]),
    .testTarget(
      name: "ProtobufCompilerTests", dependencies: ["ProtobufCompiler"], exclude: ["Corpus", "Golden"]),
    .testTarget(
      name: "LoyaltyRPCTests",
      dependencies: [
        "LoyaltyRPC", .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
      ]),
    .testTarget(name: "RPCClientTests", dependencies: ["rpc-client", "LoyaltyRPC", "ProtobufCompiler"]),
    .testTarget(name: "LoyaltyEngineTests", dependencies: ["LoyaltyMessages", "LoyaltyEngine"]),
    .testTarget(name: "LoyaltyStoreTests", dependencies: ["LoyaltyStore"]),
    .testTarget(
      name: "LoyaltyServiceTests",
      dependencies: [
        "LoyaltyService", "LoyaltyAPI", .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
// What measures the product is a package of its own, so that nothing here becomes part of it.

import PackageDescription

// Named: a path alone would take its identity from the folder that the clone happens to lie in.
let loyalty = "loyalty"

let package = Package(
  name: "loyalty-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: loyalty, path: ".."),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
  ],
  targets: [
    .target(
      name: "BenchSchema", dependencies: [.product(name: "LoyaltyRPC", package: loyalty)],
      plugins: [.plugin(name: "CodegenPlugin", package: loyalty)]),
    .executableTarget(
      name: "bench-server",
      dependencies: [
        "BenchSchema",
        .product(name: "LoyaltyAPI", package: loyalty), .product(name: "LoyaltyRPC", package: loyalty),
        .product(name: "LoyaltyServer", package: loyalty), .product(name: "LoyaltyStore", package: loyalty),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      path: "Sources/BenchServer"),
    .executableTarget(
      name: "bench-engine",
      dependencies: [
        .product(name: "LoyaltyServer", package: loyalty), .product(name: "LoyaltyStore", package: loyalty),
      ],
      path: "Sources/BenchEngine"),
    .executableTarget(
      name: "bench-store",
      dependencies: [
        .product(name: "LoyaltyServer", package: loyalty), .product(name: "LoyaltyStore", package: loyalty),
      ],
      path: "Sources/BenchStore"),
  ],
  swiftLanguageModes: [.v6]
)

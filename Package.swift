// swift-tools-version: 6.1
// The manifest is the dependency diagram of docs/architecture.md: arrows point one way, and the
// build (make build) refuses an import that is not declared here.

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// For what every record goes through. That no two accesses overlap is checked at run time in debug builds, which all
/// unit tests run in; in a release those checks are a tenth of the time that an event takes.
let hot: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// A library target with the settings that all of them share.
func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], _ linker: [LinkerSetting] = [],
    _ settings: [SwiftSetting] = strict
) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linker)
}

/// The unit tests of a library target: Tests/<name>Tests.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "ShrikeTestSupport"] + dependencies,
        swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport = Target.Dependency.product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

let package = Package(
    name: "shrike",
    products: [
        .executable(name: "shriked", targets: ["shriked"]),
        .executable(name: "shrike", targets: ["shrike"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Without the trait for Foundation streams, which brings all of Foundation.
        .package(
            url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: ["FieldMaskUtilities"]),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.36.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    ],
    targets: [
        // The kernel's edge.
        .target(name: "ShrikeABI"),
        .systemLibrary(
            name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev", "libelf-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // Without pkg-config, whose search path would put shared libraries before the static ones of a release.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CShrikeShims", dependencies: ["CLibbpf"]),
        .target(
            name: "ShrikeBPFObjects",
            cSettings: [
                // The objects are made by `make bpf`, which runs before every build.
                .unsafeFlags(["-std=c23", "--embed-dir=\(Context.packageDirectory)/.build/bpf"])
            ]),
        library("ShrikeBPF", ["CLibbpf", "CShrikeShims"]),
        library("ShrikePins"),
        library("ShrikeELF"),
        library("ShrikeDigests", [crypto]),
        library("ShrikeSymbols", ["ShrikeELF"]),

        // Policies: pure, no kernel.
        library("ShrikePattern"),
        library("ShrikeSystemCalls"),
        library("ShrikePolicy", ["CLibYAML", "ShrikePattern", "ShrikeSystemCalls"]),
        library("ShrikePolicyCompiler", ["ShrikePolicy", "ShrikeABI", "ShrikeEvents"]),

        // Events: pure, no kernel.
        library("ShrikeEvents", ["ShrikeABI"], [], hot),
        library("ShrikeJSON", [], [], hot),
        library("ShrikeCEL", ["ShrikeJSON", "ShrikePattern"]),
        library(
            "ShrikeEventFilter", ["ShrikeCEL", "ShrikeControl", "ShrikeJSON", "ShrikePattern", protobuf]),
        library("ShrikeProcesses", ["ShrikeEvents", "ShrikeJSON", "ShrikePattern"], [], hot),
        library(
            "ShrikeExport",
            [
                "ShrikeEvents", "ShrikeProcesses", "ShrikeJSON", "ShrikeEventFilter", "ShrikeSymbols",
                "CZlib",
            ], [], hot),

        // Containers and pods: pure.
        library("ShrikeWorkloads", ["ShrikePolicyCompiler", "ShrikeJSON"]),

        // The daemon.
        library(
            "ShrikeSensors",
            [
                "ShrikePolicyCompiler", "ShrikeABI", "ShrikeBPF", "ShrikeBPFObjects", "ShrikePins",
                "ShrikePolicy", "ShrikeEvents", "CShrikeShims", logging,
            ]),
        library(
            "ShrikeDaemon",
            [
                "ShrikeSensors", "ShrikeExport", "ShrikeProcesses", "ShrikeEvents", "ShrikePolicy",
                "ShrikePolicyCompiler", "ShrikePattern", "ShrikeBPF", "ShrikePins", "ShrikeELF",
                "ShrikeDigests", "ShrikeSymbols", "ShrikeWorkloads", "CShrikeShims", logging,
            ]),
        library(
            "ShrikeServer",
            [
                "ShrikeDaemon", "ShrikeExport", "ShrikeSensors", "ShrikePolicy", "ShrikePolicyCompiler",
                "ShrikeJSON", "ShrikeRPC", "ShrikeControl", "ShrikeEventFilter", "ShrikeEventReader",
                "ShrikeProbes", protobuf, grpcCore,
                grpcProtobuf, grpcTransport, x509, logging,
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        library(
            "ShrikeMetrics",
            [
                "ShrikeDaemon", "ShrikeExport", "ShrikeProcesses", "ShrikeSensors",
                "ShrikePolicyCompiler", "ShrikeSystemCalls", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library(
            "ShrikeReactions",
            [
                "ShrikeExport", "ShrikePolicy", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        library(
            "ShrikeKubernetes",
            [
                "ShrikeJSON", "ShrikePolicy", logging,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        library(
            "ShrikeCluster",
            [
                "ShrikeDaemon", "ShrikeKubernetes", "ShrikePolicy", "ShrikeJSON", "ShrikeSensors",
                "ShrikeWorkloads", logging,
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "shriked",
            dependencies: [
                "ShrikeDaemon", "ShrikeServer", "ShrikeMetrics", "ShrikeReactions", "ShrikeCluster",
                "ShrikeControl", "ShrikeEventFilter",
                "ShrikeExport", "ShrikeProcesses", "ShrikeSensors", argumentParser, logging,
            ],
            swiftSettings: strict),

        // The command line.
        .target(
            name: "ShrikeControl", dependencies: [protobuf], exclude: ["Protos"], swiftSettings: strict),
        library("ShrikeRPC", ["ShrikeControl", protobuf, grpcCore, grpcProtobuf]),
        library("ShrikeClient", ["ShrikeRPC", protobuf, grpcCore, grpcTransport]),
        library(
            "ShrikeEventReader",
            [
                "ShrikeControl", "ShrikeSystemCalls", "ShrikeEventFilter", "ShrikeJSON", "ShrikePattern",
                protobuf,
            ]),
        library(
            "ShrikeAdmission",
            [
                "ShrikeKubernetes", "ShrikeLint", "ShrikePolicy", "ShrikeJSON",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        library("ShrikeClusterClient", ["ShrikeKubernetes", "ShrikeJSON", logging]),
        .executableTarget(
            name: "shrike",
            dependencies: [
                "ShrikeControl", "ShrikeClient", "ShrikeRPC", "ShrikeEventFilter", "ShrikeEventReader",
                "ShrikeLint", "ShrikePins", "ShrikePolicy", "ShrikePolicyTools", "ShrikeBugtool",
                "ShrikeJSON", "ShrikeAdmission", "ShrikeClusterClient", "ShrikeKubernetes",
                "ShrikeProbes", protobuf, grpcCore, argumentParser,
            ],
            swiftSettings: strict),

        // What a machine and its daemon tell about themselves.
        library("ShrikeProbes", ["CZlib"]),
        library("ShrikeBugtool", ["CZlib"]),

        // Policies as code.
        .target(
            // The hook program's own source, with the kernel's side of it replaced by kernel/.
            name: "ShrikeMatcher", dependencies: ["ShrikeABI"], exclude: ["kernel"],
            cSettings: [.headerSearchPath("kernel"), .headerSearchPath("../../bpf")]),
        .target(
            name: "ShrikeKernelFacts", exclude: ["kernel-facts.bin"],
            cSettings: [.unsafeFlags(["-std=c23"])]),
        library("ShrikeLint", ["ShrikePolicy", "ShrikePolicyCompiler", "ShrikeKernelFacts"]),
        library(
            "ShrikePolicyTools",
            [
                "ShrikeMatcher", "ShrikePolicyCompiler", "ShrikePolicy", "ShrikeLint", "ShrikeEvents",
                "ShrikeABI", "ShrikeControl", "ShrikeEventReader", protobuf,
            ]),

        // Tests.
        .target(name: "ShrikeTestSupport", path: "Tests/ShrikeTestSupport", swiftSettings: strict),
        .target(
            name: "APIDouble",
            dependencies: [
                x509,
                crypto,
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Tests/APIDouble", swiftSettings: strict),
        .executableTarget(
            name: "shrike-api-double", dependencies: ["APIDouble"], path: "Tests/APIDoubleProgram",
            swiftSettings: strict),
        tests("ShrikeKubernetes", ["APIDouble", "ShrikeJSON", logging]),
        tests(
            "ShrikeAdmission",
            [
                "APIDouble", "ShrikeLint", "ShrikeJSON", "ShrikePolicy",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests("ShrikeClusterClient", ["APIDouble", "ShrikeJSON", "ShrikeKubernetes"]),
        tests(
            "ShrikeCluster",
            [
                "APIDouble", "ShrikeDaemon", "ShrikeJSON", "ShrikeKubernetes", "ShrikePolicy",
                "ShrikePolicyTools",
                "ShrikePolicyCompiler", "ShrikeSensors", "ShrikeWorkloads", logging,
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        tests("ShrikeBPF", ["CLibbpf", "CShrikeShims"]),
        tests("ShrikeELF"),
        tests("ShrikeDigests"),
        tests("ShrikeSymbols"),
        tests("ShrikePattern"),
        tests("ShrikePolicy"),
        .testTarget(
            name: "ShrikeLintTests",
            dependencies: ["ShrikeLint", "ShrikePolicy", "ShrikeTestSupport", "shrike"],
            exclude: ["Data"], swiftSettings: strict),
        tests("ShrikePolicyCompiler", ["ShrikePolicy", "ShrikeABI", "ShrikeEvents"]),
        tests("ShrikePolicyTools", ["ShrikePolicyCompiler", "ShrikeLint", "ShrikePolicy", "ShrikeABI"]),
        tests("ShrikeEvents", ["ShrikeABI"]),
        tests("ShrikeJSON"),
        tests("ShrikeCEL", ["ShrikeJSON"]),
        tests("ShrikeEventFilter", ["ShrikeControl", "ShrikeProcesses", "ShrikePattern", protobuf]),
        tests("ShrikeProcesses", ["ShrikeEvents", "ShrikeJSON", "ShrikePattern", "ShrikeABI"]),
        tests(
            "ShrikeExport",
            [
                "ShrikeSymbols",
                "ShrikeEventFilter", "ShrikeControl", "ShrikeEvents", "ShrikeProcesses", "ShrikeJSON",
                "ShrikeABI",
            ]),
        tests("ShrikeEventReader", ["ShrikeControl", "ShrikeEventFilter", "ShrikeJSON", "shrike", protobuf]),
        tests("ShrikeWorkloads", ["ShrikePolicyCompiler", "ShrikeJSON"]),
        tests("ShrikeProbes"),
        tests("ShrikeBugtool"),
        tests("ShrikeServer"),
        tests("ShrikeDaemon", ["ShrikePolicyCompiler", "ShrikeWorkloads"]),
        tests(
            "ShrikeMetrics",
            [
                "ShrikeDaemon", "ShrikeEvents", "ShrikeExport", "ShrikePolicy", "ShrikeProcesses",
                "ShrikeSensors", "ShrikeWorkloads", logging,
            ]),
        .testTarget(
            name: "ShrikeFuzzTests",
            dependencies: [
                "ShrikeCEL", "ShrikeControl", "ShrikeEventFilter", "ShrikeEventReader", "ShrikeEvents",
                "ShrikeExport", "ShrikeJSON", "ShrikePattern", "ShrikeProbes", "ShrikeProcesses",
                "ShrikeTestSupport", protobuf,
            ],
            exclude: ["Corpus"], swiftSettings: strict),
        tests(
            "ShrikeReactions",
            [
                "ShrikeExport", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(name: "BenchAllocations", path: "Tests/Bench/Allocations"),
        .executableTarget(
            name: "shrike-bench-events",
            dependencies: [
                "ShrikeExport", "ShrikeProcesses", "ShrikeEvents", "ShrikeTestSupport", "BenchAllocations",
            ],
            path: "Tests/Bench/Events", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

// The dependency lists below are the house rules: a target may import what is listed for it and nothing else.
// Build with `--explicit-target-dependency-import-check error` (the Makefile does) to make an undeclared import fail.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func plugin(_ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: "\(folder)Plugin", dependencies: dependencies, path: "Plugins/\(folder)", exclude: ["README.md"],
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "penstock",
    products: [.executable(name: "penstock", targets: ["penstock"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", from: "0.18.2"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),

        room("PipelineModel"),
        room("PipelineEngine", ["PipelineModel"]),
        room(
            "PipelineStore",
            ["PipelineEngine", "PipelineModel", crypto, logging, .product(name: "GRDB", package: "GRDB.swift")]),
        room("PluginKit", ["PipelineModel", crypto, logging]),
        room("PluginKitTesting", ["PluginKit", "PipelineModel", logging]),
        room("WebhookIntake", ["PipelineEngine", "PluginKit", "PipelineModel", crypto, lifecycle, logging]),
        room(
            "ActionRunner",
            ["PipelineEngine", "PluginKit", "ArtifactArchive", "PipelineModel", crypto, lifecycle, logging]),
        room("Isolation"),
        room("ArtifactArchive", ["CZlib", "CDeflate", crypto]),
        room("AWSSigning", [crypto]),
        room("AWSWire", [.product(name: "XMLCoder", package: "XMLCoder")]),
        room("CodePipelineAPI", ["PipelineEngine", "PluginKit", "PipelineModel"]),
        room("CurlTransport", ["PluginKit", "CCurl", logging]),
        .target(
            name: "ExternalModules", dependencies: ["Isolation", "PluginKit", "PipelineModel", lifecycle, logging],
            exclude: ["PROTOCOL.md", "module.schema.json"], resources: [.embedInCode("source-event.schema.json")],
            swiftSettings: strict),
        room(
            "PenstockServer",
            [
                "PipelineModel", "PipelineEngine", "PipelineStore", "PluginKit", "WebhookIntake", "ActionRunner",
                "ArtifactArchive", "AWSSigning", "AWSWire", "CodePipelineAPI", "CurlTransport", "ExternalModules",
                "BitbucketPlugin", "CodeBuildPlugin", "GitPlugin", "GitHubPlugin", "GitLabPlugin", "GiteaPlugin",
                "JenkinsPlugin", "LocalPlugin", "S3Plugin", "StageRulesPlugin",
                crypto, lifecycle, logging, yams, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "penstock",
            dependencies: [
                "PenstockServer", "ExternalModules",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "PenstockBench",
            dependencies: [
                "PenstockServer", "PipelineEngine", "PipelineStore", "PipelineModel", "PluginKit", "WebhookIntake",
                "ActionRunner", "ArtifactArchive", "ExternalModules", crypto, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        room("PipelineSimulator", ["PipelineEngine", "PipelineStore", "PipelineModel"]),
        .executableTarget(
            name: "PenstockSimulator",
            dependencies: [
                "PipelineSimulator", "PipelineEngine", "PipelineStore", "PipelineModel", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        plugin("Git", ["PluginKit", "PipelineModel", subprocess, systemPackage]),
        plugin("GitHub", ["PluginKit", "PipelineModel", logging, crypto, cryptoExtras]),
        plugin("Jenkins", ["PluginKit", "PipelineModel", logging]),
        plugin("GitLab", ["PluginKit", "PipelineModel"]),
        plugin("Gitea", ["PluginKit", "PipelineModel"]),
        plugin("S3", ["PluginKit", "PipelineModel", "AWSSigning", "AWSWire", crypto]),
        plugin("Local", ["PluginKit", "PipelineModel", crypto]),
        plugin("CodeBuild", ["Isolation", "PluginKit", "PipelineModel", logging, yams]),
        plugin("StageRules", ["PluginKit", "PipelineModel"]),
        plugin("Bitbucket", ["PluginKit", "PipelineModel", crypto]),

        tests("PipelineModelTests", ["PipelineModel"]),
        tests("PipelineEngineTests", ["PipelineEngine", "PipelineModel", "PipelineSimulator"]),
        tests("PipelineSimulatorTests", ["PipelineSimulator", "PenstockSimulator"]),
        tests(
            "PipelineStoreTests",
            ["PipelineStore", "PipelineEngine", "PipelineModel", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("PluginKitTests", ["PluginKit"]),
        tests("ArtifactArchiveTests", ["ArtifactArchive", crypto]),
        tests("AWSSigningTests", ["AWSSigning", "AWSWire", crypto]),
        tests("CurlTransportTests", ["CurlTransport", "PluginKit", logging]),
        tests(
            "ExternalModulesTests",
            ["ExternalModules", "Isolation", "PluginKit", "PluginKitTesting", "PipelineModel", lifecycle, logging]),
        tests(
            "CodePipelineAPITests",
            ["CodePipelineAPI", "PipelineStore", "PipelineEngine", "PluginKit", "PluginKitTesting", "PipelineModel"]),
        tests(
            "WebhookIntakeTests",
            [
                "WebhookIntake", "PipelineStore", "PipelineEngine", "PluginKit", "PluginKitTesting", "PipelineModel",
                "GitPlugin", crypto, logging,
            ]),
        tests(
            "ActionRunnerTests",
            [
                "ActionRunner", "PipelineStore", "PipelineEngine", "PluginKit", "PluginKitTesting", "PipelineModel",
                "ArtifactArchive", "LocalPlugin", lifecycle, logging,
            ]),
        tests("GitPluginTests", ["GitPlugin", "PluginKit", "PluginKitTesting", "PipelineModel", logging]),
        tests(
            "GitHubPluginTests",
            [
                "GitHubPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", crypto,
                cryptoExtras, logging,
            ]),
        tests(
            "BitbucketPluginTests",
            ["BitbucketPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", crypto, logging]),
        tests(
            "JenkinsPluginTests",
            ["JenkinsPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", logging]),
        tests(
            "GitLabPluginTests",
            [
                "GitLabPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", "WebhookIntake",
                logging,
            ]),
        tests(
            "GiteaPluginTests",
            [
                "GiteaPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", "WebhookIntake",
                logging,
            ]),
        tests(
            "StorePluginTests",
            ["S3Plugin", "LocalPlugin", "CurlTransport", "PluginKit", "PluginKitTesting", "PipelineModel", logging]),
        tests(
            "HostEventsTests",
            [
                "PenstockServer", "CurlTransport", "WebhookIntake", "PluginKit", "PluginKitTesting", "PipelineModel",
                logging,
            ]),
        tests("StageRulesPluginTests", ["StageRulesPlugin", "PluginKit", "PluginKitTesting", "PipelineModel"]),
        tests(
            "CodeBuildPluginTests",
            ["CodeBuildPlugin", "Isolation", "PluginKit", "PluginKitTesting", "PipelineModel", logging]),
        tests(
            "PenstockServerTests",
            [
                "PenstockServer", "ActionRunner", "AWSSigning", "CodePipelineAPI", "ExternalModules", "PipelineEngine",
                "PipelineModel", "PipelineStore", "PluginKit", "PluginKitTesting", "WebhookIntake", crypto, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "AcceptanceTests", dependencies: ["PipelineModel", crypto], exclude: ["Python"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

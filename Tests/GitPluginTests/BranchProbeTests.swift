import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against real repositories, over files and over `git http-backend`.
@Suite struct BranchProbeTests {
    private let probe = BranchProbe(v1Connection: "github")

    private func newest(_ world: TestRepositories, _ changes: [String: String] = [:]) async throws -> String? {
        let configuration = ["Owner": "acme", "Repo": "storefront", "Branch": "main", "OAuthToken": "t"]
        return try await probe.newestRevision(
            probe.types[0], configuration: configuration.merging(changes) { $1 }, host: world.host)
    }

    @Test func `it tells where a branch points, and nothing of a branch that isn't there`() async throws {
        let world = try TestRepositories()
        #expect(try await newest(world) == world.tip)
        #expect(try await newest(world, ["Branch": "feature/cards"]) == world.feature)
        #expect(try await newest(world, ["Branch": "absent"]) == nil)
        // Neither the end of another's name nor a tag is that branch.
        #expect(try await newest(world, ["Branch": "cards"]) == nil)
        #expect(try await newest(world, ["Branch": "v1"]) == nil)
        let state = try world.host.stateFolder(for: "Git")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)
    }

    @Test func `it follows the branch`() async throws {
        let world = try TestRepositories()
        let repository = world.folder.appending(path: "acme/storefront.git")
        try TestRepositories.shell("git update-ref refs/heads/main \(world.first)", in: repository)
        #expect(try await newest(world) == world.first)
    }

    @Test func `sources are asked with their own token`() async throws {
        let secret = "s3cr3t-\(UUID().uuidString)"
        let repositories = try TestRepositories()
        let watched = repositories.scratch.appending(path: "watched")
        try FileManager.default.createDirectory(at: watched, withIntermediateDirectories: true)
        let server = try GitServer(
            repositories: repositories.folder, log: repositories.scratch.appending(path: "requests"),
            credential: "x-access-token:\(secret)", secret: secret, watched: watched)
        defer { server.stop() }
        let connection = Connection(
            name: "github", arn: ConnectionARN(TestRepositories.arn), provider: "GitHub", url: "\(server.url)/git")
        let host = try FakeHost(connections: [connection], in: watched)
        var configuration = ["Owner": "acme", "Repo": "storefront", "Branch": "main", "OAuthToken": secret]
        #expect(
            try await probe.newestRevision(probe.types[0], configuration: configuration, host: host) == repositories.tip
        )
        #expect(server.requests.contains { $0.hasSuffix(" auth") })
        #expect(!server.requests.contains { $0.hasPrefix("leak") }, "\(server.requests)")

        configuration["OAuthToken"] = "wrong"
        let failure = await #expect(throws: FailureDetails.self) {
            try await probe.newestRevision(probe.types[0], configuration: configuration, host: host)
        }
        #expect(failure?.type == .permissionError && failure?.message.contains("wrong'") == false)
    }

    @Test(
        arguments: [
            (["Repo": "absent"], FailureDetails.Kind.configurationError, "acme/absent"),
            (["Branch": ""], .configurationError, "Branch"),
            (["Branch": "--upload-pack=x"], .configurationError, "can't be a branch's name"),
            (["OAuthToken": ""], .configurationError, "OAuthToken"),
        ] as [([String: String], FailureDetails.Kind, String)])
    func `what can't be asked is named`(changes: [String: String], kind: FailureDetails.Kind, reason: String)
        async throws
    {
        let world = try TestRepositories()
        let failure = await #expect(throws: FailureDetails.self) { try await newest(world, changes) }
        #expect(failure?.type == kind && failure?.message.contains(reason) == true, "\(String(describing: failure))")
    }
}

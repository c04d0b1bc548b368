import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import BitbucketPlugin

@Suite struct BitbucketStatusTests {
    typealias World = PlayedWorld

    static func status(
        _ state: CommitStatus.State = .running, of repository: String = "acme/storefront", at commit: String = World.b,
        context: String = "penstock/storefront/Build", description: String = "Build is running",
        url: String? = "https://penstock.example/executions/1"
    ) -> CommitStatus {
        CommitStatus(
            repository: repository, commit: commit, branch: "feature/tax", state: state, context: context,
            description: description, url: url)
    }

    @Test func `Cloud's status names its branch, and one of the same context takes its place`() async throws {
        let world = try World()
        let reporter = BitbucketStatuses()
        for (state, mayBeThere) in [(CommitStatus.State.running, false), (.running, true), (.succeeded, true)] {
            try await reporter.report(
                Self.status(state), mayBeThere: mayBeThere, on: world.cloud(), host: world.host)
        }
        let there = try await world.bitbucket.state().statuses
        #expect(there.keys.sorted() == ["acme/storefront \(World.b)"])
        let builds = try #require(there.values.first)
        #expect(builds.keys.sorted() == ["penstock/storefront/Build"])
        let build = try #require(builds.values.first)
        #expect(build.state == "SUCCESSFUL" && build.refname == "feature/tax")
        #expect(build.url == "https://penstock.example/executions/1")
        #expect(build.name == "penstock/storefront/Build" && build.description == "Build is running")
    }

    @Test func `a status that may be there already is put there once`() async throws {
        let world = try World()
        func posts() async throws -> Int {
            try await world.bitbucket.state().requests.count { $0.hasPrefix("POST ") }
        }
        let long = String(repeating: "stage ", count: 10)
        for (repository, reporter, connection) in [
            ("acme/storefront", BitbucketStatuses() as any CommitStatusReporter, world.cloud()),
            ("SHOP/storefront", BitbucketServerStatuses(), world.server()),
        ] {
            let before = try await posts()
            let status = Self.status(of: repository, context: long)
            for _ in 0..<3 {
                try await reporter.report(status, mayBeThere: true, on: connection, host: world.host)
            }
            #expect(try await posts() == before + 1)
            let next = Self.status(.failed, of: repository, context: long)
            try await reporter.report(next, mayBeThere: true, on: connection, host: world.host)
            #expect(try await posts() == before + 2)
        }
        let old = Self.status(of: "SHOP/old")
        try await BitbucketServerStatuses().report(old, mayBeThere: true, on: world.server(), host: world.host)
        #expect(try await world.bitbucket.state().statuses["old \(World.b)"]?.count == 1)
    }

    @Test(arguments: [
        (CommitStatus.State.pending, "INPROGRESS", "INPROGRESS", "INPROGRESS"),
        (.running, "INPROGRESS", "INPROGRESS", "INPROGRESS"), (.succeeded, "SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"),
        (.failed, "FAILED", "FAILED", "FAILED"), (.cancelled, "STOPPED", "CANCELLED", "FAILED"),
        (.skipped, "SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"),
    ])
    func `each state has its word at Cloud, at Data Center and at an old server`(
        state: CommitStatus.State, cloud: String, server: String, old: String
    ) async throws {
        let world = try World()
        try await BitbucketStatuses().report(Self.status(state), mayBeThere: false, on: world.cloud(), host: world.host)
        for repository in ["SHOP/storefront", "SHOP/old"] {
            try await BitbucketServerStatuses().report(
                Self.status(state, of: repository), mayBeThere: false, on: world.server(), host: world.host)
        }
        let there = try await world.bitbucket.state().statuses
        func build(_ place: String) -> World.Status? { there["\(place) \(World.b)"]?.values.first }
        #expect(build("acme/storefront")?.state == cloud)
        #expect(build("SHOP/storefront")?.state == server)
        #expect(build("SHOP/storefront")?.ref == "refs/heads/feature/tax")
        #expect(build("old")?.state == old && build("old")?.ref == nil)
    }

    @Test func `long texts are cut to what Bitbucket takes, and a long context keeps a key of its own`() async throws {
        let world = try World()
        let long = String(repeating: "ü", count: 300)
        for context in [long + "a", long + "b"] {
            let status = Self.status(context: context, description: long, url: "https://p.example/" + long)
            try await BitbucketStatuses().report(status, mayBeThere: false, on: world.cloud(), host: world.host)
        }
        let builds = try #require(try await world.bitbucket.state().statuses["acme/storefront \(World.b)"])
        #expect(builds.count == 2)
        for build in builds.values {
            #expect(build.key.hasPrefix("penstock-") && build.key.count == 40)
            #expect(build.name.count == 255 && build.description.hasSuffix("…"))
            #expect(build.url == "https://bitbucket.org/acme/storefront/commits/\(World.b)")
        }
        let status = Self.status(of: "SHOP/storefront", context: long, description: long, url: nil)
        try await BitbucketServerStatuses().report(status, mayBeThere: false, on: world.server(), host: world.host)
        let build = try #require(
            try await world.bitbucket.state().statuses["SHOP/storefront \(World.b)"]?.values.first)
        #expect(build.key.count == 255)
        let base = world.bitbucket.url
        #expect(build.url == "\(base)/projects/SHOP/repos/storefront/commits/\(World.b)")
    }

    @Test func `a commit that isn't there will never take a status`() async throws {
        let world = try World()
        let missing = String(repeating: "0f", count: 20)
        for repository in ["acme/storefront", "acme/gone"] {
            let kind = await failure { () async throws(FailureDetails) in
                try await BitbucketStatuses().report(
                    Self.status(of: repository, at: missing), mayBeThere: false, on: world.cloud(), host: world.host)
            }
            #expect(kind == .revisionUnavailable)
        }
        for repository in ["SHOP/storefront", "SHOP/gone", "SHOP/old"] {
            let kind = await failure { () async throws(FailureDetails) in
                try await BitbucketServerStatuses().report(
                    Self.status(of: repository, at: missing), mayBeThere: false, on: world.server(), host: world.host)
            }
            #expect(kind == .revisionUnavailable, "\(repository)")
        }
    }
}

extension PlayedWorld { typealias Status = PlayedBitbucket.State.Status }

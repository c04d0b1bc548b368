import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// What git shows a host is what the gateway has for the connection, e.g. an App's token, and not its lasting secret.
@Suite struct IssuedCredentialTests {
    /// Makes the token of a connection that has none.
    private struct IssuingHost: ActionHost {
        let base: FakeHost
        let token: String?

        var http: any HTTPClient { base.http }
        var logger: Logger { base.logger }
        var stores: any ObjectStores { base.stores }
        var connections: any Connections { base.connections }
        var hiddenPaths: [URL] { base.hiddenPaths }
        var log: any ActionLog { base.log }
        func stateFolder(for plugin: String) throws -> URL { try base.stateFolder(for: plugin) }
        func now() -> Date { base.now() }
        func credential(for connection: Connection) async throws(FailureDetails) -> Credential? {
            guard let token else { throw FailureDetails(.permissionError, "the App's key was refused") }
            return Credential(user: "x-access-token", secret: token)
        }
    }

    private func with(
        _ use: (TestRepositories, _ issuing: IssuingHost, _ refused: IssuingHost) async throws -> Void
    ) async throws {
        let secret = "s3cr3t-\(UUID().uuidString)"
        var started: GitServer?
        let repositories = try TestRepositories(credential: Credential(user: "x", secret: "the lasting one")) {
            folder, scratch in
            let server = try GitServer(
                repositories: folder, log: scratch.appending(path: "requests"), credential: "x-access-token:\(secret)")
            started = server
            return "\(server.url)/git/"
        }
        let server = try #require(started)
        defer { server.stop() }
        let base = repositories.host
        try await use(repositories, IssuingHost(base: base, token: secret), IssuingHost(base: base, token: nil))
    }

    @Test func `the source action, the look at refs and the question for paths show the issued one`() async throws {
        try await with { repositories, issuing, refused in
            let outcome = await ConnectionSourceAction().run(try repositories.job(), on: issuing)
            #expect(outcome.success?.revision?.revisionID == repositories.tip, "\(outcome.failure?.message ?? "")")
            #expect(
                await ConnectionSourceAction().run(try repositories.job(), on: refused).failure?.message
                    == "the App's key was refused")

            let connection = try #require(issuing.connections.connection(named: "github"))
            func look(_ host: any PluginHost) async throws -> String? {
                try await GitRefReader().refs(of: "acme/storefront", on: connection, host: host)["refs/heads/main"]
            }
            #expect(try await look(issuing) == repositories.tip)
            await #expect(throws: FailureDetails(.permissionError, "the App's key was refused")) {
                try await look(refused)
            }

            let query = ChangedPathsQuery.push(
                repository: "acme/storefront", before: repositories.tip, after: repositories.feature)
            let paths = try await GitSourceHost(provider: "Git").changedPaths(query, on: connection, host: issuing)
            #expect(paths == ["cards"])
            await #expect(throws: FailureDetails(.permissionError, "the App's key was refused")) {
                try await GitSourceHost(provider: "Git").changedPaths(query, on: connection, host: refused)
            }
        }
    }
    /// Gives a revoked token until it is told that the host has refused it.
    private struct RenewingHost: ActionHost {
        let base: IssuingHost

        var http: any HTTPClient { base.http }
        var logger: Logger { base.logger }
        var stores: any ObjectStores { base.stores }
        var connections: any Connections { base.connections }
        var hiddenPaths: [URL] { base.hiddenPaths }
        var log: any ActionLog { base.log }
        func stateFolder(for plugin: String) throws -> URL { try base.stateFolder(for: plugin) }
        func now() -> Date { base.now() }
        func credential(for connection: Connection) async throws(FailureDetails) -> Credential? {
            Credential(user: "x-access-token", secret: "revoked")
        }
        func credential(
            for connection: Connection, insteadOf refused: Credential
        ) async throws(FailureDetails) -> Credential? {
            #expect(refused.secret == "revoked")
            return try await base.credential(for: connection)
        }
    }

    @Test func `a token that the host refuses is asked for anew, and the work done with the new one`() async throws {
        try await with { repositories, issuing, refused in
            let renewing = RenewingHost(base: issuing)
            let outcome = await ConnectionSourceAction().run(try repositories.job(), on: renewing)
            #expect(outcome.success?.revision?.revisionID == repositories.tip, "\(outcome.failure?.message ?? "")")
            let connection = try #require(renewing.connections.connection(named: "github"))
            let refs = try await GitRefReader().refs(of: "acme/storefront", on: connection, host: renewing)
            #expect(refs["refs/heads/main"] == repositories.tip)
            let query = ChangedPathsQuery.push(
                repository: "acme/storefront", before: repositories.tip, after: repositories.feature)
            #expect(
                try await GitSourceHost(provider: "Git").changedPaths(query, on: connection, host: renewing) == [
                    "cards"
                ])
            // Where there is no other, the refusal stays what it was.
            let failure = await ConnectionSourceAction().run(
                try repositories.job(), on: RenewingHost(base: refused)
            ).failure
            #expect(failure?.message == "the App's key was refused")
        }
    }
}

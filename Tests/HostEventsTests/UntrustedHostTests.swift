import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import PenstockServer

/// Hosts that aren't who they should be: none is shown a token.
@Suite struct UntrustedHostTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let teller: any Storyteller
        let question: Question
        var testDescription: String { "\(teller.scheme): \(question.rawValue)" }
    }

    enum Question: String, CaseIterable, Sendable { case status, comparison, hook }

    static let rows = CrossHostTests.tellers.flatMap { teller in
        Question.allCases.map { Row(teller: teller, question: $0) }
    }

    /// One call of a module, as the gateway makes it.
    private static func ask(
        _ row: Row, on connection: Connection, host: FakeHost
    ) async throws(FailureDetails) {
        let modules = Hosts.modules
        let provider = row.teller.scheme
        switch row.question {
        case .status:
            let reporter = modules.statusReporters.first { $0.provider == provider }
            try await reporter?.report(
                CommitStatus(
                    repository: Story.repository, commit: Story.second, branch: "main", state: .running,
                    context: "penstock/app/Build", description: "Build is under way",
                    url: "https://penstock.example/e/1"), mayBeThere: false, on: connection, host: host)
        case .comparison:
            let resolver = modules.eventResolvers.first { $0.provider == provider }
            _ = try await resolver?.enriched(
                SourceEvent(
                    repository: Story.repository,
                    change: .branchPushed(branch: "main", before: Story.first, after: Story.second, forced: nil)),
                on: connection, host: host)
        case .hook:
            let registrar = modules.hookRegistrars.first { $0.provider == provider }
            _ = try await registrar?.register(
                HookWish(
                    repository: Story.repository, url: "https://penstock.example/hooks/1",
                    secret: Credential(user: "", secret: "hook-secret")), on: connection, host: host)
        }
    }

    private static func failure(_ work: () async throws(FailureDetails) -> Void) async -> FailureDetails? {
        do {
            try await work()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: rows) func `a certificate that nobody vouches for ends the call before the token is shown`(
        row: Row
    ) async throws {
        let certificate = try Certificate.make()
        defer { certificate.remove() }
        try await StoryHosts.with(certificate: certificate.file) { server, host in
            let refused = await Self.failure { () async throws(FailureDetails) in
                try await Self.ask(row, on: row.teller.connection(to: server), host: host)
            }
            let message = try #require(refused?.message)
            #expect(message.contains("the certificate of 127.0.0.1 is not trusted"))
            #expect(message.contains("install its authority on the gateway's machine"), "the remedy")
            #expect(!message.contains(StoryHosts.token) && !message.contains("hook-secret"))
            // Its authority may be installed meanwhile.
            #expect(refused?.type == .systemUnavailable)
            #expect(try server.requests.isEmpty)
        }
    }

    @Test func `with its authority installed the same server is asked`() async throws {
        let certificate = try Certificate.make()
        defer { certificate.remove() }
        try await StoryHosts.with(certificate: certificate.file, isTrusted: true) { server, host in
            for row in Self.rows where row.question == .comparison {
                try await Self.ask(row, on: row.teller.connection(to: server), host: host)
            }
            #expect(try server.requests.count >= CrossHostTests.tellers.count)
        }
    }

    @Test func `git shows such a server nothing either`() async throws {
        let certificate = try Certificate.make()
        defer { certificate.remove() }
        try await StoryHosts.with(certificate: certificate.file) { server, host in
            let reader = try #require(Hosts.modules.refReaders.first { $0.provider == "Git" })
            for teller in CrossHostTests.tellers {
                let refused = await Self.failure { () async throws(FailureDetails) in
                    _ = try await reader.refs(
                        of: Story.repository, on: teller.connection(to: server), host: host)
                }
                let message = try #require(refused?.message)
                #expect(message.contains("certificate") && message.contains("install its authority"))
                #expect(!message.contains(StoryHosts.token))
            }
            #expect(try server.requests.isEmpty)
        }
    }

    @Test(arguments: rows) func `a redirect to another host takes no token along`(row: Row) async throws {
        try await StoryHosts.with { other, _ in
            let (refused, calls) = try await Self.redirected(row, to: other.origin)
            #expect(refused?.type == .configurationError && refused?.message.contains("redirect") == true)
            #expect(refused?.message.contains(StoryHosts.token) == false)
            #expect(calls == 1)
            #expect(try other.requests.isEmpty)
        }
    }

    /// How the call failed, and what the server that redirects has seen.
    private static func redirected(_ row: Row, to origin: String) async throws -> (FailureDetails?, Int) {
        try await StoryHosts.with(elsewhere: origin) { server, host in
            let refused = await failure { () async throws(FailureDetails) in
                try await ask(row, on: row.teller.connection(to: server, mode: "elsewhere"), host: host)
            }
            return (refused, try server.requests.count)
        }
    }
}

/// Made for the occasion, for 127.0.0.1: nobody's authority but its own.
private struct Certificate {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Key and certificate.
    let file: URL

    static func make() throws -> Certificate {
        let file = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString).pem")
        let path = file.path(percentEncoded: false)
        let script = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=penstock test' \
            -addext subjectAltName=IP:127.0.0.1 -keyout '\(path)' -out '\(path).crt' 2>/dev/null
            """
        let made = try ChildProcess(["/bin/sh", "-c", script], environment: ProcessInfo.processInfo.environment).wait()
        guard made == 0 else { throw Failure(description: "openssl is needed (apt-get install openssl)") }
        let both = try Data(contentsOf: file) + Data(contentsOf: URL(filePath: "\(path).crt"))
        try both.write(to: file)
        try FileManager.default.removeItem(atPath: "\(path).crt")
        return Certificate(file: file)
    }

    func remove() { try? FileManager.default.removeItem(at: file) }
}

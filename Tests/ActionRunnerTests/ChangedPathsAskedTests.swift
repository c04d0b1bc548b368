import PipelineEngine
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// Who is asked for changed paths: the API of the connection's host, then `git`.
@Suite struct ChangedPathsAskedTests {
    private static let arn: ConnectionARN = "arn:aws:codeconnections:us-east-1:000000000000:connection/1"
    private static func connection(_ credential: Credential?) -> Connection {
        Connection(name: "github", arn: arn, provider: "GitHub", url: "https://git.example", credential: credential)
    }
    private static let push = SourceEvent(
        repository: "acme/app", change: .branchPushed(branch: "main", before: "c0", after: "c1", forced: nil))

    private static func answer(
        _ event: SourceEvent?, credential: Credential? = Credential(user: "", secret: "t0ken"),
        api: @escaping @Sendable (SourceEvent) -> Result<[String]?, FailureDetails>
    ) async throws -> (ChangedPathsAnswer, api: [SourceEvent], git: [ChangedPathsQuery]) {
        let git = ScriptedSourceHost { _, _ in .success(["from-git"]) }
        let resolver = ScriptedResolver(script: api)
        let host = try FakeHost(connections: [connection(credential)])
        defer { host.remove() }
        let question = ChangedPathsQuestion(
            connection: arn, repository: "acme/app", change: .push(before: "c0", after: "c1"), event: event,
            filters: [FilterCriteria(includes: ["from-*"])],
            request: StartRequest(trigger: ExecutionTrigger(type: .webhookV2)))
        let answer = await ChangedPathsInquiry(
            question: question, sourceHosts: ["GitHub": git], resolvers: ["GitHub": resolver], host: host,
            patience: 10
        ).answer()
        return (answer, resolver.events, git.queries)
    }

    @Test func `the host's API is asked first, and git no more where it tells the paths`() async throws {
        let told = try await Self.answer(Self.push) { _ in .success(["docs/x", "from-api"]) }
        #expect(told.0 == .inspected(match: "from-api", count: 2))
        #expect(told.api == [Self.push] && told.git.isEmpty)
        let none = try await Self.answer(Self.push) { _ in .success([]) }
        #expect(none.0 == .inspected(match: nil, count: 0) && none.git.isEmpty)
    }

    @Test(arguments: [FailureDetails.Kind.permissionError, .systemUnavailable, .configurationError])
    func `what the API can't tell, git is asked`(kind: FailureDetails.Kind) async throws {
        for result in [Result<[String]?, FailureDetails>.success(nil), .failure(FailureDetails(kind, "no"))] {
            let told = try await Self.answer(Self.push) { _ in result }
            #expect(told.0 == .inspected(match: "from-git", count: 1) && told.api.count == 1)
            #expect(told.git == [.push(repository: "acme/app", before: "c0", after: "c1")])
        }
    }

    @Test func `a question of an earlier version, or without a credential, is git's`() async throws {
        let old = try await Self.answer(nil) { _ in .success(["from-api"]) }
        #expect(old.0 == .inspected(match: "from-git", count: 1) && old.api.isEmpty)
        let strange = try await Self.answer(Self.push, credential: nil) { _ in .success(["from-api"]) }
        #expect(strange.0 == .inspected(match: "from-git", count: 1) && strange.api.isEmpty)
    }
}

/// A host's API whose answers the test writes down.
final class ScriptedResolver: EventResolver {
    typealias Script = @Sendable (SourceEvent) -> Result<[String]?, FailureDetails>

    let provider = "GitHub"
    private let script: Script
    private let seen = Mutex<[SourceEvent]>([])

    init(script: @escaping Script) { self.script = script }

    var events: [SourceEvent] { seen.withLock { $0 } }

    func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] { [event] }

    func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        seen.withLock { $0.append(event) }
        var known = event
        known.changedPaths = try script(event).get()
        return known
    }
}

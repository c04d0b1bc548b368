import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import Synchronization
import Testing

@testable import PenstockServer

/// A host of hooks that does as it is told, or fails as it is told.
private final class PlayedRegistrar: HookRegistrar {
    struct State {
        /// URL and secret by repository.
        var hooks: [String: (url: String, secret: String?)] = [:]
        var calls: [String] = []
        var failure: FailureDetails?
        var credential: String?
    }

    let provider = "GitHub"
    let state = Mutex(State())

    func register(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let (failure, change) = state.withLock { state -> (FailureDetails?, RegisteredHook.Change) in
            state.calls.append("register \(hook.repository)")
            state.credential = connection.credential?.secret
            guard state.failure == nil else { return (state.failure, .unchanged) }
            let former = state.hooks.updateValue((hook.url, hook.secret?.secret), forKey: hook.repository)
            return (nil, former == nil ? .created : .unchanged)
        }
        if let failure { throw failure }
        return RegisteredHook(id: "id-\(hook.repository)", change: change)
    }

    func remove(_ hook: HookWish, on connection: Connection, host: any PluginHost) async throws(FailureDetails) {
        let failure = state.withLock { state in
            state.calls.append("remove \(hook.repository)")
            if state.failure == nil, state.hooks[hook.repository]?.url == hook.url {
                state.hooks[hook.repository] = nil
            }
            return state.failure
        }
        if let failure { throw failure }
    }

    var repositories: Set<String> { state.withLock { Set($0.hooks.keys) } }
    func takeCalls() -> [String] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls.sorted()
        }
    }
    func fail(_ failure: FailureDetails?) { state.withLock { $0.failure = failure } }
}

/// A gateway's host with a clock that the test moves.
private final class ClockedHost: PluginHost {
    private let base: GatewayHost
    private let seconds = Mutex(1000.0)

    init(_ base: GatewayHost) { self.base = base }

    func pass(_ time: Double) { seconds.withLock { $0 += time } }
    func now() -> Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }
    var http: any HTTPClient { base.http }
    var logger: Logger { base.logger }
    var stores: any ObjectStores { base.stores }
    var connections: any Connections { base.connections }
    var hiddenPaths: [URL] { base.hiddenPaths }
    func stateFolder(for plugin: String) throws -> URL { try base.stateFolder(for: plugin) }
}

/// One life of a gateway as far as hooks at hosts go; the ledger outlives it.
private struct RegistrationBench {
    let registration: HookRegistration
    let registrar: PlayedRegistrar
    let host: ClockedHost
    let ledger: InMemoryLedger
    let folder: ServerFolder

    static func ledger() -> InMemoryLedger { InMemoryLedger(settings: EngineSettings(), clock: { 1000 }) }

    init(
        _ hooks: String, ledger: InMemoryLedger = RegistrationBench.ledger(),
        registrar: PlayedRegistrar = PlayedRegistrar(),
        url: String = "https://penstock.example"
    ) throws {
        self.ledger = ledger
        self.registrar = registrar
        folder = try ServerFolder()
        let settings = try folder.settings(
            """
            public_url: \(url)
            connections:
              github: {url: "https://github.com", token: conn-token}
              forge: {url: "https://forge.example", provider: Forge}
            hooks: \(hooks)
            """)
        let modules = try Modules(settings)
        let connections = ConnectionTable(settings.connections, region: settings.region, account: settings.account)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        host = ClockedHost(
            try GatewayHost(
                settings: settings, modules: modules, connections: connections, http: OfflineHTTPClient(),
                logger: logger))
        registration = HookRegistration(
            hooks: try GatewayHooks(
                settings, modules: modules, connections: connections, idKey: Data(repeating: 7, count: 32)),
            settings: settings, registry: ledger, ledger: ledger, registrars: [registrar], connections: connections,
            host: host, vault: PlainVault(), base: { url }, logger: logger)
    }

    static func pipeline(_ name: PipelineName, _ repository: String, v1: Bool = false) -> PipelineDeclaration {
        let parts = repository.split(separator: "/").map(String.init)
        let connection = "arn:aws:codeconnections:us-east-1:000000000000:connection/github"
        return PipelineDeclaration(
            name: name, roleArn: "arn:aws:iam::000000000000:role/p",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [
                StageDeclaration(
                    name: "Source",
                    actions: [
                        ActionDeclaration(
                            name: "Fetch",
                            actionTypeId: ActionTypeID(
                                category: .source, owner: v1 ? .thirdParty : .aws,
                                provider: v1 ? "GitHub" : "CodeStarSourceConnection"),
                            configuration: v1
                                ? [
                                    "Owner": .plain(parts[0]), "Repo": .plain(parts[1]), "Branch": .plain("main"),
                                    "OAuthToken": .sealed(SealedSecret(keyID: "k", box: "v1-token")),
                                ]
                                : [
                                    "ConnectionArn": .plain(connection), "FullRepositoryId": .plain(repository),
                                    "BranchName": .plain("main"),
                                ])
                    ])
            ])
    }

    func declare(_ name: PipelineName, _ repository: String, v1: Bool = false) async throws {
        _ = try await ledger.perform(
            .create(Self.pipeline(name, repository, v1: v1), trigger: ExecutionTrigger(type: .createPipeline)),
            on: name)
    }

    func records() async throws -> [HookRegistrationRecord] {
        try await ledger.all(HookRegistrationRecord.self).map(\.record)
    }
}

/// Hides nothing.
private struct PlainVault: SecretVault {
    func seal(_ text: String) -> SealedSecret { SealedSecret(keyID: "k", box: text) }
    func open(_ secret: SealedSecret) -> String { secret.box }
}

@Suite struct HookRegistrationTests {
    private static let needed = "{main: {connection: github, secret: hush, id: main-hook, register: true}}"
    private static let refused = FailureDetails(.permissionError, "the token may not manage hooks")

    @Test func `hooks follow what the pipelines name`() async throws {
        let bench = try RegistrationBench(Self.needed)
        #expect(try await bench.registration.round())
        #expect(bench.registrar.takeCalls() == [])
        try await bench.declare("a", "acme/app")
        try await bench.declare("b", "Acme/App")
        try await bench.declare("c", "acme/old", v1: true)
        _ = try await bench.registration.round()
        #expect(bench.registrar.repositories.map { $0.lowercased() }.sorted() == ["acme/app", "acme/old"])
        let made = bench.registrar.state.withLock { Array($0.hooks.values) }
        #expect(made.allSatisfy { $0.url == "https://penstock.example/hooks/main-hook" && $0.secret == "hush" })
        #expect(try await bench.records().allSatisfy { $0.state == .registered && $0.hostID != nil })
        _ = bench.registrar.takeCalls()
        _ = try await bench.registration.round()
        #expect(bench.registrar.takeCalls() == [], "nothing has changed")
        _ = try await bench.ledger.perform(.delete, on: "c")
        _ = try await bench.registration.round()
        #expect(bench.registrar.takeCalls() == ["remove acme/old"])
        #expect(try await bench.records().count == 1)
        bench.host.pass(22_000)
        _ = try await bench.registration.round()
        #expect(bench.registrar.takeCalls().count == 1, "the host may have switched it off")
    }

    @Test func `a new life looks at every hook, and removes what nobody wants any more`() async throws {
        let ledger = RegistrationBench.ledger()
        let registrar = PlayedRegistrar()
        let listed = "{main: {connection: github, secret: s, id: h, register: [acme/app, acme/web]}}"
        let first = try RegistrationBench(listed, ledger: ledger, registrar: registrar)
        _ = try await first.registration.round()
        #expect(registrar.takeCalls() == ["register acme/app", "register acme/web"])
        let fewer = "{main: {connection: github, secret: s, id: h, register: [acme/app]}}"
        _ = try await RegistrationBench(fewer, ledger: ledger, registrar: registrar).registration.round()
        #expect(registrar.takeCalls() == ["register acme/app", "remove acme/web"])
        let none = "{main: {connection: github, secret: s, id: h}}"
        let last = try RegistrationBench(none, ledger: ledger, registrar: registrar)
        #expect(try await last.registration.round())
        #expect(registrar.takeCalls() == ["remove acme/app"] && registrar.repositories.isEmpty)
        #expect(try await last.registration.round() == false, "there is nothing left to look after")
    }

    @Test func `a gateway that has moved leaves no hook behind`() async throws {
        let ledger = RegistrationBench.ledger()
        let registrar = PlayedRegistrar()
        let hooks = "{main: {connection: github, secret: s, id: h, register: [acme/app]}}"
        _ = try await RegistrationBench(hooks, ledger: ledger, registrar: registrar).registration.round()
        _ = registrar.takeCalls()
        let moved = try RegistrationBench(hooks, ledger: ledger, registrar: registrar, url: "https://new.example")
        _ = try await moved.registration.round()
        #expect(registrar.takeCalls() == ["register acme/app", "remove acme/app"])
        #expect(try await moved.records().map(\.url) == ["https://new.example/hooks/h"])
    }

    @Test func `failures are kept, tried again with growing pauses, and forgotten by a success`() async throws {
        let bench = try RegistrationBench("{main: {connection: github, secret: s, id: h, register: [acme/app]}}")
        bench.registrar.fail(Self.refused)
        var pauses: [Double] = []
        for _ in 0..<9 {
            _ = try await bench.registration.round()
            #expect(bench.registrar.takeCalls() == ["register acme/app"])
            let record = try #require(try await bench.records().first)
            #expect(record.state == .failed && record.errorCode == "PermissionError")
            let pause = try #require(record.tryAgain) - bench.host.now().timeIntervalSince1970
            pauses.append(pause)
            bench.host.pass(pause - 1)
            _ = try await bench.registration.round()
            #expect(bench.registrar.takeCalls() == [])
            bench.host.pass(2)
        }
        #expect(pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
        bench.registrar.fail(nil)
        _ = try await bench.registration.round()
        let record = try #require(try await bench.records().first)
        #expect(record.state == .registered && record.errorMessage == nil && record.attempts == 0)
    }

    @Test func `a hook that can't be removed is tried again, and one whose connection is gone is let go`() async throws
    {
        let bench = try RegistrationBench(Self.needed)
        try await bench.declare("a", "acme/app")
        _ = try await bench.registration.round()
        _ = try await bench.ledger.perform(.delete, on: "a")
        bench.registrar.fail(Self.refused)
        _ = try await bench.registration.round()
        #expect(try await bench.records().map(\.state) == [.removing])
        bench.registrar.fail(nil)
        _ = bench.registrar.takeCalls()
        _ = try await bench.registration.round()
        #expect(bench.registrar.takeCalls() == [])
        bench.host.pass(31)
        _ = try await bench.registration.round()
        #expect(try await bench.records().isEmpty && bench.registrar.repositories.isEmpty)
        let orphan = HookRegistrationRecord(
            origin: .configuration, hook: "main", repository: "acme/x", connection: "arn:gone", url: "https://x",
            hostID: "1", state: .registered)
        try await bench.ledger.change(registry: [.put(try orphan.entry())])
        _ = try await bench.registration.round()
        #expect(try await bench.records().isEmpty)
    }

    @Test func `a provider without a registrar says so`() async throws {
        let bench = try RegistrationBench(
            "{main: {connection: forge, provider: GitHub, secret: s, id: h, register: [acme/app]}}")
        _ = try await bench.registration.round()
        let record = try #require(try await bench.records().first)
        #expect(record.errorMessage?.contains("no module of this gateway can register hooks at 'Forge'") == true)
    }

    // MARK: Webhooks

    private func webhook(_ pipeline: PipelineName = "a", action: ActionName = "Fetch") -> WebhookRecord {
        WebhookRecord(
            name: "w", hook: "web-hook", targetPipeline: pipeline, targetAction: action, filters: [],
            authentication: .gitHubHMAC(secret: SealedSecret(keyID: "k", box: "hush")), tags: [:])
    }

    @Test func `a webhook is registered with the token of its version 1 action, and removed again`() async throws {
        let bench = try RegistrationBench("{}")
        try await bench.declare("a", "acme/app", v1: true)
        try await bench.registration.register(webhook())
        let made = bench.registrar.state.withLock { ($0.hooks["acme/app"], $0.credential) }
        #expect(made.0?.url == "https://penstock.example/hooks/web-hook" && made.0?.secret == "hush")
        #expect(made.1 == "v1-token")
        #expect(try await bench.records().map(\.state) == [.registered])
        #expect(try await bench.registration.round() == false, "it is no hook of the configuration")
        try await bench.registration.deregister(webhook())
        #expect(bench.registrar.repositories.isEmpty)
        #expect(try await bench.records().isEmpty)
        try await bench.registration.deregister(webhook())
        #expect(bench.registrar.takeCalls().count == 2)
    }

    @Test func `a webhook of a connection's action uses the connection, and moves with its target`() async throws {
        let bench = try RegistrationBench("{}")
        try await bench.declare("a", "acme/app")
        try await bench.declare("b", "acme/web")
        try await bench.registration.register(webhook())
        #expect(bench.registrar.state.withLock { $0.credential } == "conn-token")
        try await bench.registration.register(webhook("b"))
        #expect(bench.registrar.repositories == ["acme/web"])
    }

    @Test func `what goes wrong is recorded`() async throws {
        let bench = try RegistrationBench("{}")
        try await bench.declare("a", "acme/app")
        bench.registrar.fail(Self.refused)
        try await bench.registration.register(webhook())
        #expect(try await bench.records().map(\.errorCode) == ["PermissionError"])
        for (wrong, message) in [
            (webhook("none"), "no source action 'Fetch' any more"),
            (webhook(action: "Other"), "no source action 'Other' any more"),
        ] {
            try await bench.registration.register(wrong)
            #expect(try await bench.records().first?.errorMessage?.contains(message) == true)
        }
        try await bench.registration.deregister(webhook())
        #expect(try await bench.records().isEmpty, "what was never made needs no removal")
        bench.registrar.fail(nil)
        try await bench.registration.register(webhook())
        bench.registrar.fail(Self.refused)
        try await bench.registration.deregister(webhook())
        #expect(try await bench.records().map(\.state) == [.removing])
        #expect(try await bench.records().map(\.errorMessage) == [Self.refused.message])
    }
}

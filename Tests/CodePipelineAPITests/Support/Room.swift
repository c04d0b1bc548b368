import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import Synchronization
import Testing

/// The API over a fake ledger, called as a door calls it.
struct Room {
    let ledger = FakeLedger()
    let vault = ReversingVault()
    let workers = FakeWorkerAccess()
    var registry: FakeLedger { ledger }
    let thirdParty: PlayedHooks
    let operations: CodePipelineOperations
    let connections: ConnectionOperations
    var context = CallContext(
        principalARN: "arn:aws:iam::000000000000:user/ada", account: "000000000000", region: "us-east-1",
        now: 1_700_000_000, requestID: "r-1")

    /// - Parameters:
    ///   - rushed: somebody else changes what is in the registry before each change.
    ///   - times: so many times.
    init(settings: APISettings = APISettings(), rushed: Bool = false, times: Int = .max) {
        thirdParty = PlayedHooks(registry: ledger)
        let service = CodePipelineService(
            ledger: ledger, registry: rushed ? Rushed(base: ledger, times: times) : ledger, jobs: ledger,
            actionTypes: .everything,
            ruleTypes: .some, vault: vault, workers: workers, settings: settings, thirdParty: thirdParty,
            declaredConnections: GivenDeclarations())
        operations = CodePipelineOperations(service: service)
        connections = ConnectionOperations(service: service)
    }

    /// The answer as a client reads it, `null` without a body.
    @discardableResult
    func call(_ name: String, _ input: Document) async throws -> Document {
        try Self.read(try await operations.perform(name, input: input, in: context))
    }

    private static func read(_ output: (any Encodable)?) throws -> Document {
        guard let output else { return .null }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        return try JSONDecoder().decode(Document.self, from: encoder.encode(output))
    }

    /// A call of CodeConnections.
    @discardableResult
    func connect(_ name: String, _ json: String) async throws -> Document {
        try Self.read(try await connections.perform(name, input: document(json), in: context))
    }

    /// What a call of CodeConnections refuses with.
    func connectionRefusal(_ name: String, _ json: String) async throws -> APIError {
        try await #require(throws: APIError.self) { try await connect(name, json) }
    }

    @discardableResult
    func call(_ name: String, _ json: String) async throws -> Document { try await call(name, document(json)) }

    /// What the call refuses with.
    func refusal(_ name: String, _ input: Document) async throws -> APIError {
        try await #require(throws: APIError.self) { try await call(name, input) }
    }

    func refusal(_ name: String, _ json: String) async throws -> APIError { try await refusal(name, document(json)) }

    /// Reports on the attempt of an action that is in progress.
    func report(
        _ action: ActionName, of pipeline: PipelineName, _ report: (ActionReference) -> PipelineCommand
    ) async throws {
        let state = try #require(try await ledger.state(of: pipeline))
        let running = state.executions.values.flatMap(\.stages).flatMap(\.actions)
            .first { $0.action == action && $0.status == .inProgress }
        _ = try await ledger.perform(report(ActionReference(try #require(running))), on: pipeline)
    }

    /// Reports on the execution of a rule that is in progress.
    func reportRule(
        _ rule: RuleName, of pipeline: PipelineName, _ report: (RuleReference) -> PipelineCommand
    ) async throws {
        let state = try #require(try await ledger.state(of: pipeline))
        let running = state.executions.values.flatMap(\.stages).flatMap(\.conditions.values).flatMap(\.rules)
            .first { $0.rule == rule && $0.status == .inProgress }
        _ = try await ledger.perform(report(RuleReference(try #require(running))), on: pipeline)
    }

    func create(_ pipeline: Document, tags: String = "[]") async throws {
        try await call("CreatePipeline", .structure(["pipeline": pipeline, "tags": document(tags)]))
    }

    func state(_ pipeline: String) async throws -> Document {
        try await call("GetPipelineState", #"{"name": "\#(pipeline)"}"#)
    }

    /// Starts an execution and answers its id.
    func start(_ pipeline: String) async throws -> String {
        try #require(
            try await call("StartPipelineExecution", #"{"name": "\#(pipeline)"}"#)["pipelineExecutionId"]?.text)
    }

    /// The executions' ids, the newest first.
    func executions(_ pipeline: String) async throws -> [String] {
        try await call("ListPipelineExecutions", #"{"pipelineName": "\#(pipeline)"}"#)["pipelineExecutionSummaries"]?
            .items.compactMap { $0["pipelineExecutionId"]?.text } ?? []
    }

    /// Fetches the source of a small pipeline: its artifact is there afterwards.
    func fetch(_ pipeline: PipelineName) async throws {
        let revision = SourceRevision(actionName: "Fetch", revisionID: "v1", url: "https://example.com/v1")
        let app = StoredArtifact(name: "App", bucket: "artifacts", key: "App/1", revision: revision)
        try await report("Fetch", of: pipeline) {
            .actionSucceeded($0, ActionResult(outputs: [app], revision: revision))
        }
    }

    func build(_ pipeline: PipelineName) async throws {
        let built = StoredArtifact(name: "Built", bucket: "artifacts", key: "Built/1")
        try await report("Compile", of: pipeline) { .actionSucceeded($0, ActionResult(outputs: [built])) }
    }
}

func document(_ json: String) throws -> Document { try Document(json: Data(json.utf8)) }

/// A key for every bucket but those that are called local; it remembers what it was asked for.
final class FakeWorkerAccess: WorkerAccess {
    private let log = Mutex<[[BucketName]]>([])

    var asked: [[BucketName]] { log.withLock { $0 } }

    func key(to buckets: [BucketName], for job: String) -> WorkerKey? {
        log.withLock { $0.append(buckets) }
        return buckets.contains("local") ? nil : WorkerKey(accessKeyID: "AK", secretAccessKey: "SK")
    }
}

/// Hides nothing, but shows what was sealed.
struct ReversingVault: SecretVault {
    func seal(_ text: String) -> SealedSecret { SealedSecret(keyID: "k", box: String(text.reversed())) }
    func open(_ secret: SealedSecret) -> String { String(secret.box.reversed()) }
}

extension Document {
    /// A copy with one place changed or, with `nil`, removed: `stages.0.actions.1.name`. Missing parents are made.
    func setting(_ path: String, to value: Document?) -> Document {
        setting(path.split(separator: ".").map(String.init)[...], to: value)
    }

    private func setting(_ path: ArraySlice<String>, to value: Document?) -> Document {
        guard let head = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        if case .list(var items) = self, let index = Int(head) {
            if rest.isEmpty, value == nil {
                items.remove(at: index)
            } else if index == items.count {
                items.append(Document.structure([:]).setting(rest, to: value))
            } else {
                items[index] = items[index].setting(rest, to: value)
            }
            return .list(items)
        }
        var members: [String: Document] = if case .structure(let found) = self { found } else { [:] }
        members[head] = rest.isEmpty ? value : (members[head] ?? .structure([:])).setting(rest, to: value)
        return .structure(members)
    }

    /// The value at a path, lists by index.
    func at(_ path: String) -> Document? {
        path.split(separator: ".").reduce(Optional(self)) { place, key in
            guard case .list(let items)? = place else { return place?[String(key)] }
            return Int(key).flatMap { items.indices.contains($0) ? items[$0] : nil }
        }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var items: [Document] { if case .list(let items) = self { items } else { [] } }
    var members: [String: Document] { if case .structure(let members) = self { members } else { [:] } }
}

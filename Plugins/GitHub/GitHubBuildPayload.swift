import PipelineModel
import PluginKit

/// The part that an event is made of in a payload of `workflow_run`, `check_run` or `check_suite`: something of GitHub
/// Actions, or of another App, that has ended.
struct BuildPayload: GitHubPayload {
    /// As the event and the payload's member are called.
    enum Kind: String { case workflowRun = "workflow_run", checkRun = "check_run", checkSuite = "check_suite" }

    private let kind: Kind
    private let ownApp: String?
    private var isObject = false
    private var action = RequiredText(place: "action")
    private var run: BuildMembers?
    private var repository = RequiredRepository(place: "repository")
    private var sender: GitHubAccount?

    private static let names = JSONNames(["action", "workflow_run", "check_run", "check_suite", "repository", "sender"])

    /// - Parameter ownApp: the id or client id of the App as which this gateway shows its own stages.
    init(_ kind: Kind, ownApp: String?, reading reader: inout JSONReader) throws(JSONFault) {
        self.kind = kind
        self.ownApp = ownApp
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "action": try action.read(&reader)
            case "repository": try repository.read(&reader)
            case "sender": sender = try GitHubAccount(reading: &reader)
            case kind.rawValue: run = try BuildMembers(reading: &reader)
            default: try reader.skip()
            }
        }
    }

    /// What this gateway shows must never start anything here: that would show more, and so on without an end.
    private func ownReason(_ action: String) -> String {
        switch action {
        case "rerequested":
            "\(kind.rawValue) rerequested: running a stage again from GitHub's page is not supported; "
                + "use retry-stage-execution or start-pipeline-execution"
        default: "\(kind.rawValue) \(action.prefix(100)): this gateway's own, shown by its App"
        }
    }

    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        let action = try action.value
        if let ownApp, let run, run.isOf(app: ownApp) { return ParsedDelivery(ignored: ownReason(action)) }
        guard action == "completed" else {
            return ParsedDelivery(ignored: "\(kind.rawValue) \(action.prefix(100)): only a completed one is an event")
        }
        guard let run else { throw .unexpectedShape("'\(kind.rawValue)' is missing or has another type than expected") }
        guard let job = run.job(of: kind) else { throw .unexpectedShape("'\(kind.rawValue)' has neither name nor id") }
        let repository = try repository.name
        let build = SourceEvent.Build(
            system: "GitHub", job: job, number: run.number(of: kind), status: run.status,
            url: run.url, branch: run.branch(of: repository), commitID: run.commitID)
        return ParsedDelivery(events: [
            SourceEvent(
                repository: repository, change: .buildCompleted(build), commit: run.headCommit?.asCommit,
                sender: sender?.asSender)
        ])
    }
}

private struct BuildMembers {
    private var id: Int?
    private var name: String?
    private var path: String?
    private var runNumber: Int?
    private var app: BuildApp?
    private var conclusion: String?
    private var headBranch: String?
    private var suiteBranch: String?
    private var headRepository: String?
    private var headSHA: String?
    private(set) var url: String?
    private(set) var headCommit: PushPayload.HeadCommit?

    private static let names = JSONNames([
        "id", "name", "path", "run_number", "app", "conclusion", "head_branch", "check_suite", "head_sha", "html_url",
        "head_commit", "head_repository",
    ])
    private static let repositoryNames = JSONNames(["full_name"])
    private static let suiteNames = JSONNames(["head_branch"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let member = try reader.nextMember(of: Self.names) {
            switch member {
            case "id": id = try reader.integer()
            case "name": name = try Self.text(&reader)
            case "path": path = try Self.text(&reader)
            case "run_number": runNumber = try reader.integer()
            case "app": app = try BuildApp(reading: &reader)
            case "conclusion": conclusion = try reader.string()
            case "head_branch": headBranch = try Self.text(&reader)
            case "check_suite": suiteBranch = try Self.text(of: Self.suiteNames, &reader)
            case "head_sha": headSHA = try reader.string()
            case "html_url": url = try Self.text(&reader)
            case "head_repository": headRepository = try Self.text(of: Self.repositoryNames, &reader)
            default: headCommit = try PushPayload.HeadCommit(reading: &reader)
            }
        }
    }

    func isOf(app id: String) -> Bool { app?.ids.contains(id) ?? false }

    /// A workflow without a name is known by its file; a suite by the App that runs it.
    func job(of kind: BuildPayload.Kind) -> String? {
        let names = kind == .checkSuite ? [app?.name, name] : [name, path]
        return names.compactMap { $0 }.first ?? id.map(String.init)
    }

    /// Runs of one workflow are counted; what else there is has an id only.
    func number(of kind: BuildPayload.Kind) -> String? {
        (kind == .workflowRun ? runNumber ?? id : id).map(String.init)
    }

    /// A fork's branch is none of this repository's, whatever it is called.
    func branch(of repository: String) -> String? {
        if let headRepository, headRepository.lowercased() != repository.lowercased() { return nil }
        return headBranch ?? suiteBranch
    }

    var commitID: String? { headSHA.flatMap(CommitID.init)?.unlessZero?.text }

    /// `neutral`, `action_required` and `stale` say that nobody knows.
    var status: SourceEvent.Build.Status {
        switch conclusion {
        case "success": .succeeded
        case "failure", "timed_out", "startup_failure": .failed
        case "cancelled": .cancelled
        case "skipped": .skipped
        default: .unknown
        }
    }

    /// What is empty says nothing.
    private static func text(_ reader: inout JSONReader) throws(JSONFault) -> String? {
        try reader.string().flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func text(of name: JSONNames, _ reader: inout JSONReader) throws(JSONFault) -> String? {
        guard try reader.openObject() else { return nil }
        var found: String?
        while try reader.nextMember(of: name) != nil { found = try text(&reader) }
        return found
    }
}

/// The App that a run or suite belongs to.
private struct BuildApp {
    private(set) var name: String?
    /// A connection may name either.
    private(set) var ids: [String] = []

    private static let names = JSONNames(["id", "client_id", "name"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let member = try reader.nextMember(of: Self.names) {
            switch member {
            case "id": if let id = try reader.integer() { ids.append(String(id)) }
            case "client_id": if let id = try reader.string(), !id.isEmpty { ids.append(id) }
            default: name = try reader.string().flatMap { $0.isEmpty ? nil : $0 }
            }
        }
    }
}

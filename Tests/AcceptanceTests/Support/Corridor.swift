import Foundation

/// The whole of it: a repository behind `git http-backend`, a gateway, two buckets, and the clients.
struct Corridor: Sendable {
    enum Stores: Sendable { case local, weed }

    static let connection = "arn:aws:codeconnections:us-east-1:000000000000:connection/github"

    let git: GitServer
    let gateway: Gateway
    /// `nil` where the buckets are folders of the gateway's.
    let weed: WeedServer?
    let artifacts: String
    let site: String

    /// A gateway that runs.
    ///
    /// - Parameters:
    ///   - files: the repository's first commit.
    ///   - api: where the host's API is played.
    ///   - extra: more of `penstock.yaml`.
    static func open(
        _ stores: Stores = .local, files: [String: String]? = nil, credential: String = "", api: String? = nil,
        extra: String = ""
    ) async throws -> Corridor {
        let git = try await GitServer(files: try files ?? Fixture.quickstart(), credential: credential)
        let weed = stores == .weed ? try await WeedServer.running() : nil
        let artifacts = try await weed?.makeBucket("artifacts") ?? "artifacts"
        let site = try await weed?.makeBucket("site") ?? "site"
        let apiURL = api.map { "    api_url: \($0)\n" } ?? ""
        let parts = credential.split(separator: ":").map(String.init)
        let token = parts.count == 2 ? "    user: \(parts[0])\n    token: \(parts[1])\n" : ""
        let entries = weed.map { "stores:\n" + $0.storeEntry(artifacts) + $0.storeEntry(site) } ?? ""
        let gateway = try Gateway(
            configuration: """
                connections:
                  github:
                    url: \(git.url)
                \(apiURL)\(token)hooks:
                  main:
                    connection: github
                    secret: "\(Payload.secret)"
                \(entries)\(extra)
                """)
        try await gateway.start()
        return Corridor(git: git, gateway: gateway, weed: weed, artifacts: artifacts, site: site)
    }

    /// The first hook's URL, as `penstock hooks list` prints it.
    func hook() async throws -> String {
        let listed = try await gateway.penstock("hooks", "list", "--output", "json")
        guard let url = try JSON(parsing: listed.stdout)[0]["url"].string else { throw Missing(listed.stderr) }
        return url
    }

    func sdk() async throws -> SDK { SDK(try await gateway.environment()) }

    /// Source → build → deploy.
    func website(_ name: String = "website", buildspec: String? = nil) -> Definition {
        Definition(
            name, artifacts: artifacts,
            stages: [Definition.source, Definition.build(buildspec: buildspec), Definition.deploy(to: site)])
    }
}

extension SDK {
    static let terminal: Set = ["Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"]

    func create(_ definition: Definition) async throws {
        try await self("CreatePipeline", ["pipeline": definition.json])
    }

    /// The pipeline's executions, newest first.
    func executions(of pipeline: String) async throws -> [JSON] {
        try await self("ListPipelineExecutions", ["pipelineName": .string(pipeline)])[
            "pipelineExecutionSummaries"
        ].items
    }

    /// The status of an execution.
    func status(_ execution: String, of pipeline: String) async throws -> String {
        let got = try await self(
            "GetPipelineExecution",
            ["pipelineName": .string(pipeline), "pipelineExecutionId": .string(execution)])
        return got["pipelineExecution"]["status"].string ?? ""
    }

    /// Waits for an execution's end; gives its status.
    func end(of execution: String, of pipeline: String, upTo limit: Duration = .seconds(60)) async throws -> String {
        try await waiting(for: "the end of \(pipeline)'s execution \(execution)", upTo: limit) {
            let status = try await status(execution, of: pipeline)
            return Self.terminal.contains(status) ? status : nil
        }
    }

    func start(_ pipeline: String) async throws -> String {
        try await self("StartPipelineExecution", ["name": .string(pipeline)])["pipelineExecutionId"].string ?? ""
    }

    /// Waits for the one execution that a creation or a delivery started, then for its end.
    func endOfNewest(of pipeline: String, count: Int, upTo limit: Duration = .seconds(60)) async throws -> JSON {
        try await waiting(for: "\(count) executions of \(pipeline), all ended", upTo: limit) {
            let all = try await executions(of: pipeline)
            let ended = all.filter { Self.terminal.contains($0["status"].string ?? "") }
            return ended.count >= count ? all[0] : nil
        }
    }

    /// The state of one action, as GetPipelineState shows it.
    func actionState(_ action: String, in stage: String, of pipeline: String) async throws -> JSON {
        let state = try await self("GetPipelineState", ["name": .string(pipeline)])
        let found = state["stageStates"].items.first { $0["stageName"].string == stage }
        return found?["actionStates"].items.first { $0["actionName"].string == action } ?? .null
    }

    /// All items of a list, by its pages.
    func pages(_ operation: String, _ parameters: JSON, _ member: String) async throws -> [JSON] {
        var (items, parameters) = ([JSON](), parameters)
        while true {
            let page = try await self(operation, parameters)
            items += page[member].items
            guard let next = page["nextToken"].string else { return items }
            parameters["nextToken"] = .string(next)
        }
    }
}

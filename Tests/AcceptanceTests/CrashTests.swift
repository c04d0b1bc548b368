import Foundation
import Testing

/// `kill -9` at random instants while pushes come in and run, with a restart on the same data folder each time.
@Suite(.serialized) struct CrashTests {
    @Test func `a killed gateway loses no delivery, starts none twice and ends every execution`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let crashes = environment["PENSTOCK_CRASHES"].flatMap(Int.init) ?? 20
        let seed = environment["PENSTOCK_SEED"].flatMap(UInt64.init) ?? .random(in: 1...UInt64.max)
        // Printed so that a run that failed can be had again: PENSTOCK_SEED=….
        FileHandle.standardOutput.write(Data("CrashTests: \(crashes) crashes, PENSTOCK_SEED=\(seed)\n".utf8))
        let run = try await CrashRun(seed: seed)
        for round in 1...crashes { try await run.crash(round) }
        try await run.checkAll(crashes: crashes)
    }
}

/// One run: what was sent, what must have come of it.
private final class CrashRun {
    let corridor: Corridor
    private let sdk: SDK
    private let weed: WeedServer
    private let hook: String
    private let mark = "crash-mark-\(UUID().uuidString.lowercased())"
    private var random: SplitMix
    private var sent: [String] = []
    private var commit = ""

    init(seed: UInt64) async throws {
        random = SplitMix(state: seed)
        corridor = try await Corridor.open(
            .weed, files: ["page.txt": "0\n", "buildspec.yml": Self.buildspec(mark)], extra: "log_level: warning\n")
        weed = try #require(corridor.weed)
        sdk = try await corridor.sdk()
        hook = String(try await corridor.hook().dropFirst(try corridor.gateway.endpoint.count))
        try await sdk.create(corridor.website("crash"))
    }

    /// Fails where an earlier run left something; leaves something, and a process that left its session.
    private static func buildspec(_ mark: String) -> String {
        """
        version: 0.2
        phases:
          build:
            on-failure: ABORT
            commands:
              - echo RUN-BEGINS
              - test ! -e left-behind
              - touch left-behind
              - setsid sh -c 'sleep 600; echo \(mark)' > /dev/null 2>&1 &
              - sleep 0.3
              - mkdir -p site && cp page.txt site/
        artifacts:
          base-directory: site
          files: ['**/*']
        """
    }

    /// Deliveries go out while the gateway is killed and started again.
    func crash(_ round: Int) async throws {
        commit = try await corridor.git.commit(["page.txt": "\(round)\n"], message: "Round \(round)")
        let payloads = [try Payload(commit: commit), try Payload(commit: commit)]
        sent += payloads.map(\.id)
        let instant = Duration.milliseconds(random.next() % 1200)
        let pause = Duration.milliseconds(random.next() % 400)
        let gateway = corridor.gateway
        try await withThrowingTaskGroup { group in
            group.addTask { [hook] in
                for payload in payloads {
                    try await Self.deliver(payload, to: hook, of: gateway)
                    try await Task.sleep(for: pause)
                }
            }
            try await Task.sleep(for: instant)
            try await gateway.kill9()
            try await gateway.start()
            try await group.waitForAll()
        }
        // One life in four is cut before it answers.
        guard random.next() % 4 == 0 else { return }
        try await gateway.kill9()
        try gateway.launch()
        try await Task.sleep(for: .milliseconds(random.next() % 300))
        try await gateway.kill9()
        try await gateway.start()
    }

    /// A sender that got no answer sends the same delivery again.
    private static func deliver(_ payload: Payload, to hook: String, of gateway: Gateway) async throws {
        try await waiting(until: "an answer to \(payload.id)", every: .milliseconds(100)) {
            guard let endpoint = try? gateway.endpoint,
                let answer = try? await payload.post(to: endpoint + hook)
            else { return false }
            #expect((200...299).contains(answer.status), "\(answer.status) \(answer.text)")
            return true
        }
    }

    func checkAll(crashes: Int) async throws {
        let sdk = try await corridor.sdk()
        let executions = try await waiting(for: "the end of every execution", upTo: .seconds(90)) {
            let all = try await Self.all(sdk)
            return all.allSatisfy { SDK.terminal.contains($0["status"].string ?? "") } ? all : nil
        }
        try await checkDeliveries(executions)
        #expect(executions.allSatisfy { ["Succeeded", "Superseded"].contains($0["status"].string) })
        #expect(executions.first?["status"] == "Succeeded")
        #expect(try await weed.objects(in: corridor.site) == ["page.txt": Data("\(crashes)\n".utf8)])
        try await checkActions(sdk)
        try await checkLeftovers()
        #expect(try await corridor.gateway.terminate() == 0)
    }

    private static func all(_ sdk: SDK) async throws -> [JSON] {
        try await sdk.pages("ListPipelineExecutions", ["pipelineName": "crash"], "pipelineExecutionSummaries")
    }

    /// Each delivery is in the journal, and it started an execution or names the one that was quicker with its commit:
    /// another delivery's, or that of a look at the branch. There are no others but the creation's.
    private func checkDeliveries(_ executions: [JSON]) async throws {
        let journal = try await corridor.gateway.journal()
        let accepted = journal.filter { $0["outcome"] == "accepted" }
        #expect(accepted.compactMap(\.["deliveryId"].string).sorted() == sent.sorted())
        let decisions = accepted.flatMap(\.["decisions"].items)
        let started = decisions.compactMap(\.["started"].string)
        #expect(Set(started).count == started.count, "an execution was started twice")
        let quicker = decisions.filter { $0["started"].string == nil }.map { Self.execution(in: $0["reason"].string) }
        #expect(!quicker.contains(nil), "a delivery started nothing and names no execution")
        #expect(started.count + quicker.count == sent.count)
        let hooked = executions.filter { $0["trigger"]["triggerType"] == "Webhook" }
        let known = Set(hooked.compactMap(\.["pipelineExecutionId"].string))
        #expect(known == Set(started).union(quicker.compactMap { $0 }))
        #expect(executions.count == hooked.count + 1)
        FileHandle.standardOutput.write(
            Data("CrashTests: \(started.count) deliveries started, \(quicker.count) came after a quicker one\n".utf8))
    }

    private static func execution(in reason: String?) -> String? {
        reason?.firstMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/).map { String($0.output.0) }
    }

    /// An interrupted action runs again as itself: one row for each, though its log begins more than once.
    private func checkActions(_ sdk: SDK) async throws {
        let actions = try await sdk.pages(
            "ListActionExecutions", ["pipelineName": "crash"], "actionExecutionDetails")
        let places = actions.map { "\($0["pipelineExecutionId"].string ?? "") \($0["actionName"].string ?? "")" }
        #expect(Set(places).count == places.count, "an action was started twice")
        let failures = actions.filter { $0["status"] != "Succeeded" }
        #expect(failures.isEmpty)
        let logs = try corridor.gateway.files().filter { $0.hasPrefix("logs/") && $0.contains("Build.Website") }
        // The line that the command wrote, not the one that announces the command.
        let beginnings = try logs.map { log in
            try String(contentsOf: corridor.gateway.data.appending(path: log), encoding: .utf8)
                .split(separator: "\n").filter { $0.hasSuffix(" RUN-BEGINS") && !$0.hasSuffix("echo RUN-BEGINS") }.count
        }
        let again = beginnings.filter { $0 > 1 }.count
        FileHandle.standardOutput.write(
            Data("CrashTests: \(logs.count) builds, \(again) of them interrupted and run again\n".utf8))
        #expect(again > 0, "no crash hit a build: the run proves too little")
    }

    private func checkLeftovers() async throws {
        #expect(ProcessTable.commandLines().filter { $0.contains(mark) } == [])
        let known = ["ledger", "logs/", "credentials", "endpoint", "secrets.key", "hooks.key", "lock", "modules/"]
        let strange = try corridor.gateway.files().filter { file in !known.contains { file.hasPrefix($0) } }
        #expect(strange == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: corridor.gateway.data.path + "/work") == [])
        for bucket in [corridor.artifacts, corridor.site] {
            #expect(try await weed.unfinishedUploads(in: bucket) == 0)
        }
    }
}

/// A small generator that gives the same numbers for the same seed.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) >> 1)
    }
}

import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// What holds what now.
@Suite struct PipelineExplanationTests {
    @Test func `an occupied stage says who is in it, what it does and what comes next`() throws {
        var build = StoryWorld.stage("Build", "Compile", "Pack")
        build.actions[1].runOrder = 2
        var world = try StoryWorld(StoryWorld.pipeline(build, StoryWorld.stage("Prod", "Ship")))
        try world.start()
        try world.start()
        let stages = try world.explanation().stages
        #expect(stages[0].occupant?.number == 1 && stages[0].waiting.map(\.number) == [3])
        #expect(stages[0].occupant?.doing.count == 1)
        #expect(
            stages[0].occupant?.doing.first?.hasPrefix("action Build/Compile (CodeBuild) has run for 30s; it") == true)
        #expect(stages[0].waiting[0].reason.hasPrefix("execution 1 ("))
        #expect(stages[0].next.hasPrefix("next: Pack (runOrder 2); then execution 3 ("), "\(stages[0].next)")
        #expect(stages[1].next == "it is free: the next execution that arrives enters" && stages[1].last == nil)
        try world.succeed("Compile", in: 1)
        #expect(try world.explanation().stages[0].next.hasPrefix("next: stage Prod; then execution 3") == true)
        try world.transition(into: "Prod", disabled: "freeze")
        #expect(
            try world.explanation().stages[0].next.hasPrefix(
                "next: it waits in front of stage Prod, whose transition is disabled; then"))
        try world.succeed("Pack", in: 1)
        let prod = try world.explanation().stages[1]
        #expect(prod.disabledTransition?.by == "user/ines" && prod.disabledTransition?.reason == "freeze")
        #expect(prod.waiting.first?.reason == "user/ines disabled the transition: freeze")
        #expect(prod.next.contains("enters when the transition is enabled"))
        let text = ExplanationText.lines(try world.explanation())
        #expect(text.contains("  transition disabled by user/ines 20s ago: freeze"), "\(text)")
        #expect(text.contains { $0.hasPrefix("  execution 1 (") && $0.contains(") waits for 10s: user/ines disabled") })
    }

    @Test func `a gate that is judged shows its rules, and a failure what follows`() throws {
        var prod = StoryWorld.stage("Prod", "Ship")
        prod.onSuccess = GateDeclaration(conditions: [StoryWorld.condition("Alarm", .fail)])
        prod.onFailure = FailureDeclaration(result: .retry)
        var world = try StoryWorld(StoryWorld.pipeline(prod))
        #expect(
            try world.explanation().stages[0].next == "next: condition ON_SUCCESS with rule Alarm (CloudWatchAlarm)")
        try world.succeed("Ship", in: 1)
        let stage = try world.explanation().stages[0]
        #expect(stage.occupant?.doing.first?.contains("rule Alarm (CloudWatchAlarm) InProgress, until") == true)
        #expect(stage.next == "next: the execution succeeds")
    }

    @Test func `a failed sibling says that the stage fails when the others have ended`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Build", "A", "B")))
        try world.fail("A", in: 1)
        #expect(
            try world.explanation().stages[0].next
                == "A failed: the stage and the execution fail when the other actions have ended")
        try world.succeed("B", in: 1)
        let stage = try world.explanation().stages[0]
        #expect(stage.occupant == nil && stage.last?.contains("Failed 10s ago: A: exit code 1") == true)
    }

    @Test func `PARALLEL executions are listed side by side`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Build", "Compile"), mode: .parallel))
        try world.start()
        let explanation = try world.explanation()
        #expect(explanation.parallel.map(\.number) == [1, 2] && explanation.stages[0].occupant == nil)
        #expect(explanation.parallel[1].doing.first?.contains("has run for 10s") == true)
        let text = ExplanationText.lines(explanation)
        #expect(text.contains("executions that run side by side:"))
    }

    @Test func `sources say what they listen to, and which revision was seen last`() throws {
        var source = StoryWorld.stage("Source", "Source")
        source.actions[0].configuration = [
            "ConnectionArn": .plain("arn:aws:codeconnections:us-east-1:000000000000:connection/host"),
            "FullRepositoryId": .plain("acme/shop"), "BranchName": .plain("main"),
        ]
        var pipeline = StoryWorld.pipeline(source)
        let plain = try StoryWorld(pipeline).explanation().sources
        #expect(
            plain.first?.listens == [
                "pushes to branch main in acme/shop, through connection "
                    + "arn:aws:codeconnections:us-east-1:000000000000:connection/host"
            ])
        pipeline.triggers = [
            TriggerDeclaration(
                gitConfiguration: GitConfiguration(
                    sourceActionName: "Source",
                    push: [
                        PushFilter(
                            branches: FilterCriteria(includes: ["main", "rel/*"], excludes: ["rel/x"]),
                            filePaths: FilterCriteria(includes: ["src/**"]))
                    ],
                    pullRequest: [
                        PullRequestFilter(events: [.open], branches: FilterCriteria(includes: ["main"]))
                    ]))
        ]
        var world = try StoryWorld(pipeline)
        try world.perform(
            .actionSucceeded(
                try world.action("Source", in: 1),
                ActionResult(revision: SourceRevision(actionName: "Source", revisionID: "c0ffee"))))
        let filtered = try #require(try world.explanation().sources.first)
        #expect(filtered.listens[0].hasPrefix("what its triggers take in acme/shop"))
        #expect(filtered.listens[1] == "trigger: a push, branches main, rel/*, not rel/x, paths src/**")
        #expect(filtered.listens[2] == "trigger: a pull request OPEN, target branches main")
        #expect(filtered.lastRevision == "c0ffee")
        try world.perform(.disablePolling)
        #expect(try world.explanation().sources[0].listens.last?.contains("polled no more") == true)
    }

    @Test func `deliveries that started nothing here are named with the filter that said no`() throws {
        let world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source")))
        func entry(_ sequence: Int64, _ decisions: [DeliveryDecision]) -> JournalEntry {
            JournalEntry(
                sequence: sequence, hook: "h", hookName: "main", provider: "GitHub", deliveryID: "d-\(sequence)",
                event: "push", receivedAt: 900, headers: [:], body: nil, bodySize: 3, outcome: "accepted", reason: nil,
                decisions: decisions, replayOf: nil)
        }
        let no = DeliveryDecision(pipeline: "shop", started: nil, reason: "branch 'x' is excluded")
        let yes = DeliveryDecision(pipeline: "shop", started: "e", reason: "branch 'main' matches")
        let other = DeliveryDecision(pipeline: "blog", started: nil, reason: "no")
        let journal =
            [entry(20, [yes]), entry(19, [other]), entry(18, [other, no])] + (1...9).map { entry(18 - $0, [no]) }
        let refused = try world.explanation(journal: journal).refusedDeliveries
        #expect(refused.map(\.sequence) == [18, 17, 16, 15, 14])
        #expect(refused[0].reason == "branch 'x' is excluded" && refused[0].hook == "main")
    }

    private func open(
        _ sequence: Int64, attempts: Int = 0, parked: Bool = false, reason: String? = nil, only: PipelineName? = nil,
        decisions: [DeliveryDecision] = []
    ) -> JournalEntry {
        JournalEntry(
            sequence: sequence, hook: "h", hookName: "main", provider: "Bitbucket", deliveryID: "d-\(sequence)",
            event: "repo:push", receivedAt: 900, headers: [:], body: nil, bodySize: 3, outcome: "accepted", reason: nil,
            decisions: decisions, replayOf: nil,
            deferral: .init(
                attempts: attempts, since: 900, dueAt: 1060, isParked: parked, reason: reason, only: only))
    }

    @Test func `deliveries that are looked into or parked are told, with what they wait for`() throws {
        let world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source")))
        let waiting = DeliveryDecision(pipeline: "shop", started: nil, reason: "it is looked into")
        let entries = [
            open(9, decisions: [waiting]), open(8, attempts: 2, reason: "bitbucket.org failed (502)"),
            open(7, attempts: 1, parked: true, reason: "there is no repository 'acme/app'"),
        ]
        let explanation = PipelineExplanation(
            of: try #require(world.state), journal: entries, open: entries, now: 1000)
        #expect(explanation.openDeliveries.map(\.sequence) == [9, 8, 7])
        #expect(explanation.openDeliveries.map(\.isParked) == [false, false, true])
        #expect(explanation.refusedDeliveries.isEmpty, "nothing has been refused yet")
        let text = ExplanationText.lines(explanation)
        let start = try #require(text.firstIndex(of: "deliveries that may start it yet, or wait for a replay:"))
        let expected: [String] = [
            "9  1970-01-01T00:15:00Z  main repo:push: it was answered and is being looked into: what it says is asked "
                + "of its module or its host",
            "8  1970-01-01T00:15:00Z  main repo:push: it is looked into again in 1m00s (1970-01-01T00:17:40Z): "
                + "bitbucket.org failed (502) (2 attempts so far)",
            "7  1970-01-01T00:15:00Z  main repo:push: it is parked: there is no repository 'acme/app'; "
                + "'penstock deliveries replay 7' tries it again",
        ]
        let shown: [String] = text[(start + 1)...].prefix(3).map { String($0.dropFirst(2)) }
        #expect(shown == expected)
        let told = ExplanationText.lines(DeliveryView(entries[2], now: 1000))
        #expect(told.count == 3 && told[2].hasPrefix("it is parked: there is no repository"))
    }

    @Test func `an open delivery concerns a pipeline by its connection, its repository and its replay`() {
        let bindings = [
            SourceBinding(
                pipeline: "shop", action: "Source",
                origin: .connection("arn:aws:codeconnections:us-east-1:000000000000:connection/host"),
                repository: "Acme/Shop", branch: "main")
        ]
        func concerns(
            _ entry: JournalEntry, _ key: String?, _ repositories: [String]?, v1: Bool = false
        ) -> Bool {
            let events = repositories?.map {
                SourceEvent(repository: $0, change: .branchPushed(branch: "b", before: nil, after: "c", forced: nil))
            }
            return entry.deferral.map {
                PipelineExplanation.concerns(
                    $0, "shop", bindings: bindings, connectionKey: key, servesGitHubV1: v1, events: events)
            } ?? false
        }
        let key = bindings[0].connectionKey
        #expect(concerns(open(1), key, nil), "nobody knows yet which repository it is about")
        #expect(concerns(open(1), key, ["other/one", "acme/shop"]))
        #expect(!concerns(open(1), key, ["other/one"]))
        #expect(!concerns(open(1), "another", nil) && !concerns(open(1), nil, nil, v1: true))
        #expect(concerns(open(1, only: "shop"), key, nil) && !concerns(open(1, only: "blog"), key, nil))
    }

    @Test func `a delivery is told in sentences`() {
        let entry = JournalEntry(
            sequence: 41, hook: "h", hookName: "main", provider: "GitHub", deliveryID: "d-1", event: "push",
            receivedAt: 1000, headers: [:], body: nil, bodySize: 3, outcome: "accepted", reason: nil,
            decisions: [
                DeliveryDecision(pipeline: "shop", started: "e-1", reason: "branch 'main' matches"),
                DeliveryDecision(pipeline: "blog", started: nil, reason: "branch 'main' is excluded"),
                DeliveryDecision(pipeline: nil, started: nil, reason: "no pipeline has a source in acme/x"),
            ], replayOf: nil)
        #expect(
            ExplanationText.lines(DeliveryView(entry)) == [
                "delivery 41 came in at hook main at 1970-01-01T00:16:40Z: GitHub push, id d-1", "it was accepted",
                "pipeline shop was started as execution e-1: branch 'main' matches",
                "pipeline blog was not started: branch 'main' is excluded",
                "nothing was started: no pipeline has a source in acme/x",
            ])
    }
}

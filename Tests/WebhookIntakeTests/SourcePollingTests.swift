import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Testing

@testable import WebhookIntake

@Suite struct SourcePollingTests {
    private let object: [String: ConfigurationValue] = ["S3Bucket": .plain("b"), "S3ObjectKey": .plain("app.zip")]
    private let branch: [String: ConfigurationValue] = [
        "ConnectionArn": .plain("arn:c"), "FullRepositoryId": .plain("acme/app"), "BranchName": .plain("main"),
    ]

    @Test func `a new revision starts the pipeline once, at that revision`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object)
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .revision("r1"))
        await world.pass(120, &memory)
        #expect(try await world.executions("app").count == 1)

        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(70, &memory)
        let started = try #require(try await world.executions("app").first)
        #expect(started.number == 2)
        #expect(started.trigger == ExecutionTrigger(type: .pollForSourceChanges, detail: "Checkout/r2"))
        #expect(
            started.sourceRevisionOverrides == [
                SourceRevisionOverride(
                    actionName: "Checkout", revisionType: .s3ObjectVersionID, revisionValue: "r2")
            ])
        await world.pass(600, &memory)
        #expect(try await world.executions("app").count == 2)
        #expect(world.lines.count("polling has started a pipeline") == 1)
    }

    @Test func `while an execution is about to fetch the newest itself, nothing is started`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object, fetched: nil)
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .revision("r1"))
        await world.pass(300, &memory)
        #expect(try await world.executions("app").count == 1)
        try await world.fetch("app", "r1")
        await world.pass(300, &memory)
        #expect(try await world.executions("app").count == 1)
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(70, &memory)
        #expect(try await world.executions("app").count == 2)
    }

    @Test func `an object that isn't there yet starts it when it comes`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object, fetched: nil)
        let first = try #require(try await world.ledger.state(of: "app")?.executions.values.first)
        let action = try #require(first.stages.first?.actions.first)
        _ = try await world.ledger.perform(
            .actionFailed(ActionReference(action), FailureDetails(.revisionUnavailable, "no object")), on: "app")
        var memory = world.polling.memory()
        await world.pass(120, &memory)
        #expect(try await world.executions("app").count == 1)
        world.objects.tell("app.zip", .revision("r1"))
        await world.pass(120, &memory)
        #expect(try await world.executions("app").map(\.trigger.type) == [.pollForSourceChanges, .createPipeline])
    }

    @Test func `an old revision that was asked for by hand is no change of the source, a reset is`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object)
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(120, &memory)
        try await world.fetch("app", "r2")
        let old = SourceRevisionOverride(
            actionName: "Checkout", revisionType: .s3ObjectVersionID, revisionValue: "r1")
        _ = try await world.ledger.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .startPipelineExecution),
                    input: StartInput(sourceRevisions: [old]))), on: "app")
        try await world.fetch("app", "r1")
        await world.pass(300, &memory)
        #expect(try await world.executions("app").count == 3)
        // Nor after a restart, which forgets what was seen.
        var fresh = world.polling.memory()
        await world.pass(300, &fresh)
        #expect(try await world.executions("app").count == 3)

        world.objects.tell("app.zip", .revision("r3"))
        await world.pass(70, &fresh)
        try await world.fetch("app", "r3")
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(70, &fresh)
        #expect(try await world.executions("app").count == 5)
    }

    @Test func `sources that are read alike are looked at once, and each pipeline starts`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        for number in 0..<120 {
            var configuration = object
            if number % 2 == 0 { configuration["PollForSourceChanges"] = .plain("true") }
            try await world.declare(PipelineName("app-\(number)"), configuration)
        }
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(60, &memory)
        #expect(world.objects.looks == ["app.zip"])
        for number in [0, 77, 119] {
            #expect(try await world.executions(PipelineName("app-\(number)")).count == 2)
        }
    }

    @Test func `secrets are opened for the look, and two seals of one secret are one source`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        for name in ["one", "two"] {
            try await world.declare(
                PipelineName(name),
                [
                    "Owner": .plain("acme"), "Repo": .plain("app"), "Branch": .plain("main"),
                    "OAuthToken": .sealed(try world.vault.seal("t0ken")),
                ], of: PollingWorld.version1)
        }
        var memory = world.polling.memory()
        await world.pass(60, &memory)
        #expect(world.tokens.looks == ["t0ken"])
        #expect(!world.lines.all.contains { $0.contains("t0ken") })
    }

    @Test func `no more than so many are looked at at a time`() async throws {
        let world = try PollingWorld(SourcePollingSettings(concurrentLooks: 3))
        defer { world.host.remove() }
        for number in 0..<20 {
            try await world.declare(
                PipelineName("app-\(number)"), ["S3Bucket": .plain("b"), "S3ObjectKey": .plain("k\(number)")])
        }
        var memory = world.polling.memory()
        await world.pass(60, &memory)
        #expect(Set(world.objects.looks).count == 20)
        #expect(world.objects.mostAtATime == 3)
    }

    @Test func `a source in trouble is asked ever less often, with one line when it fails and one when it is back`()
        async throws
    {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object)
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .failure(FailureDetails(.permissionError, "access denied")))
        await world.pass(3600, &memory)
        // 2, 4, 8, then every 10 minutes, in place of 60.
        #expect((6...9).contains(world.objects.looks.count))
        #expect(world.lines.count("a source can't be looked at") == 1)
        #expect(world.lines.count("reason=access denied") == 1)
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(700, &memory)
        #expect(world.lines.count("a source can be looked at again") == 1)
        #expect(try await world.executions("app").count == 2)
    }

    @Test func `a look that hangs is given up and holds up no other`() async throws {
        let world = try PollingWorld(SourcePollingSettings(concurrentLooks: 1, lookTimeout: 0.05))
        defer { world.host.remove() }
        try await world.declare("app", object)
        try await world.declare("dead", ["S3Bucket": .plain("b"), "S3ObjectKey": .plain("dead")])
        world.objects.tell("dead", .never)
        world.objects.tell("app.zip", .revision("r2"))
        var memory = world.polling.memory()
        await world.pass(60, &memory)
        #expect(try await world.executions("app").count == 2)
        #expect(world.lines.count("did not answer within 0.05 seconds") == 1)
    }

    @Test func `a pipeline that nothing has started for 30 days is polled no more, until something does`() async throws
    {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object)
        var memory = world.polling.memory()
        world.objects.tell("app.zip", .revision("r1"))
        world.clock.advance(31 * 86_400)
        await world.pass(60, &memory)
        #expect(try await world.ledger.state(of: "app")?.pollingDisabledAt != nil)
        #expect(world.lines.count("polling of a pipeline was disabled") == 1)
        world.objects.tell("app.zip", .revision("r2"))
        await world.pass(600, &memory)
        #expect(world.objects.looks.isEmpty)
        #expect(try await world.executions("app").count == 1)

        let start = StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution))
        _ = try await world.ledger.perform(.start(start), on: "app")
        try await world.fetch("app", "r2")
        await world.pass(120, &memory)
        #expect(!world.objects.looks.isEmpty)
        #expect(try await world.executions("app").count == 2)
    }

    @Test func `what can't be looked at is said once`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        let repository = ActionTypeID(category: .source, owner: .aws, provider: "CodeCommit")
        try await world.declare("app", ["RepositoryName": .plain("r"), "BranchName": .plain("main")], of: repository)
        try await world.declare("var", ["S3Bucket": .plain("b"), "S3ObjectKey": .plain("#{variables.key}")])
        var memory = world.polling.memory()
        await world.pass(300, &memory)
        #expect(world.lines.count("no module can look at sources of type AWS/Source/CodeCommit/1") == 1)
        #expect(world.lines.count("S3ObjectKey refers to a variable") == 1)
        #expect(world.objects.looks.isEmpty)
    }

    @Test func `a pipeline that is gone is looked at no more`() async throws {
        let world = try PollingWorld()
        defer { world.host.remove() }
        try await world.declare("app", object)
        var memory = world.polling.memory()
        await world.pass(60, &memory)
        _ = try await world.ledger.perform(.delete, on: "app")
        let looks = world.objects.looks.count
        await world.pass(300, &memory)
        #expect(world.objects.looks.count == looks)
    }

    @Test(.timeLimit(.minutes(1))) func `it looks by itself until it is cancelled`() async throws {
        let world = try PollingWorld(SourcePollingSettings(pollInterval: 0.01), random: 0)
        defer { world.host.remove() }
        try await world.declare("app", object)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.polling.run() }
            while world.objects.looks.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}

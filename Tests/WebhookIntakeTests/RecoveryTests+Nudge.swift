import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import Testing

@testable import WebhookIntake

/// Repositories that are named for the first time while the gateway runs.
extension RecoveryTests {
    /// A second repository, and the pipeline whose source it is.
    private func addOther(to world: World) async throws {
        try world.repository.run("git clone -q --bare srv/Acme/App.git srv/Acme/Other.git")
        var pipeline = IntakeBench.pipeline
        pipeline.name = "other"
        pipeline.stages[0].actions[0].configuration["FullRepositoryId"] = .plain("Acme/Other")
        _ = try await world.ledger.perform(
            .create(pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "other")
    }

    @Test func `a repository that is named while the service sleeps is looked at at once, and it alone`() async throws {
        let repository = try DrillRepository()
        let (folder, clock) = (folder(), MovedClock(1_800_000_000))
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = try await World(repository, folder: folder, clock: clock, log: nil, interval: 3600)
        func looked(_ name: String) async throws -> Double? {
            try await world.ledger.watchRefs(
                of: WatchedRepository(connection: IntakeBench.connection.arn, repository: name)
            ).lookedAt
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.recovery.run() }
            try await patience { try await looked("acme/app") != nil }
            let first = try await looked("acme/app")
            clock.advance(10)
            // A pipeline more of the same repository is no reason to look at it again.
            world.recovery.nudge()
            try await addOther(to: world)
            world.recovery.nudge()
            world.recovery.nudge()
            try await patience { try await looked("acme/other") != nil }
            #expect(try await looked("acme/app") == first)
            group.cancelAll()
        }
        // What is pushed and lost from now on is found.
        let lost = try repository.run(
            """
            cd work && git checkout -q main && git commit -q --allow-empty -m lost \
            && git push -q ../srv/Acme/Other.git main && git rev-parse HEAD
            """)
        var memory = Recovery.Memory()
        await world.recovery.round(&memory)
        let started = try await world.ledger.executions(of: "other", before: nil, limit: 10)
            .filter { $0.trigger.type != .createPipeline }.flatMap(\.sourceRevisionOverrides).map(\.revisionValue)
        #expect(started == [lost])
        try await world.close()
    }

    private func patience(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<2000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it did not come to pass within 20 seconds")
    }

    @Test func `a bell rung while nobody sleeps wakes the next sleeper, once`() async {
        let bell = Bell()
        for _ in 0..<3 { bell.ring() }
        let far = ContinuousClock.now + .seconds(60)
        #expect(await bell.sleep(until: far))
        #expect(await !bell.sleep(until: .now + .milliseconds(20)))
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await bell.sleep(until: far) }
            try? await Task.sleep(for: .milliseconds(20))
            bell.ring()
            #expect(await group.next() == true)
        }
        #expect(ContinuousClock.now < far)
    }
}

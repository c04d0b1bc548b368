import PipelineModel
import Testing

@testable import WebhookIntake

@Suite struct LookAgendaTests {
    private func source(_ key: String) -> WatchedSource {
        WatchedSource(
            PollingWorld.s3, configuration: ["S3ObjectKey": key],
            watcher: WatchedSource.Watcher(pipeline: "p", action: "a"))
    }

    /// Plays `hours` of looks at one source that changes at the given hours; the looks in each hour.
    private func looks(hours: Int, changes: [Double] = []) -> [Int] {
        var agenda = LookAgenda(settings: SourcePollingSettings(), random: { 0.5 })
        let source = source("k")
        agenda.update([source], at: 0)
        var counts = Array(repeating: 0, count: hours)
        while let now = agenda.nextDue, now < Double(hours) * 3600 {
            counts[Int(now / 3600)] += 1
            let revision = changes.count { $0 * 3600 <= now }
            #expect(agenda.record(.saw("r\(revision)"), of: source.key, at: now) == .none)
        }
        return counts
    }

    @Test func `a source that hasn't changed for long is looked at less often`() {
        let counts = looks(hours: 24)
        #expect(counts[0] == 60)
        #expect((20...30).contains(counts[2]), "\(counts)")
        #expect(counts[23] == 6)
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func `a change makes it quick again`() {
        let counts = looks(hours: 24, changes: [20])
        #expect(counts[19] == 6)
        #expect(counts[20] > 45 && counts[21] > 20, "\(counts)")
    }

    @Test func `jitter spreads the first looks over a minute and the others by a tenth`() {
        for (dice, first, second) in [(0.0, 0.0, 54.0), (0.5, 30, 60), (1, 60, 66)] {
            var agenda = LookAgenda(settings: SourcePollingSettings(), random: { dice })
            agenda.update([source("k")], at: 100)
            #expect(agenda.nextDue == 100 + first)
            _ = agenda.record(.saw("r"), of: source("k").key, at: 200)
            #expect(abs((agenda.nextDue ?? 0) - 200 - second) < 0.001)
        }
    }

    @Test func `what isn't settled is looked at again within a minute`() {
        var agenda = LookAgenda(settings: SourcePollingSettings(), random: { 0.5 })
        let source = source("k")
        agenda.update([source], at: 0)
        _ = agenda.record(.unsettled, of: source.key, at: 30)
        #expect(agenda.nextDue == 90)
    }

    @Test func `failures don't crowd out what is healthy`() {
        var agenda = LookAgenda(settings: SourcePollingSettings(concurrentLooks: 2), random: { 0 })
        let dead = (0..<20).map { source("dead\($0)") }
        agenda.update(dead + [source("k")], at: 0)
        for source in dead { #expect(agenda.record(.failed, of: source.key, at: 0) == .failing) }
        _ = agenda.record(.saw("r"), of: source("k").key, at: 0)
        let due = agenda.due(at: 1000)
        #expect(due.first?.key == source("k").key)
        #expect(due.count == 3)
    }

    @Test func `an update keeps what is known of a source and forgets what is gone`() {
        var agenda = LookAgenda(settings: SourcePollingSettings(), random: { 0.5 })
        agenda.update([source("a"), source("b")], at: 0)
        _ = agenda.record(.failed, of: source("a").key, at: 30)
        agenda.update([source("a"), source("c")], at: 40)
        #expect(agenda.entries.count == 2)
        #expect(agenda.entries[source("a").key]?.failures == 1)
        #expect(agenda.record(.saw("r"), of: source("a").key, at: 50) == .recovered)
        #expect(agenda.record(.saw("r"), of: source("b").key, at: 50) == .none)
    }
}

@Suite struct WatchedSourceTests {
    @Test(
        arguments: [
            (PollingWorld.s3, [:], true), (PollingWorld.s3, ["PollForSourceChanges": "true"], true),
            (PollingWorld.s3, ["PollForSourceChanges": "false"], false),
            (PollingWorld.s3, ["PollForSourceChanges": "False"], false),
            (PollingWorld.version1, [:], true), (PollingWorld.version1, ["PollForSourceChanges": "false"], false),
            (ActionTypeID(category: .source, owner: .aws, provider: "CodeCommit"), [:], true),
            (ActionTypeID(category: .source, owner: .aws, provider: "ECR"), ["PollForSourceChanges": "true"], false),
            (ActionTypeID(category: .source, owner: .custom, provider: "S3"), [:], false),
            (ActionTypeID(category: .deploy, owner: .aws, provider: "S3"), [:], false),
            (PollingWorld.connection, [:], false),
            (PollingWorld.connection, ["DetectChanges": "true"], false),
            (PollingWorld.connection, ["DetectChanges": "false"], false),
            (PollingWorld.connection, ["PollForSourceChanges": "true"], false),
        ] as [(ActionTypeID, [String: String], Bool)])
    func `which sources are looked at`(
        type: ActionTypeID, configuration: [String: String], isPolled: Bool
    ) {
        let action = ActionDeclaration(
            name: "Checkout", actionTypeId: type, configuration: configuration.mapValues { .plain($0) })
        func declaration(_ triggers: [TriggerDeclaration]?) -> PipelineDeclaration {
            PipelineDeclaration(
                name: "p", roleArn: "r", artifactStore: nil, stages: [StageDeclaration(name: "S", actions: [action])],
                triggers: triggers)
        }
        #expect(WatchedSource.actions(of: declaration(nil)).isEmpty != isPolled)
        let filtered = TriggerDeclaration(gitConfiguration: GitConfiguration(sourceActionName: "Checkout"))
        #expect(WatchedSource.actions(of: declaration([filtered])).isEmpty != isPolled)
    }

    @Test func `sources are the same where they would see the same revision`() {
        func key(_ configuration: [String: String]) -> WatchedSource.Key {
            WatchedSource(
                PollingWorld.s3, configuration: configuration,
                watcher: WatchedSource.Watcher(pipeline: "p", action: "a")
            ).key
        }
        #expect(key(["S3ObjectKey": "a", "PollForSourceChanges": "true"]) == key(["S3ObjectKey": "a"]))
        #expect(key(["S3ObjectKey": "a"]) != key(["S3ObjectKey": "b"]))
        #expect(key(["a": "bc"]) != key(["ab": "c"]))
    }
}

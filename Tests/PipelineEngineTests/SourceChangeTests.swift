import PipelineEngine
import PipelineModel
import Testing

@Suite struct SourceChangeTests {
    static let line = "Source: fetch | Build: unit"

    static let scenes = [
        Scene(line, "ok fetch, put fetch r1", "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        Scene(
            line, "ok fetch, put fetch r1, put fetch r1", "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        // A revision that was ever used starts nothing, by PutActionRevision.
        Scene(
            line, "ok fetch, put fetch r1, abandon 2, put fetch r2, abandon 3, put fetch r1",
            "1 InProgress in Build: unit, 2 Stopped, 3 Stopped"),
        // Polling compares with the one that was seen last: a branch may go back.
        Scene(
            line, "ok fetch, see fetch r1, see fetch r1", "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        Scene(
            line, "ok fetch, see fetch r1, abandon 2, see fetch r2, abandon 3, see fetch r1",
            "1 InProgress in Build: unit, 2 Stopped, 3 Stopped, 4 InProgress in Source: fetch"),
        // Polling never doubles a webhook's start, nor the first execution's, whoever comes first.
        Scene(line, "see fetch r1", "1 InProgress in Source: fetch"),
        Scene(line, "fail fetch, see fetch r1", "1 Failed, 2 InProgress in Source: fetch"),
        Scene(
            line, "ok fetch, hook fetch r1, see fetch r1",
            "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        Scene(
            line, "ok fetch, see fetch r1, hook fetch r1",
            "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        // Two webhooks are two changes.
        Scene(
            line, "ok fetch, hook fetch r1, abandon 2, hook fetch r1",
            "1 InProgress in Build: unit, 2 Stopped, 3 InProgress in Source: fetch"),
        // What isn't used for long isn't polled, until something starts it.
        Scene(line, "ok fetch, disablepolling, see fetch r1", "1 InProgress in Build: unit"),
        Scene(
            line, "ok fetch, disablepolling, disablepolling, start, abandon 2, see fetch r1",
            "1 InProgress in Build: unit, 2 Stopped, 3 InProgress in Source: fetch"),
    ]

    @Test(arguments: scenes) func `a revision that is new starts the pipeline`(scene: Scene) throws {
        try scene.check()
    }

    private static func change(
        _ origin: SourceChange.Origin, _ revision: String = "r1", stage: StageName? = nil, action: ActionName = "fetch",
        type: SourceRevisionOverride.Kind? = nil
    ) -> PipelineCommand {
        .sourceChanged(
            SourceChange(
                stage: stage, action: action, revision: revision, origin: origin,
                trigger: ExecutionTrigger(type: origin == .put ? .putActionRevision : .pollForSourceChanges),
                revisionType: type))
    }

    /// r1 is known; the look began before, and a delivery told of r2 meanwhile: r1 must not come back.
    @Test func `a look that is older than a delivery says nothing`() throws {
        func look(_ revision: String, basis: SourceChange.Basis) -> PipelineCommand {
            guard case .sourceChanged(var change) = Self.change(.poll, revision, type: .commitID) else {
                preconditionFailure("not a change")
            }
            change.basis = basis
            return .sourceChanged(change)
        }
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, hook fetch r1, abandon 2, hook fetch r2, abandon 3")
        let late = try probe.perform(look("r1", basis: .revision("r1")))
        #expect(late.events.isEmpty)
        guard case .notStarted(let reason) = late.outcome else {
            Issue.record("it started: \(late.outcome)")
            return
        }
        #expect(reason.contains("became known"))
        // The same revision told twice is just known, and what follows from the newest starts.
        let same = try probe.perform(look("r2", basis: .revision("r1"))).outcome
        #expect(same == .sourceRevision(isNew: false, started: try probe.execution(3).id))
        guard case .sourceRevision(true, _?) = try probe.perform(look("r3", basis: .revision("r2"))).outcome else {
            Issue.record("r3 did not start")
            return
        }
    }

    @Test func `who puts a revision is an author of what it starts`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch")
        guard case .sourceChanged(var change) = Self.change(.put) else { return }
        change.authors = ["arn:aws:iam::000000000000:user/ann"]
        try probe.perform(.sourceChanged(change))
        #expect(try probe.execution(2).authors == ["arn:aws:iam::000000000000:user/ann"])
    }

    @Test(arguments: [SourceChange.Origin.put, .poll])
    func `a known revision names the execution that it belongs to`(origin: SourceChange.Origin) throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch")
        let first = try probe.perform(Self.change(origin, type: .commitID))
        let id = try probe.id("2")
        #expect(first.outcome == .sourceRevision(isNew: true, started: id))
        #expect(
            try probe.execution(2).sourceRevisionOverrides == [
                SourceRevisionOverride(actionName: "fetch", revisionType: .commitID, revisionValue: "r1")
            ])
        let again = try probe.perform(Self.change(origin, type: .commitID))
        #expect(again.outcome == .sourceRevision(isNew: false, started: id))
        #expect(again.events.isEmpty)
    }

    @Test func `what a source fetched is known as well`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.perform(
            .actionSucceeded(
                try probe.reference("fetch"),
                ActionResult(revision: SourceRevision(actionName: "fetch", revisionID: "r1"))))
        for origin in [SourceChange.Origin.put, .poll] {
            #expect(
                try probe.perform(Self.change(origin)).outcome
                    == .sourceRevision(isNew: false, started: try probe.id("1")))
        }
    }

    @Test func `fifty revisions that were put are remembered, four that weren't`() throws {
        var probe = try EngineProbe(Self.line)
        for number in 1...60 { try probe.perform(Self.change(.put, "r\(number)", type: .commitID)) }
        #expect(probe.state?.seenRevisions["fetch"]?.count == 50)
        #expect(probe.state?.seenRevisions["fetch"]?.first?.id == "r11")
        try probe.run("ok fetch")
        #expect(probe.state?.seenRevisions["fetch"]?.count == 50, "a fetch doesn't push the others out")
        var polled = try EngineProbe(Self.line)
        try polled.run("ok fetch")
        for number in 1...9 { try polled.perform(Self.change(.poll, "r\(number)", type: .commitID)) }
        #expect(polled.state?.seenRevisions["fetch"]?.map(\.id) == ["r6", "r7", "r8", "r9"])
    }

    @Test func `a webhook that came after the poll says so`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, see fetch r1")
        let revision = SourceRevisionOverride(actionName: "fetch", revisionType: .commitID, revisionValue: "r1")
        let decision = try probe.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhook), input: StartInput(sourceRevisions: [revision]))))
        #expect(
            decision.outcome
                == .notStarted(reason: "polling has started execution \(try probe.id("2")) with this revision"))
    }

    @Test func `polling that is disabled says so, and is told once`() throws {
        var probe = try EngineProbe(Self.line)
        #expect(try probe.perform(.disablePolling).events == [.pollingDisabled])
        #expect(probe.state?.pollingDisabledAt == 1001)
        #expect(try probe.perform(.disablePolling).events.isEmpty)
        #expect(try probe.perform(Self.change(.poll)).outcome == .notStarted(reason: "polling is disabled"))
        #expect(
            try probe.perform(Self.change(.put)).outcome
                == .sourceRevision(isNew: true, started: try probe.id("2")))
        #expect(probe.state?.pollingDisabledAt == nil)
    }

    @Test func `unknown places and other actions are refused`() throws {
        var probe = try EngineProbe(Self.line)
        #expect(throws: CommandRefusal.actionNotFound) { try probe.perform(Self.change(.put, action: "none")) }
        #expect(throws: CommandRefusal.actionNotFound) {
            try probe.perform(Self.change(.put, stage: "Build"))
        }
        #expect(throws: CommandRefusal.stageNotFound) { try probe.perform(Self.change(.put, stage: "None")) }
        #expect(throws: CommandRefusal.invalidInput("Action 'unit' of stage 'Build' is no source action.")) {
            try probe.perform(Self.change(.put, stage: "Build", action: "unit"))
        }
    }
}

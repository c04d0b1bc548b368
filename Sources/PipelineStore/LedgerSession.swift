import PipelineEngine
import PipelineModel

/// The writing rules of a ledger, the same for every kind of storage.
///
/// Owned by one writer. A batch of requests shares one transaction: each request ends with ``acceptRequest()`` or
/// ``dropRequest()``, the batch with ``flush()``, the storage's commit and ``batchCommitted()``, or with
/// ``batchFailed()``. The session keeps the states of pipelines in memory, which is right as long as nobody else
/// writes; the lock on the data folder sees to that.
struct LedgerSession<Rows: LedgerRows> {
    var rows: Rows
    let terms: LedgerTerms
    private(set) var index: TriggerIndex

    /// States as they are committed.
    private var committed: [PipelineName: PipelineState] = [:]
    private var committedIndex: TriggerIndex
    /// Of the subjects that were told of lately; the others are in the rows.
    private var stories: [String: ChangeStory] = [:]
    /// Changes of the requests that this batch has accepted, and of the request that runs.
    private var batch = LedgerChanges()
    private var request = LedgerChanges()

    init(rows: Rows, index: TriggerIndex, terms: LedgerTerms) {
        self.rows = rows
        self.index = index
        self.committedIndex = index
        self.terms = terms
    }

    // MARK: Commands

    mutating func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws -> CommandOutcome {
        try carryOut(command, on: pipeline).outcome
    }

    mutating func carryOut(_ command: PipelineCommand, on pipeline: PipelineName) throws -> Decision {
        let now = terms.clock()
        let before = try currentState(of: pipeline)
        let decision = try decide(command, on: before, at: now)
        try write(decision, on: pipeline, from: before, at: now)
        return decision
    }

    /// A refused report must not leave its effect behind, or it would be given out for ever.
    mutating func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) throws -> CommandOutcome {
        let wasThere = try rows.removeEffect(effect)
        guard let command else { return .reported }
        if case .changedPaths(let question, _) = command {
            // The machine doesn't remember questions, so a second answer would start a second execution.
            guard wasThere else { return .ignored(reason: "the question has been answered before") }
            return try take(command, to: question, on: pipeline)
        }
        do {
            return try perform(command, on: pipeline)
        } catch let refusal as CommandRefusal {
            return .ignored(reason: refusal.reason)
        }
    }

    func currentState(of pipeline: PipelineName) throws -> PipelineState? {
        if let changed = request.states[pipeline] ?? batch.states[pipeline] { return changed }
        return try committed[pipeline] ?? rows.state(of: pipeline)
    }

    func story(of subject: String) throws -> ChangeStory {
        if let story = request.stories[subject] ?? batch.stories[subject] ?? stories[subject] { return story }
        return try rows.story(of: subject).map { ChangeStory($0) } ?? ChangeStory()
    }

    /// Written with the batch, however many deliveries tell of the subject.
    mutating func keep(_ story: ChangeStory, of subject: String) { request.keep(story, of: subject) }

    /// An execution that has left the state is read when a rule asks for it: as this batch or the rows have it.
    private func decide(
        _ command: PipelineCommand, on state: PipelineState?, at now: Double
    ) throws -> Decision {
        var unread: (any Error)?
        let context = DecisionContext(now: now, ids: terms.ids(), settings: terms.settings) { id in
            do {
                return try request.executions[id] ?? batch.executions[id] ?? rows.execution(id)
            } catch {
                unread = error
                return nil
            }
        }
        do {
            let decision = try PipelineMachine.decide(command, on: state, in: context)
            if let unread { throw unread }
            return decision
        } catch {
            // A refusal that comes of not having read is none.
            throw unread ?? error
        }
    }

    private mutating func write(
        _ decision: Decision, on pipeline: PipelineName, from before: PipelineState?, at now: Double
    ) throws {
        if let state = decision.state {
            if !decision.events.isEmpty { try keep(state, decision, from: before, at: now) }
        } else if before != nil {
            try remove(pipeline)
        }
        for change in decision.effects { try write(change, of: decision, at: now) }
    }

    private mutating func keep(
        _ state: PipelineState, _ decision: Decision, from before: PipelineState?, at now: Double
    ) throws {
        let pipeline = state.declaration.name
        try rows.append(decision.events, of: pipeline, at: now)
        let touched = TouchedRecords(decision, from: before, at: now)
        for execution in touched.executions { request.keep(execution) }
        for action in touched.actions { request.keep(ActionRecord(pipeline: pipeline, action: action)) }
        for rule in touched.rules { request.keep(RuleRecord(pipeline: pipeline, rule: rule)) }
        for success in touched.successes { request.keep(success) }
        for case .pipelineCreated(let declaration) in decision.events { declare(declaration) }
        for case .pipelineUpdated(let declaration) in decision.events { declare(declaration) }
        request.keep(state)
    }

    private mutating func declare(_ declaration: PipelineDeclaration) {
        request.keep(declaration)
        index.replace(declaration)
    }

    /// What the batch holds back is written first, so that the storage finds all that it must take away.
    private mutating func remove(_ pipeline: PipelineName) throws {
        try flush()
        try rows.removePipeline(pipeline)
        request.remove(pipeline)
        index.remove(pipeline)
    }

    // MARK: Effects

    private mutating func write(_ change: EffectChange, of decision: Decision, at now: Double) throws {
        switch change {
        case .schedule(let effect): try schedule(effect, at: now)
        case .cancel(let subject):
            try rows.removeWork(of: subject)
            try rows.endJobs(of: subject, as: decision.jobEnd(of: subject))
        }
    }

    /// `explain` leads from the execution to the delivery by this.
    mutating func note(_ delivery: Int64, thatStarted execution: ExecutionID) {
        request.note(delivery, thatStarted: execution)
    }

    /// Whoever waits for work is to look.
    mutating func noteDueWork() { request.hasDueEffects = true }

    /// Whether the running batch holds a record of it back, which would bring a removed row back.
    func holdsBack(_ execution: ExecutionID) -> Bool {
        batch.executions[execution] != nil || request.executions[execution] != nil
    }

    /// Writes an effect that no decision of the machine has asked for.
    mutating func schedule(_ effect: Effect) throws { try schedule(effect, at: terms.clock()) }

    private mutating func schedule(_ effect: Effect, at now: Double) throws {
        try rows.insert(effect)
        if effect.dueAt <= now { request.hasDueEffects = true }
    }

    mutating func claim(limit: Int, worker: WorkerID, lease: Double) throws -> [ClaimedEffect] {
        try rows.lend(leaseTerms(worker, lease), limit: limit)
    }

    mutating func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) throws -> Set<EffectID> {
        let lease = leaseTerms(worker, lease)
        var kept: Set<EffectID> = []
        for id in effects where try rows.renew(id, lease) { kept.insert(id) }
        return kept
    }

    mutating func release(_ effects: [EffectID], worker: WorkerID) throws {
        for id in effects where try rows.release(id, worker: worker) { request.hasDueEffects = true }
    }

    private func leaseTerms(_ worker: WorkerID, _ lease: Double) -> LeaseTerms {
        let now = terms.clock()
        return LeaseTerms(worker: worker, now: now, until: now + lease)
    }

    // MARK: The life of a batch

    /// The request has succeeded; its rows will be committed with the batch.
    mutating func acceptRequest() {
        batch.absorb(request)
        request = LedgerChanges()
    }

    /// The request has failed and its rows are undone; `index` is as it was before it.
    mutating func dropRequest(restoring index: TriggerIndex) {
        request = LedgerChanges()
        self.index = index
    }

    /// Writes what the batch holds back. May be called more than once in a batch.
    mutating func flush() throws {
        var changes = batch
        changes.absorb(request)
        try rows.save(changes)
        let now = terms.clock()
        for (subject, story) in changes.stories {
            try rows.keep(story.text, of: subject, at: now, forgetting: now - ToldChange.window)
        }
    }

    /// - Returns: whether effects are due that weren't there before.
    mutating func batchCommitted() -> Bool {
        makeRoom()
        for (name, state) in batch.states { committed[name] = state }
        stories.merge(batch.stories) { $1 }
        committedIndex = index
        defer { batch = LedgerChanges() }
        return batch.hasDueEffects
    }

    /// Nothing of the batch has been written. What is in memory is read anew: the storage knows best.
    mutating func batchFailed() {
        committed = [:]
        stories = [:]
        index = committedIndex
        batch = LedgerChanges()
        request = LedgerChanges()
    }

    /// Some go, whichever; they are read again when they are needed.
    private mutating func makeRoom() {
        while committed.count >= terms.statesInMemory, let (name, _) = committed.first {
            committed.removeValue(forKey: name)
        }
        if stories.count >= terms.storiesInMemory { stories = [:] }
    }
}

/// What a session is told once: settings, the clock and where ids come from.
struct LedgerTerms: Sendable {
    var settings: EngineSettings
    /// Seconds since 1970.
    var clock: @Sendable () -> Double
    /// Called for each decision.
    var ids: @Sendable () -> any IDSource
    var statesInMemory = 1024
    /// Each has a few kilobytes.
    var storiesInMemory = 256
}

import PipelineEngine
import PipelineModel

/// The ledger's rows in memory. Its writes can't fail, so nothing ever has to be undone.
struct MemoryRows: LedgerRows {
    var states: [PipelineName: PipelineState] = [:]
    var versions: [PipelineName: [Int: PipelineDeclaration]] = [:]
    var executions: [ExecutionID: PipelineExecution] = [:]
    /// In the order in which they started.
    var actions: [MemoryAction] = []
    var rules: [MemoryRule] = []
    var rulePlaces: [RuleExecutionID: Int] = [:]
    private var lastRule: Int64 = 0
    var actionPlaces: [ActionExecutionID: Int] = [:]
    var events: [MemoryEvent] = []
    private(set) var effects: [EffectID: MemoryEffect] = [:]
    private var effectsOfSubject: [SubjectID: [EffectID]] = [:]
    var journal: [JournalEntry] = []
    var taken: [TakenDelivery: Int64] = [:]
    var stories: [String: MemoryStory] = [:]
    var known: [WatchedRepository: KnownRefs] = [:]
    var logReads: [HookID: [String: Double]] = [:]
    var registry: [RegistryKey: RegistryEntry] = [:]
    /// In the order in which they were offered.
    var jobs: [MemoryJob] = []
    /// The deliveries that started executions.
    var deliveries: [ExecutionID: Int64] = [:]
    private var lastEffect: Int64 = 0
    var lastDelivery: Int64 = 0
    private var lastEvent: Int64 = 0
    private var lastAction: Int64 = 0

    func state(of pipeline: PipelineName) -> PipelineState? { states[pipeline] }

    func execution(_ id: ExecutionID) -> PipelineExecution? { executions[id] }
    func attempt(_ id: ActionExecutionID) -> ActionExecution? { actionPlaces[id].map { actions[$0].row.action } }
    func rule(_ id: RuleExecutionID) -> RuleExecution? { rulePlaces[id].map { rules[$0].row.rule } }

    mutating func save(_ changes: LedgerChanges) {
        for case (let name, let state?) in changes.states { states[name] = state }
        for version in changes.versions { versions[version.name, default: [:]][version.version] = version }
        for execution in changes.executions.values { executions[execution.id] = execution }
        for record in changes.actions.values { save(record) }
        for record in changes.rules.values { save(record) }
        deliveries.merge(changes.deliveries) { former, _ in former }
    }

    private mutating func save(_ record: RuleRecord) {
        if let place = rulePlaces[record.rule.id] {
            rules[place].row.rule = record.rule
        } else {
            lastRule += 1
            rulePlaces[record.rule.id] = rules.count
            rules.append(
                MemoryRule(pipeline: record.pipeline, row: RuleExecutionRow(sequence: lastRule, rule: record.rule)))
        }
    }

    private mutating func save(_ record: ActionRecord) {
        if let place = actionPlaces[record.action.id] {
            actions[place].row.action = record.action
        } else {
            lastAction += 1
            actionPlaces[record.action.id] = actions.count
            actions.append(
                MemoryAction(
                    pipeline: record.pipeline, row: ActionExecutionRow(sequence: lastAction, action: record.action)))
        }
    }

    mutating func removePipeline(_ pipeline: PipelineName) {
        states[pipeline] = nil
        versions[pipeline] = nil
        for execution in executions.values where execution.pipeline == pipeline { deliveries[execution.id] = nil }
        executions = executions.filter { $0.value.pipeline != pipeline }
        removeAttempts {
            $0.pipeline == pipeline
        } rules: {
            $0.pipeline == pipeline
        }
        events.removeAll { $0.pipeline == pipeline }
        jobs.removeAll { $0.job.pipeline == pipeline }
        for (id, held) in effects where held.effect.pipeline == pipeline && !held.effect.kind.isOrderToEnd {
            removeEffect(id)
        }
    }

    mutating func removeAttempts(
        _ isGone: (MemoryAction) -> Bool, rules isRuleGone: (MemoryRule) -> Bool
    ) {
        actions.removeAll(where: isGone)
        actionPlaces = Dictionary(
            uniqueKeysWithValues: actions.enumerated().map { ($0.element.row.action.id, $0.offset) })
        rules.removeAll(where: isRuleGone)
        rulePlaces = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($0.element.row.rule.id, $0.offset) })
    }

    mutating func append(_ events: [PipelineEvent], of pipeline: PipelineName, at now: Double) {
        for event in events {
            lastEvent += 1
            self.events.append(
                MemoryEvent(
                    pipeline: pipeline, recorded: RecordedEvent(sequence: lastEvent, at: now, event: event)))
        }
    }

    // MARK: Effects

    mutating func insert(_ effect: Effect) {
        lastEffect += 1
        let id = EffectID(lastEffect)
        effects[id] = MemoryEffect(effect: effect)
        effectsOfSubject[effect.subject.id, default: []].append(id)
    }

    @discardableResult
    mutating func removeEffect(_ id: EffectID) -> Bool {
        guard let subject = effects.removeValue(forKey: id)?.effect.subject.id else { return false }
        effectsOfSubject[subject]?.removeAll { $0 == id }
        if effectsOfSubject[subject]?.isEmpty == true { effectsOfSubject[subject] = nil }
        return true
    }

    mutating func removeWork(of subject: SubjectID) {
        for id in effectsOfSubject[subject] ?? [] where effects[id]?.effect.kind.isOrderToEnd == false {
            removeEffect(id)
        }
    }

    /// At opening: whoever had borrowed effects is gone.
    mutating func voidLeases() {
        for id in effects.keys {
            effects[id]?.worker = nil
            effects[id]?.leaseUntil = 0
        }
    }

    mutating func lend(_ terms: LeaseTerms, limit: Int) -> [ClaimedEffect] {
        let due = effects.lazy.filter { $0.value.effect.dueAt <= terms.now && $0.value.leaseUntil <= terms.now }
        let order = due.map { (due: $0.value.effect.dueAt, id: $0.key) }
            .sorted { ($0.due, $0.id.rawValue) < ($1.due, $1.id.rawValue) }
        return order.prefix(limit).compactMap { lend($0.id, terms) }
    }

    private mutating func lend(_ id: EffectID, _ terms: LeaseTerms) -> ClaimedEffect? {
        guard var lent = effects[id] else { return nil }
        lent.worker = terms.worker
        lent.leaseUntil = terms.until
        lent.attempts += 1
        effects[id] = lent
        return ClaimedEffect(id: id, effect: lent.effect, attempt: lent.attempts)
    }

    mutating func renew(_ id: EffectID, _ terms: LeaseTerms) -> Bool {
        guard effects[id]?.worker == terms.worker else { return false }
        effects[id]?.leaseUntil = terms.until
        return true
    }

    mutating func release(_ id: EffectID, worker: WorkerID) -> Bool {
        guard effects[id]?.worker == worker else { return false }
        effects[id]?.worker = nil
        effects[id]?.leaseUntil = 0
        return true
    }
}

struct MemoryAction {
    var pipeline: PipelineName
    var row: ActionExecutionRow
}

struct MemoryRule {
    var pipeline: PipelineName
    var row: RuleExecutionRow
}

struct MemoryEvent {
    var pipeline: PipelineName
    var recorded: RecordedEvent
}

struct MemoryEffect {
    var effect: Effect
    var worker: WorkerID?
    var leaseUntil = 0.0
    var attempts = 0
}

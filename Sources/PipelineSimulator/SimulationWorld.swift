package import PipelineEngine
package import PipelineModel

/// Everybody around the ledger: callers, source hosts, workers, and what each of them remembers.
package struct SimulationWorld<Ledger: SimulationLedger> {
    package let clock: VirtualClock
    package var ledger: Ledger
    var workers = [SimulatedWorker(name: "w0"), SimulatedWorker(name: "w1")]
    var memory = OutsideMemory()
    /// What the batch has done so far, for the invariants.
    var batch = BatchRecord()
    /// Told of each command before the ledger is, so that a client that dies can ask again.
    package var intent: ((PipelineCommand, PipelineName) -> Void)?

    static var lease: Double { 60 }

    package init(clock: VirtualClock, ledger: Ledger) {
        self.clock = clock
        self.ledger = ledger
    }

    package static func name(_ pipeline: Int) -> PipelineName { pipeline == 0 ? "p0" : "p1" }

    func state(_ pipeline: PipelineName) -> PipelineState? { ledger.states[pipeline] }

    package mutating func carryOut(_ step: SimulationStep) throws {
        switch step.act {
        case .wait: clock.pass(Double(step.pick))
        case .crash: break
        case .deliver, .redeliver, .replay: try deliver(step)
        case .claim: try claim(worker: step.pick % workers.count, limit: step.choice + 1)
        case .done, .broken, .pending, .faulty: try work(step)
        case .reportAgain: try reportAgain(step)
        case .renew, .release, .die: try handle(step)
        case .ok, .fail, .pass, .block: try end(step)
        case .flow: try workWell()
        case .offer: try offer(step)
        case .outside: try workOutside(step)
        default:
            if let command = command(of: step) { try perform(command, on: Self.name(step.pipeline)) }
        }
    }

    /// A refusal is an answer.
    mutating func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws {
        intent?(command, pipeline)
        batch.touch(pipeline, command)
        if case .answerApproval(let answer) = command { memory.answers.append(answer) }
        do {
            _ = try ledger.perform(command, on: pipeline)
            batch.accept(pipeline, command)
        } catch is CommandRefusal {
            batch.refuse()
        }
    }

    /// The workers are gone with the process.
    mutating func dropHeld() {
        for worker in workers.indices { workers[worker].held = [] }
    }
}

/// What callers and hosts remember, whatever happens to the process.
struct OutsideMemory {
    var deliveries: [Delivery] = []
    var reports: [SentReport] = []
    var answers: [ApprovalAnswer] = []
    /// What job workers were given and have not reported on.
    var jobs: [Job] = []
    /// How many of their reports were taken.
    var jobReports = 0
    /// Commits that hosts have made up.
    var commits = 0
    /// The last executions of each pipeline, the newest last, also those that have left the state.
    private(set) var executions: [PipelineName: [ExecutionID]] = [:]

    mutating func remember(_ execution: PipelineExecution) {
        executions[execution.pipeline, default: []].append(execution.id)
        if executions[execution.pipeline]?.count ?? 0 > 12 { executions[execution.pipeline]?.removeFirst() }
    }
}

/// A report that may be sent again.
struct SentReport {
    var effect: ClaimedEffect
    var command: PipelineCommand
}

/// A worker and the effects that it believes to be in its hands.
struct SimulatedWorker {
    let name: String
    var held: [ClaimedEffect] = []
    var id: WorkerID { WorkerID(name) }
}

/// What a batch has asked of the ledger.
struct BatchRecord {
    private(set) var pipelines: Set<PipelineName> = []
    private(set) var commands: [(pipeline: PipelineName, command: PipelineCommand)] = []
    /// Those that weren't refused.
    private(set) var accepted: [(pipeline: PipelineName, command: PipelineCommand)] = []
    private(set) var deliveries: [RecordedDelivery] = []
    private(set) var refusals = 0

    mutating func touch(_ pipeline: PipelineName, _ command: PipelineCommand?) {
        pipelines.insert(pipeline)
        if let command { commands.append((pipeline, command)) }
    }

    mutating func add(_ delivery: RecordedDelivery, touching names: some Sequence<PipelineName>) {
        pipelines.formUnion(names)
        deliveries.append(delivery)
    }

    mutating func accept(_ pipeline: PipelineName, _ command: PipelineCommand) { accepted.append((pipeline, command)) }
    mutating func refuse() { refusals += 1 }

    func hasDeleted(_ pipeline: PipelineName) -> Bool {
        commands.contains { $0.pipeline == pipeline && $0.command == .delete }
    }
}

/// A delivery, who listened to its events, and what became of it.
struct RecordedDelivery {
    var delivery: Delivery
    /// For each event the pipelines that decide on it, one for each decision.
    var listeners: [[PipelineName]]
    var receipt: DeliveryReceipt
}

import PipelineEngine
import PipelineModel
import PipelineStore

/// Everybody around the ledger: callers, source hosts, workers, and what each of them remembers.
struct SimulationWorld {
    let clock = VirtualClock()
    var ledger: SimulatedLedger
    var workers = [SimulatedWorker(name: "w0"), SimulatedWorker(name: "w1")]
    var memory = OutsideMemory()
    /// What the batch has done so far, for the invariants.
    var batch = BatchRecord()

    static let settings = EngineSettings()
    static let lease = 60.0

    init() {
        let clock = clock
        ledger = SimulatedLedger(settings: Self.settings, clock: { clock.now }, ids: { clock.ids() })
    }

    static func name(_ pipeline: Int) -> PipelineName { pipeline == 0 ? "p0" : "p1" }

    func state(_ pipeline: PipelineName) -> PipelineState? { ledger.states[pipeline] }

    mutating func carryOut(_ step: SimulationStep) throws {
        switch step.act {
        case .wait: clock.pass(Double(step.pick))
        case .crash: break
        case .deliver, .redeliver, .replay: try deliver(step)
        case .claim: try claim(worker: step.pick % workers.count, limit: step.choice + 1)
        case .done, .broken, .pending, .faulty: try work(step)
        case .reportAgain: try reportAgain(step)
        case .renew, .release, .die: try handle(step)
        case .ok, .fail, .pass, .block: try end(step)
        default:
            if let command = command(of: step) { try perform(command, on: Self.name(step.pipeline)) }
        }
    }

    /// A refusal is an answer.
    mutating func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws {
        batch.touch(pipeline, command)
        if case .answerApproval(let answer) = command { memory.answers.append(answer) }
        do {
            _ = try ledger.perform(command, on: pipeline)
        } catch is CommandRefusal {
            batch.refuse()
        }
    }

    /// The process is gone: so is what its workers held.
    mutating func restart() {
        ledger.restart()
        for worker in workers.indices { workers[worker].held = [] }
    }
}

/// What callers and hosts remember, whatever happens to the process.
struct OutsideMemory {
    var deliveries: [Delivery] = []
    var reports: [SentReport] = []
    var answers: [ApprovalAnswer] = []
    /// Commits that hosts have made up.
    var commits = 0
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

    mutating func refuse() { refusals += 1 }

    func hasDeleted(_ pipeline: PipelineName) -> Bool {
        commands.contains { $0.pipeline == pipeline && $0.command == .delete }
    }
}

/// A delivery, who listened to its events, and what became of it.
struct RecordedDelivery {
    var delivery: Delivery
    /// For each event the pipelines that have a source in its repository.
    var listeners: [Set<PipelineName>]
    var receipt: DeliveryReceipt
}

import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with the jobs that workers outside do.
@Suite struct JobConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `an effect becomes one job, with all that a worker must know`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            #expect(try await probe.board.offer(offer.claimed) == nil, "offered twice")
            probe.clock.advance(3600)
            #expect(try await !probe.ledger.claimAll().contains(where: \.isRun), "the effect is still there")
            let jobs = try await probe.poll()
            #expect(jobs.map(\.id) == [offer.job])
            guard case .runAction(let work) = offer.claimed.effect.kind else { return }
            #expect(jobs[0].work == work && jobs[0].pipeline == "app" && jobs[0].status == .dispatched)
            #expect(jobs[0].nonce?.count == 24)
            #expect(try await probe.board.job(offer.job) == jobs[0])
            #expect(try await probe.board.job("00000000-0000-0000-0000-00000000dead") == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `work that was cancelled before it was offered becomes no job`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let id = try await probe.ledger.created(.worked())
            try await probe.ledger.succeedNext()
            let claimed = try #require(try await probe.ledger.claimAll("workshop").first { $0.isRun })
            _ = try await probe.ledger.perform(.stop(id, mode: .abandon, reason: nil), on: "app")
            #expect(try await probe.board.offer(claimed) == nil)
            #expect(try await probe.poll().isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a worker gets jobs of its type and its property's value only, oldest first`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            for (index, project) in ["blue", "red", "blue", "blue"].enumerated() {
                try await probe.offered(.worked(PipelineName("p\(index)"), project: project))
            }
            let other = ActionTypeID(category: .test, owner: .custom, provider: "Worker")
            #expect(try await probe.poll(type: other).isEmpty)
            #expect(try await probe.poll(("Project", "green")).isEmpty)
            #expect(try await probe.poll(("Password", "b")).isEmpty, "a secret can't be asked for")
            #expect(try await probe.poll(("Project", "blue"), limit: 2).map(\.pipeline) == ["p0", "p2"])
            #expect(try await probe.poll(("Project", "blue")).map(\.pipeline) == ["p3"])
            #expect(try await probe.poll().map(\.pipeline) == ["p1"])
            #expect(try await probe.poll().isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `who shows the nonce has the job, may show it again, and nobody else gets it`(_ kind: LedgerKind) async throws
    {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            let board = try probe.board
            #expect(try await board.acknowledge(offer.job, nonce: "x") == .invalidNonce, "it is queued only")
            let nonce = try #require(try await probe.poll().first?.nonce)
            #expect(try await board.acknowledge(offer.job, nonce: "x") == .invalidNonce)
            #expect(try await board.acknowledge(offer.job, nonce: nonce) == .taken(.inProgress))
            #expect(try await board.acknowledge(offer.job, nonce: nonce) == .taken(.inProgress))
            #expect(try await board.acknowledge(offer.job, nonce: "x") == .invalidNonce)
            probe.clock.advance(3600)
            #expect(try await probe.poll().isEmpty)
            #expect(try await board.acknowledge("00000000-0000-0000-0000-00000000dead", nonce: nonce) == .notFound)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a job that nobody acknowledges in time is given out again under a new nonce`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            let board = try probe.board
            let first = try #require(try await probe.poll().first?.nonce)
            probe.clock.advance(299)
            #expect(try await probe.poll().isEmpty)
            probe.clock.advance(1)
            #expect(try await board.acknowledge(offer.job, nonce: first) == .invalidNonce, "too late")
            let second = try #require(try await probe.poll().first?.nonce)
            #expect(second != first)
            #expect(try await board.acknowledge(offer.job, nonce: first) == .invalidNonce)
            #expect(try await board.acknowledge(offer.job, nonce: second) == .taken(.inProgress))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `success without outputs ends the action at once, a second word is refused`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            let board = try probe.board
            let result = ActionResult(variables: ["A": "1"], summary: "fine", externalExecutionID: "7")
            #expect(try await board.report(.succeeded(result), of: offer.job) == .invalidState(.queued))
            _ = try await probe.poll()
            #expect(try await board.report(.succeeded(result), of: offer.job) == .invalidState(.dispatched))
            probe.clock.advance(300)
            try await probe.taken()
            #expect(try await board.report(.succeeded(result), of: offer.job) == .taken(.succeeded))
            let attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .succeeded && attempt.summary == "fine" && attempt.externalExecutionID == "7")
            #expect(attempt.outputVariables == ["A": "1"])
            let late = FailureDetails(.jobFailed, "late")
            #expect(try await board.report(.failed(late), of: offer.job) == .invalidState(.succeeded))
            #expect(try await board.acknowledge(offer.job, nonce: "x") == .taken(.succeeded))
            let ended = try #require(try await board.job(offer.job))
            #expect(ended.work == nil && ended.status == .succeeded)
            #expect(try await board.report(.succeeded(result), of: "00000000-0000-0000-0000-00000000dead") == .notFound)
            #expect(try await probe.ledger.nextDue() == nil, "a timer was left behind")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `success with outputs waits until somebody has looked at them`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered(.worked(outputs: ["Built"]))
            try await probe.taken()
            let result = ActionResult(variables: ["A": "1"])
            #expect(try await probe.board.report(.succeeded(result), of: offer.job) == .taken(.succeeded))
            #expect(try await probe.attempt(of: offer).status == .inProgress)
            let claimed = try #require(try await probe.ledger.claimAll().first)
            guard case .collectOutputs(let work) = claimed.effect.kind else {
                Issue.record("\(claimed.effect.kind)")
                return
            }
            #expect(work.result == result && work.action.outputArtifacts.map(\.name) == ["Built"])
            var found = result
            found.outputs = work.action.outputArtifacts
            found.outputs[0].size = 9
            let report = PipelineCommand.actionSucceeded(claimed.reference, found)
            _ = try await probe.ledger.finish(claimed.id, reporting: report, on: "app")
            let attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .succeeded && attempt.outputArtifacts.map(\.size) == [9])
            #expect(try await probe.ledger.nextDue() == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a failure fails the action with the worker's words`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            try await probe.taken()
            let failure = FailureDetails(.configurationError, "no such project", externalExecutionID: "8")
            #expect(try await probe.board.report(.failed(failure), of: offer.job) == .taken(.failed))
            let attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .failed && attempt.failure == failure)
            #expect(try await probe.board.report(.failed(failure), of: offer.job) == .invalidState(.failed))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a continuation ends the job and begins another one with the token`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            let first = try await probe.taken()
            #expect(first.work?.continuationToken == nil)
            let continuation = ActionContinuation(
                token: "at 40", pollAgainIn: 0, summary: "half way", externalExecutionID: "9", percentComplete: 40)
            #expect(try await probe.board.report(.continues(continuation), of: offer.job) == .taken(.succeeded))
            var attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .inProgress && attempt.percentComplete == 40 && attempt.summary == "half way")
            #expect(try await probe.poll().isEmpty, "it isn't offered yet")
            let again = try await probe.offer(of: "app")
            #expect(again.job != offer.job && again.claimed.reference == offer.claimed.reference)
            #expect(try await probe.board.report(.continues(continuation), of: offer.job) == .invalidState(.succeeded))
            let second = try await probe.taken()
            #expect(second.id == again.job && second.work?.continuationToken == "at 40")
            #expect(try await probe.board.report(.succeeded(ActionResult()), of: again.job) == .taken(.succeeded))
            attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .succeeded && attempt.externalExecutionID == "9")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `when its action is given up, a job is neither given out nor reported on`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let queued = try await probe.offered(.worked("a"))
            let running = try await probe.offered(.worked("b"))
            let board = try probe.board
            let all = try await probe.poll()
            let job = try #require(all.first { $0.id == running.job })
            _ = try await board.acknowledge(job.id, nonce: job.nonce ?? "")
            for offer in [queued, running] {
                let execution = offer.claimed.reference.execution
                _ = try await probe.ledger.perform(
                    .stop(execution, mode: .abandon, reason: nil), on: offer.claimed.effect.pipeline)
                #expect(try await board.job(offer.job)?.status == .failed)
                #expect(try await board.report(.succeeded(ActionResult()), of: offer.job) == .invalidState(.failed))
                #expect(try await probe.attempt(of: offer).status == .abandoned)
            }
            probe.clock.advance(3600)
            #expect(try await probe.poll().isEmpty)
            #expect(try await board.acknowledge(queued.job, nonce: "x") == .taken(.failed))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an action has a day, all its jobs together; then the job has timed out`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let offer = try await probe.offered()
            try await probe.taken()
            probe.clock.advance(86_399)
            #expect(try await probe.ledger.claimAll().isEmpty)
            probe.clock.advance(1)
            try await probe.ledger.runAll()
            let attempt = try await probe.attempt(of: offer)
            #expect(attempt.status == .failed && attempt.failure?.type == .actionTimedOut)
            #expect(try await probe.board.job(offer.job)?.status == .timedOut)
            #expect(
                try await probe.board.report(.succeeded(ActionResult()), of: offer.job) == .invalidState(.timedOut))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `jobs go with their pipeline, and with their execution's history`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let gone = try await probe.offered(.worked("a"))
            _ = try await probe.ledger.perform(.delete, on: "a")
            #expect(try await probe.board.job(gone.job) == nil)
            #expect(try await probe.poll().isEmpty)
            let old = try await probe.offered(.worked("b"))
            try await probe.taken()
            _ = try await probe.board.report(.succeeded(ActionResult()), of: old.job)
            for _ in 0..<2 {
                _ = try await probe.ledger.perform(.start, on: "b")
                try await probe.ledger.runAll()
            }
            let report = try await probe.ledger.prune(RetentionPolicy(maxCountPerPipeline: 1), at: probe.clock.now)
            #expect(report.executions.count == 2)
            #expect(try await probe.board.job(old.job) == nil)
        }
    }
}

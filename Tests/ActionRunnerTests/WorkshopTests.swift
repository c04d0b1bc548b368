import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

@Suite struct WorkshopTests {
    @Test func `an artifact travels from the source to the build as it was`() async throws {
        let seen = Mutex<[String: String]>([:])
        let build = ScriptedProvider(.build) { job, host in
            let file = job.inputs[0].contents.appending(path: "run.sh")
            let mode = (try? FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]) as? Int
            seen.withLock {
                $0["text"] = try? String(contentsOf: file, encoding: .utf8)
                $0["mode"] = mode.map { String($0, radix: 8) }
                $0["revision"] = job.inputs[0].stored.revision?.revisionID
            }
            host.log.line("two\nlines")
            return .succeeded(ActionSuccess(variables: ["A": "1"]))
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build()])
        #expect(execution.status == .succeeded)
        #expect(seen.withLock { $0 } == ["text": "#!/bin/sh\n", "mode": "755", "revision": "c1"])
        let artifact = try #require(execution.artifacts["Code"])
        #expect(artifact.sha256?.count == 64 && artifact.size ?? 0 > 0)
        let action = try #require(execution.stages.last?.actions.first)
        let log = try String(contentsOf: ActionLogs(folder: bench.logFolder).file(of: action, in: "p"), encoding: .utf8)
        #expect(log.split(separator: "\n").map { $0.split(separator: " ").last } == ["two", "lines"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.host.root.appending(path: "work").path).isEmpty)
    }

    @Test func `a damaged artifact fails the action that reads it and names it`() async throws {
        let source = ScriptedProvider(.source) { job, _ in
            .succeeded(ActionSuccess(outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)]))
        }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([source, build])
        defer { bench.host.remove() }
        let approval = StageDeclaration(
            name: "Wait", actions: [ActionDeclaration(name: "Ok", actionTypeId: .manualApproval)])
        let waiting = try await bench.run([RunnerBench.source(), approval, RunnerBench.build()]) {
            $0.stages.last?.actions.first?.approvalToken != nil
        }
        let artifact = try #require(waiting.artifacts["Code"])
        let forged = bench.host.root.appending(path: "forged")
        try Data("not the artifact".utf8).write(to: forged)
        _ = try await bench.host.stores.store(for: artifact.bucket).put(
            artifact.key, file: forged, options: PutOptions())
        let token = try #require(waiting.stages.last?.actions.first?.approvalToken)
        _ = try await bench.ledger.perform(
            .answerApproval(
                ApprovalAnswer(stage: "Wait", action: "Ok", token: token, status: .approved, summary: "", by: "me")),
            on: "p")
        let ended = try await bench.follow { $0.status.isTerminal }
        #expect(ended.status == .failed)
        let message = ended.stages.last?.actions.first?.failure?.message ?? ""
        #expect(message.contains("Input artifact 'Code'") && message.contains("is not what was stored"))
        #expect(build.jobs.isEmpty)
    }

    @Test func `secrets are opened for the job and masked in its log`() async throws {
        let build = ScriptedProvider(.build) { job, host in
            host.log.line("token is \(job.configuration["Token"] ?? "")")
            return .failed(FailureDetails(.jobFailed, "no luck"))
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let sealed = try BackwardsVault().seal("hunter22")
        let execution = try await bench.run([
            RunnerBench.source(), RunnerBench.build(configuration: ["Token": .sealed(sealed)]),
        ])
        #expect(build.jobs.first?.configuration["Token"] == "hunter22")
        let action = try #require(execution.stages.last?.actions.first)
        #expect(action.failure?.message == "no luck")
        let log = try String(contentsOf: ActionLogs(folder: bench.logFolder).file(of: action, in: "p"), encoding: .utf8)
        #expect(log.contains("token is ****") && !log.contains("hunter22"))
    }

    @Test func `a fork's pull request gets no secret, and the action says why`() async throws {
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let sealed = try BackwardsVault().seal("hunter22")
        let stages = [RunnerBench.source(), RunnerBench.build(configuration: ["Token": .sealed(sealed)])]
        _ = try await bench.run(stages)
        #expect(build.jobs.count == 1)
        let revision = SourceRevisionOverride(actionName: "Fetch", revisionType: .commitID, revisionValue: "c2")
        _ = try await bench.ledger.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2),
                    input: StartInput(
                        sourceRevisions: [revision], eventVariables: [PipelineExecution.forkMark: "true"]))), on: "p")
        let execution = try await bench.follow { $0.number == 2 && $0.status.isTerminal }
        let failure = try #require(execution.stages.last?.actions.first?.failure)
        #expect(failure.type == .permissionError && failure.message.contains("forks: trusted"))
        #expect(!failure.message.contains("hunter22") && build.jobs.count == 1)
    }

    @Test func `of a fork's artifacts it is kept which files no stranger wrote`() async throws {
        let fetch = ScriptedProvider(.source) { job, _ in
            .succeeded(
                ActionSuccess(
                    outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)], protectedPaths: ["ci/*"]))
        }
        let build = ScriptedProvider(.build) { job, _ in
            .succeeded(
                ActionSuccess(
                    outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)], protectedPaths: ["**"]))
        }
        let bench = try RunnerBench([fetch, build])
        defer { bench.host.remove() }
        let trusted = try await bench.run([RunnerBench.source(), RunnerBench.build(outputs: ["Site"])])
        #expect(trusted.artifacts["Code"]?.protectedPaths == nil)
        let revision = SourceRevisionOverride(actionName: "Fetch", revisionType: .commitID, revisionValue: "c2")
        for (revisions, kept) in [([revision], ["ci/*"]), ([], ["**"])] {
            let start = StartRequest(
                trigger: ExecutionTrigger(type: .webhookV2),
                input: StartInput(
                    sourceRevisions: revisions, eventVariables: [PipelineExecution.forkMark: "true"]))
            guard case .started(let id, _) = try await bench.ledger.perform(.start(start), on: "p") else { return }
            let execution = try await bench.follow { $0.id == id && $0.status.isTerminal }
            #expect(execution.artifacts["Code"]?.protectedPaths == kept)
            #expect(execution.artifacts["Site"] != nil && execution.artifacts["Site"]?.protectedPaths == nil)
        }
    }

    @Test func `an output that was not produced fails the action and names it`() async throws {
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build(outputs: ["Site"])])
        #expect(execution.stages.last?.actions.first?.failure?.message.contains("'Site'") == true)
    }

    @Test func `a type that nobody provides fails the action and names it`() async throws {
        let bench = try RunnerBench([RunnerBench.filesSource()])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build()])
        let failure = try #require(execution.stages.last?.actions.first?.failure)
        #expect(failure.type == .configurationError && failure.message.contains("Custom/Build/Scripted/1"))
    }

    @Test func `pending work is asked again with its token`() async throws {
        let build = ScriptedProvider(.build) { job, _ in
            switch job.continuationToken {
            case nil: .pending(token: "1", pollAgain: .milliseconds(10), progress: ActionProgress(summary: "queued"))
            case "1": .pending(token: "2", pollAgain: .milliseconds(10), progress: ActionProgress(percentComplete: 50))
            default: .succeeded(ActionSuccess())
            }
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build()])
        #expect(execution.status == .succeeded)
        #expect(build.jobs.map(\.continuationToken) == [nil, "1", "2"])
        #expect(Set(build.jobs.map(\.id)).count == 1)
    }

    @Test func `an abandoned action's work is ended`() async throws {
        let (ended, end) = AsyncStream<Bool>.makeStream()
        let build = ScriptedProvider(.build) { _, _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { end.yield(true) }
            return .succeeded(ActionSuccess())
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let stopping = Mutex(false)
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build()]) { execution in
            if !build.jobs.isEmpty, !stopping.withLock({ $0 }) {
                stopping.withLock { $0 = true }
                let ledger = bench.ledger
                let id = execution.id
                Task { _ = try await ledger.perform(.stop(id, mode: .abandon, reason: nil), on: "p") }
            }
            return execution.status.isTerminal
        }
        #expect(execution.status == .stopped)
        #expect(await ended.first { _ in true } == true)
    }

    @Test func `what a shutdown interrupts runs again under the same id in a clean workspace`() async throws {
        let attempts = Mutex(0)
        let dirt = Mutex<[Bool]>([])
        let build = ScriptedProvider(.build) { job, _ in
            let mark = job.workspace.appending(path: "mark")
            dirt.withLock { $0.append(FileManager.default.fileExists(atPath: mark.path)) }
            try? Data().write(to: mark)
            guard
                attempts.withLock({
                    $0 += 1; return $0
                }) > 1
            else {
                do { try await Task.sleep(for: .seconds(60)) } catch {}
                return .failed(FailureDetails(.jobFailed, "interrupted"))
            }
            return .succeeded(ActionSuccess())
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build])
        defer { bench.host.remove() }
        let interrupted = try await bench.run([RunnerBench.source(), RunnerBench.build()]) { _ in !build.jobs.isEmpty }
        #expect(interrupted.status == .inProgress)
        try await bench.workshop.prepare()
        let execution = try await bench.follow { $0.status.isTerminal }
        #expect(execution.status == .succeeded)
        #expect(build.jobs.count == 2 && Set(build.jobs.map(\.id)).count == 1)
        #expect(dirt.withLock { $0 } == [false, false])
    }

    @Test func `at most so many jobs run at once`() async throws {
        let running = Mutex((now: 0, most: 0))
        let build = ScriptedProvider(.build) { _, _ in
            running.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
            try? await Task.sleep(for: .milliseconds(20))
            running.withLock { $0.now -= 1 }
            return .succeeded(ActionSuccess())
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], concurrentJobs: 2)
        defer { bench.host.remove() }
        var stage = RunnerBench.build()
        stage.actions = (0..<6).map { number in
            var action = stage.actions[0]
            action.name = ActionName("Make\(number)")
            return action
        }
        #expect(try await bench.run([RunnerBench.source(), stage]).status == .succeeded)
        #expect(running.withLock { $0.most } == 2)
    }
}

import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

/// Nothing that a build starts outlives it.
@Suite struct ProcessTreeTests {
    /// Starts processes that try to get away, and tells their ids: as seen from outside the sandbox they are others,
    /// so they are told apart by a number of seconds that nobody else sleeps.
    static func runaways(_ seconds: Int) -> String {
        spec(
            "sleep \(seconds) & setsid sleep \(seconds) & (setsid sh -c 'sleep \(seconds) & sleep \(seconds)' &)",
            "nohup sh -c 'trap \"\" TERM; sleep \(seconds); sleep \(seconds)' >/dev/null 2>&1 &",
            "env -i setsid sleep \(seconds) >/dev/null 2>&1 </dev/null & sleep 0.2; echo started", "sleep \(seconds)")
    }

    static func sleepers(_ seconds: Int) -> [pid_t] {
        RunningProcess.all().filter { process in
            guard !process.isZombie, let line = SmallFile.read("/proc/\(process.pid)/cmdline") else { return false }
            return String(decoding: line, as: UTF8.self).hasPrefix("sleep\0\(seconds)\0")
        }.map(\.pid)
    }

    @Test(arguments: IsolationMode.allCases)
    func `a stop ends the whole tree before it returns`(mode: IsolationMode) async throws {
        let seconds = Int.random(in: 100_000...999_999)
        let bench = try BuildBench()
        let running = Task { try await bench.build(Self.runaways(seconds), mode) }
        #expect(try await eventually { bench.lines.contains("started") && Self.sleepers(seconds).count >= 6 })
        running.cancel()
        let outcome = try await running.value
        #expect(Self.sleepers(seconds) == [])
        #expect(outcome.failure?.message == "Build terminated with state: STOPPED")
    }

    @Test(arguments: IsolationMode.allCases)
    func `the end of a build ends what it left in the background`(mode: IsolationMode) async throws {
        let seconds = Int.random(in: 100_000...999_999)
        let bench = try BuildBench()
        let outcome = try await bench.build(spec("setsid sleep \(seconds) &", "echo done"), mode)
        #expect(outcome.success != nil)
        #expect(Self.sleepers(seconds) == [])
    }

    @Test func `a build that is stopped before it starts runs nothing`() async throws {
        let bench = try BuildBench()
        let running = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await bench.build(spec("echo ran; touch ../../ran"))
        }
        #expect(try await running.value.failure?.message == "Build terminated with state: STOPPED")
        #expect(!bench.lines.contains("ran"))
    }

    /// A shell that plays the killed gateway: it starts marked processes and dies by SIGKILL.
    static func killedGateway(_ marker: BuildMarker, _ seconds: Int) throws {
        let gateway = try ChildProcess.start(
            [
                "/bin/sh", "-c",
                "setsid env \(marker.text) sleep \(seconds) & (env \(marker.text) sleep \(seconds) &) ; sleep 60",
            ],
            environment: ["PATH": "/usr/bin:/bin"], descriptors: [:])
        var tries = 0
        while sleepers(seconds).count < 2, tries < 1000 {
            usleep(10_000)
            tries += 1
        }
        kill(gateway, SIGKILL)
        ChildProcess.wait(for: gateway)
    }

    @Test func `the next start ends what a killed gateway left, and nothing of another gateway`() async throws {
        let (own, other) = (Int.random(in: 100_000...499_999), Int.random(in: 500_000...999_999))
        let bench = try BuildBench()
        let owner = try BuildState().owner(in: bench.stateFolder(for: "CodeBuild"))
        try Self.killedGateway(BuildMarker(owner: owner, job: "j"), own)
        let foreign = BuildMarker(owner: "another", job: "j")
        try Self.killedGateway(foreign, other)
        #expect(Self.sleepers(own).count == 2)
        await (try bench.action()).cleanUp(on: bench)
        #expect(Self.sleepers(own) == [])
        #expect(Self.sleepers(other).count == 2)
        ProcessTree(marker: foreign).end()
        #expect(Self.sleepers(other) == [])
    }

    @Test func `a job that runs again first ends its earlier self`() async throws {
        let seconds = Int.random(in: 100_000...999_999)
        let bench = try BuildBench()
        let job = try bench.job(inputs: ["app": ["buildspec.yml": spec("echo again")]])
        let owner = try BuildState().owner(in: bench.stateFolder(for: "CodeBuild"))
        try Self.killedGateway(BuildMarker(owner: owner, job: job.id.rawValue), seconds)
        #expect(try await bench.run(job).success != nil)
        #expect(Self.sleepers(seconds) == [])
    }

    @Test func `a sandbox dies with the thread that started it, so the thread waits for it`() async throws {
        // Longer than an idle thread of a pool lives.
        let bench = try BuildBench()
        #expect(try await bench.build(spec("sleep 7; echo survived"), .bubblewrap).success != nil)
        #expect(bench.lines.contains("survived"))
    }
}

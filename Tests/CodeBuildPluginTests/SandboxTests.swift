import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

@Suite struct SandboxTests {
    @Test func `bubblewrap works on this machine`() async throws {
        let plugin = try CodeBuild(settings: .null)
        #expect(await plugin.isolationCheck() == .works, "apt install bubblewrap, and allow user namespaces")
        #expect(await plugin.isolationCheck() == .works)
        let open = try CodeBuild(settings: .map(["isolation": .string("none")]))
        #expect(await open.isolationCheck() == .switchedOff)
    }

    @Test func `an isolation that can't be tried is told with its remedy`() async throws {
        let plugin = try CodeBuild(settings: .null)
        guard case .broken(let reason) = await plugin.isolationCheck(in: URL(filePath: "/proc/nowhere")) else {
            Issue.record("worked in a folder that can't be")
            return
        }
        #expect(reason.contains("isolation: none"))
    }

    @Test func `a build without isolation says so first`() async throws {
        let bench = try BuildBench()
        _ = try await bench.build(spec("true"))
        #expect(bench.lines.first?.contains("not isolated") == true)
    }

    @Test func `the build sees its workspace and not the data folder`() async throws {
        let bench = try BuildBench()
        let data = bench.data.path
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        let outcome = try await bench.build(
            spec(
                "ls /run | sed 's/^/run /'",
                "cat \(data)/credentials 2>/dev/null && echo LEAK; ls \(data)", "ls -A \(home) | sed 's/^/home /'",
                "touch /etc/penstock-x 2>&1 && echo LEAK; touch \(data)/../x 2>/dev/null; true",
                "mount -o remount,rw / 2>&1 && echo LEAK; true",
                "umount /tmp 2>&1 && echo LEAK; true",
                "echo 1 2>&- >/proc/sys/kernel/sysrq && echo LEAK; true",
                "test -w /proc/sys/kernel/core_pattern && echo LEAK; test -w /proc/sysrq-trigger && echo LEAK; true",
                "test -s /etc/os-release && echo LEAK; true",
                "touch /tmp/mine ~/mine here && ls /tmp | sed 's/^/tmp /'; echo pids $(ls -d /proc/[0-9]* | wc -l)",
                "mv $CODEBUILD_SRC_DIR/../../.codebuild/commands elsewhere 2>&1 && echo LEAK; true",
                "echo x >$CODEBUILD_SRC_DIR/../../.codebuild/commands/shell && echo LEAK; true"), .bubblewrap)
        #expect(outcome.success != nil, "\(String(describing: outcome.failure)) \(bench.lines)")
        #expect(!bench.lines.contains("LEAK"), "\(bench.lines)")
        #expect(!bench.lines.contains { $0.contains("top secret") })
        #expect(bench.lines.filter { $0.hasPrefix("home ") } == [])
        #expect(
            // The other one is the way to the data folder's own mount.
            bench.lines.contains("tmp mine") && bench.lines.filter { $0.hasPrefix("tmp ") }.count <= 2)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/mine"))
        let pids = bench.lines.first { $0.hasPrefix("pids ") }.flatMap { Int($0.dropFirst(5)) }
        #expect((1...9).contains(pids ?? 0))
        #expect(bench.lines.filter { $0.hasPrefix("run ") && $0 != "run systemd" } == [])
    }

    @Test func `where isolation can't work, builds are refused with the remedy`() async throws {
        let bench = try BuildBench()
        let job = try bench.job(
            inputs: ["app": ["buildspec.yml": spec("true")]], workspace: URL(filePath: "/proc/nowhere"))
        let details = try #require(try await bench.run(job, .bubblewrap).failure)
        #expect(details.type == .configurationError)
        #expect(details.message.contains("modules.CodeBuild.isolation: none"))
        #expect(bench.lines.contains { $0.contains("the build was refused") })
    }

    @Test func `the sandbox dies with the gateway`() async throws {
        let bench = try BuildBench()
        let seconds = Int.random(in: 100_000...999_999)
        let workspace = try #require(RealPath.of(bench.root.path))
        let sandbox = Sandbox(
            executable: try #require(Sandbox.executable), writable: [workspace], temporary: workspace, readOnly: [],
            hidden: [])
        let program = ["/bin/sh", "-c", "setsid sleep \(seconds) & env -i setsid sleep \(seconds) & sleep \(seconds)"]
        let gateway = try ChildProcess.start(
            ["/bin/sh", "-c", "\"$@\" & wait", "sh"] + sandbox.command(running: program),
            environment: ["PATH": "/usr/bin:/bin"], descriptors: [:])
        #expect(try await eventually { ProcessTreeTests.sleepers(seconds).count == 3 })
        kill(gateway, SIGKILL)
        ChildProcess.wait(for: gateway)
        #expect(try await eventually { ProcessTreeTests.sleepers(seconds).isEmpty })
    }
}

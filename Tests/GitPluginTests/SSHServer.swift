import Foundation
import PluginKitTesting

/// A real ssh server on a free port of the loopback that lets one key in and runs `git-upload-pack` for it.
final class SSHServer: Sendable {
    struct Failure: Error { let reason: String }

    /// `ssh://git@127.0.0.1:PORT`, below which the folder's repositories are.
    let url: String
    /// What `known_hosts` says of it.
    let hostKeys: String
    /// The private key that it lets in.
    let key: String
    /// A key that it does not let in.
    let strangersKey: String
    private let process: ChildProcess

    init(repositories: URL, scratch: URL) throws {
        for name in ["host", "user", "stranger"] {
            try TestRepositories.shell("ssh-keygen -q -t ed25519 -N '' -C test -f \(name)", in: scratch)
        }
        func text(_ name: String) throws -> String {
            try String(contentsOf: scratch.appending(path: name), encoding: .utf8)
        }
        let port = scratch.appending(path: "ssh-port")
        process = try ChildProcess(
            ["/usr/bin/env", "python3", "-c", Self.script, repositories.path, scratch.path, port.path],
            environment: ProcessInfo.processInfo.environment)
        for _ in 0..<3000 {
            if let number = try? String(contentsOf: port, encoding: .utf8), number.hasSuffix("\n") {
                url = "ssh://git@127.0.0.1:\(number.dropLast())"
                hostKeys = "[127.0.0.1]:\(number.dropLast()) \(try text("host.pub"))"
                key = try text("user")
                strangersKey = try text("stranger")
                return
            }
            usleep(10_000)
        }
        process.stop()
        throw Failure(reason: "the ssh server did not start: run the tests by make test, or pip install asyncssh")
    }

    func stop() { process.stop() }

    private static let script = #"""
        import asyncio, os, shlex, sys
        import asyncssh

        repositories, scratch, port_file = sys.argv[1:]

        async def serve(process):
            words = shlex.split(process.command or "")
            if len(words) != 2 or words[0] != "git-upload-pack":
                process.stderr.write("only git-upload-pack is served\n")
                return process.exit(1)
            folder = os.path.join(repositories, words[1].lstrip("/"))
            child = await asyncio.create_subprocess_exec(
                "git", "-c", "safe.directory=*", "upload-pack", folder, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
            await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
            process.exit(await child.wait())

        async def main():
            server = await asyncssh.listen(
                "127.0.0.1", 0, server_host_keys=[f"{scratch}/host"], authorized_client_keys=f"{scratch}/user.pub",
                process_factory=serve, encoding=None)
            with open(port_file + ".new", "w") as file:
                file.write(f"{server.get_port()}\n")
            os.rename(port_file + ".new", port_file)
            await asyncio.sleep(600)

        asyncio.run(main())
        """#
}

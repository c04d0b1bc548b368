import Foundation

/// A bare repository `acme/storefront`, served by `git http-backend`, and a clone to commit in.
final class GitServer: Sendable {
    static let repository = "acme/storefront"

    let url: String
    private let scratch: Scratch
    private let server: PythonServer

    /// - Parameter credential: `user:password`, where every request must carry it.
    init(files: [String: String], credential: String = "") async throws {
        scratch = try Scratch("git")
        server = try await PythonServer(
            "git_server.py", [scratch.url("srv").path], environment: ["SERVER_CREDENTIAL": credential])
        url = server.url
        try FileManager.default.createDirectory(at: scratch.url("clone"), withIntermediateDirectories: true)
        try await git("init", "-q", "-b", "main")
        try await Command(
            .git, ["init", "-q", "--bare", "-b", "main", scratch.url("srv/\(Self.repository).git").path]
        ).checked()
        try await commit(files, message: "First")
    }

    deinit { scratch.remove() }

    /// Writes the files, commits and pushes; gives the commit's id.
    @discardableResult
    func commit(_ files: [String: String], message: String) async throws -> String {
        for (path, text) in files { try scratch.write(text, to: "clone/\(path)") }
        try await git("add", ".")
        try await git("commit", "-q", "--allow-empty", "-m", message)
        try await git("push", "-q", scratch.url("srv/\(Self.repository).git").path, "main")
        return try await tip()
    }

    /// A commit upon `main` that no branch of the repository has, only pull request `number`'s ref: as of a fork.
    func propose(_ files: [String: String], as number: Int) async throws -> String {
        try await git("checkout", "-q", "-b", "proposal-\(number)")
        for (path, text) in files { try scratch.write(text, to: "clone/\(path)") }
        try await git("add", ".")
        try await git("commit", "-q", "-m", "Proposal \(number)")
        let folder = scratch.url("srv/\(Self.repository).git").path
        try await git("push", "-q", folder, "HEAD:refs/pull/\(number)/head")
        let commit = try await tip()
        try await git("checkout", "-q", "main")
        return commit
    }

    func tip() async throws -> String {
        try await git("rev-parse", "HEAD").text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @discardableResult
    private func git(_ arguments: String...) async throws -> Command.Output {
        let person = ["-c", "user.name=Zoë Brandt", "-c", "user.email=zoe@acme.example"]
        return try await Command(.git, person + arguments, in: scratch.url("clone")).checked()
    }
}

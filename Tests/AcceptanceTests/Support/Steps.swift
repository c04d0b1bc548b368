import Foundation

/// A repository with several builds, and the waits that several tests share.
enum Steps {
    static let files = [
        "page.txt": "a page\n",
        "buildspec.yml": buildspec("mkdir -p site", "cp page.txt site/"),
        "buildspec-fails.yml": buildspec("mkdir -p site", "echo this build fails", "false"),
        "buildspec-nap.yml": buildspec("mkdir -p site", "cp page.txt site/", "echo IT-RUNS", "sleep 6"),
        "buildspec-slow.yml": buildspec("mkdir -p site", "cp page.txt site/", "echo IT-RUNS", "sleep 60"),
    ]

    static func buildspec(_ commands: String...) -> String {
        """
        version: 0.2
        phases:
          build:
            on-failure: ABORT
            commands:
        \(commands.map { "      - \($0)" }.joined(separator: "\n"))
        artifacts:
          base-directory: site
          files: ['**/*']

        """
    }

    /// Waits until `Review`/`Ask` wants an answer; gives its token.
    static func approvalToken(_ sdk: SDK, _ pipeline: String, not old: String? = nil) async throws -> String {
        try await waiting(for: "the approval of \(pipeline)") {
            let latest = try await sdk.actionState("Ask", in: "Review", of: pipeline)["latestExecution"]
            guard latest["status"] == "InProgress", let token = latest["token"].string, token != old else { return nil }
            return token
        }
    }

    /// Waits until the build has written `IT-RUNS` to its log.
    static func buildRuns(_ gateway: Gateway) async throws {
        try await waiting(until: "the slow build's output") {
            let logs = try gateway.files().filter { $0.hasPrefix("logs/") && $0.contains("Build.Website") }
            return try logs.contains { log in
                try String(contentsOf: gateway.data.appending(path: log), encoding: .utf8)
                    .split(separator: "\n").contains { $0.hasSuffix(" IT-RUNS") && !$0.hasSuffix("echo IT-RUNS") }
            }
        }
    }
}

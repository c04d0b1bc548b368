import Foundation

/// The unmodified AWS CLI.
struct AWS: Sendable {
    let environment: [String: String]

    /// `aws ARGUMENTS`, whatever comes of it.
    func run(_ arguments: String...) async throws -> Command.Output { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Command.Output {
        try await Command(
            .aws, arguments,
            environment: environment.merging(["AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""]) { $1 }
        ).run()
    }

    /// `aws codepipeline ARGUMENTS`, which succeeds; gives its JSON.
    @discardableResult
    func codepipeline(_ arguments: String...) async throws -> JSON {
        let output = try await run(["codepipeline"] + arguments + ["--output", "json"])
        guard output.status == 0 else {
            throw Command.Failed(description: "aws codepipeline \(arguments.joined(separator: " ")): \(output.stderr)")
        }
        return output.stdout.isEmpty ? .null : try JSON(parsing: output.stdout)
    }
}

import ArgumentParser
import PenstockServer

@main
struct Penstock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "penstock",
        abstract: "A self-hosted continuous-delivery engine that speaks the AWS CodePipeline API.",
        version: Version.current,
        subcommands: [
            Serve.self, Run.self, Wait.self, Tail.self, Explain.self, Env.self, Validate.self, Deliveries.self,
            Hooks.self, ConnectionsCommand.self, ActionTypes.self, ModulesCommand.self, Doctor.self,
        ])

    /// Errors that the commands know print as one line; the exit code says of which kind they are.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as CommandError {
            CommandOutput.remark("penstock: \(error)")
            Self.exit(withError: ExitCode(error.kind.rawValue))
        } catch {
            if let code = CommandFailure.code(of: error) {
                CommandOutput.remark("penstock: \(error)")
                Self.exit(withError: ExitCode(code))
            }
            let code = Self.exitCode(for: error)
            guard code != .validationFailure else {
                CommandOutput.remark(Self.fullMessage(for: error))
                Self.exit(withError: ExitCode(2))
            }
            Self.exit(withError: error)
        }
    }
}

import Foundation

/// `penstock wait`: blocks until an execution ends, through restarts of the gateway.
package enum WaitCommand {
    struct Input: Encodable, Sendable {
        var pipeline: String
        var execution: String?
        var seconds: Int64
    }

    /// - Parameter execution: an id, or a number in the pipeline; `nil`: the newest when the first answer comes.
    /// - Returns: how it stands: ended, or not when the time-out came first.
    /// - Throws: ``CommandError``: `unreachable` when no gateway answers the first call, or none has come back in time.
    package static func wait(
        _ pipeline: String, execution: String?, timeout: Int?, settings: ServerSettings
    ) async throws -> ExecutionStanding {
        let deadline = timeout.map { ContinuousClock.now + .seconds($0) }
        var client = PatientClient(settings, deadline: deadline)
        do {
            let standing = try await wait(pipeline, execution, until: deadline, on: &client)
            await client.close()
            return standing
        } catch {
            await client.close()
            throw error
        }
    }

    private static func wait(
        _ pipeline: String, _ execution: String?, until deadline: ContinuousClock.Instant?,
        on client: inout PatientClient
    ) async throws -> ExecutionStanding {
        // The first answer comes at once and names the execution: a newer one must not take its place.
        var input = Input(pipeline: pipeline, execution: execution, seconds: 0)
        while true {
            let standing = try await client.call("WaitExecution", input, as: ExecutionStanding.self)
            let left = deadline.map { $0 - ContinuousClock.now }
            if standing.isOver || left.map({ $0 <= .zero }) == true { return standing }
            // Well below the time after which the client takes a silent gateway for dead.
            let seconds = min(20, left.map { $0.components.seconds + 1 } ?? 20)
            // Answered early, the gateway is going; without a pause this would be a busy loop until it is gone.
            if input.seconds > 0 { try await Task.sleep(for: .milliseconds(100)) }
            input = Input(pipeline: pipeline, execution: standing.execution, seconds: seconds)
        }
    }
}

extension ExecutionStanding {
    /// The exit code says the same.
    package var hasSucceeded: Bool { status == "Succeeded" }

    package var line: String {
        "\(pipeline) execution \(number) (\(execution)): \(status)" + (summary.map { ": \($0)" } ?? "")
    }
}

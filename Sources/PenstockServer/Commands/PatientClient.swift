import Foundation

/// A client that outlives the gateway: once it has been answered, it waits for a restarted one to answer again.
///
/// A first call that finds nobody throws `unreachable`. After that, refused connections and answers of 5xx are asked
/// again, with growing pauses, until the deadline; without one, for ever. Every call may be sent twice, so only what
/// reads is called through it.
package struct PatientClient {
    private let settings: ServerSettings
    private let deadline: ContinuousClock.Instant?
    private var client: PenstockClient?
    private var endpoint: String?
    private var hasBeenAnswered = false

    package init(_ settings: ServerSettings, deadline: ContinuousClock.Instant? = nil) {
        self.settings = settings
        self.deadline = deadline
    }

    package mutating func close() async {
        await client?.close()
        client = nil
    }

    package mutating func call<Answer: Decodable>(
        _ operation: String, _ input: some Encodable & Sendable, as type: Answer.Type
    ) async throws -> Answer {
        var pause = Duration.milliseconds(200)
        while true {
            do {
                let answer = try await connected().call(operation, input, as: type)
                hasBeenAnswered = true
                return answer
            } catch let error as CommandError where error.kind != .invalidInput {
                // A gateway that is starting, or one that goes: its port may change.
                await close()
                guard hasBeenAnswered else { throw error }
                try await rest(pause, after: error)
                pause = min(pause * 2, .seconds(3))
            }
        }
    }

    private mutating func connected() throws -> PenstockClient {
        if let client { return client }
        // A gateway that was stopped has taken its note away: the one that follows most likely listens where it did.
        endpoint = Endpoint.noted(in: settings.dataFolder) ?? endpoint
        let made = try PenstockClient(settings, endpoint: endpoint)
        client = made
        return made
    }

    private func rest(_ pause: Duration, after error: CommandError) async throws {
        guard let deadline else { return try await Task.sleep(for: pause) }
        let left = deadline - ContinuousClock.now
        guard left > .zero else {
            throw CommandError(.unreachable, "the gateway did not come back in time: \(error.message)")
        }
        try await Task.sleep(for: min(pause, left))
    }
}

import PipelineEngine

extension CodePipelineService {
    /// Asks or changes the registry; its failures become 503 or 500.
    ///
    /// - Throws: `ConcurrentModificationException` when somebody else was quicker, `LimitExceededException`.
    func keep<Answer: Sendable>(
        _ work: @Sendable (any Registry) async throws -> Answer
    ) async throws(APIError) -> Answer {
        do {
            return try await work(registry)
        } catch let conflict as RegistryConflict {
            throw APIError(
                "ConcurrentModificationException", "Unable to modify the resource: \(conflict). Try again.")
        } catch let full as RegistryFull {
            throw .limitExceeded(full)
        } catch {
            throw .infrastructure(error)
        }
    }

    func all<Record: RegistryRecord>(_ type: Record.Type) async throws(APIError) -> [Registered<Record>] {
        try await keep { try await $0.all(type) }
    }

    func put<Record: RegistryRecord>(
        _ record: Record, over former: Registered<Record>?
    ) async throws(APIError) {
        try await keep { try await $0.put(record, over: former) }
    }
}

extension APIError {
    static func limitExceeded(_ full: RegistryFull) -> APIError {
        let what =
            switch full.kind {
            case .connectionHost: "hosts"
            default: "\(full.kind.rawValue)s"
            }
        return APIError(
            "LimitExceededException",
            "The account has \(full.limit) \(what) already, the most that its quota allows")
    }
}

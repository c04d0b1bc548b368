import PipelineEngine
import PipelineModel

/// What is known about connections and hosts: those that the API made, and the connections of the configuration.
struct ConnectionBook: Sendable {
    let connections: [Registered<ConnectionRecord>]
    let hosts: [Registered<ConnectionHostRecord>]
    let declared: [DeclaredConnection]

    static func open(_ service: CodePipelineService) async throws(APIError) -> ConnectionBook {
        ConnectionBook(
            connections: try await service.all(ConnectionRecord.self),
            hosts: try await service.all(ConnectionHostRecord.self),
            declared: service.declaredConnections.declared())
    }

    /// The old and the new name of the service mean the same.
    func connection(_ arn: ConnectionARN) -> Registered<ConnectionRecord>? {
        connections.first { $0.record.arn.connectionKey == arn.connectionKey }
    }

    func declared(_ arn: ConnectionARN) -> DeclaredConnection? {
        declared.first { $0.arn.connectionKey == arn.connectionKey }
    }

    /// - Throws: `ResourceNotFoundException`.
    func host(_ arn: String) throws(APIError) -> Registered<ConnectionHostRecord> {
        let key = ConnectionARN(arn).connectionKey
        guard let found = hosts.first(where: { ConnectionARN($0.record.arn).connectionKey == key }) else {
            throw .connectionResourceNotFound("Host", arn)
        }
        return found
    }

    func connections(of host: ConnectionHostRecord) -> [ConnectionRecord] {
        let key = ConnectionARN(host.arn).connectionKey
        return connections.map(\.record).filter { $0.hostARN.map { ConnectionARN($0).connectionKey == key } ?? false }
    }
}

extension CodePipelineService {
    /// Writes what an operation of CodeConnections has changed.
    ///
    /// - Returns: what somebody else was quicker with: then nothing was written.
    /// - Throws: `LimitExceededException`.
    func write(
        _ work: @Sendable (any Registry) async throws -> Void
    ) async throws(APIError) -> RegistryConflict? {
        do {
            try await work(registry)
            return nil
        } catch let conflict as RegistryConflict {
            return conflict
        } catch let full as RegistryFull {
            throw .limitExceeded(full)
        } catch {
            throw .infrastructure(error)
        }
    }
}

extension APIError {
    static func connectionResourceNotFound(_ kind: String, _ arn: String) -> APIError {
        APIError("ResourceNotFoundException", "\(kind) \(arn) not found")
    }

    /// Of UpdateHost alone: no other operation declares it.
    static func connectionConflict(_ conflict: RegistryConflict) -> APIError {
        APIError("ConflictException", "Two conflicting operations have been made: \(conflict). Try again.")
    }
}

/// A random id in the form of a UUID.
func newResourceID() -> String {
    var ids: any IDSource = RandomIDs()
    return ids.uuid()
}

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
    /// - Throws: `ConflictException` when somebody else was quicker.
    func change(connections changes: [RegistryChange]) async throws(APIError) {
        do {
            try await registry.change(registry: changes)
        } catch let conflict as RegistryConflict {
            throw APIError("ConflictException", "Two conflicting operations have been made: \(conflict). Try again.")
        } catch {
            throw .infrastructure(error)
        }
    }
}

extension RegistryRecord {
    /// The changes that put this in the place of what was read.
    func changes(over former: Registered<Self>?) throws(APIError) -> [RegistryChange] {
        do {
            return [.expect(Self.kind, name: key, record: former?.bytes), .put(try entry())]
        } catch {
            throw .internalFailure("a \(Self.kind.rawValue) can't be written: \(error)")
        }
    }
}

extension APIError {
    static func connectionResourceNotFound(_ kind: String, _ arn: String) -> APIError {
        APIError("ResourceNotFoundException", "\(kind) \(arn) not found")
    }

    static func connectionLimit(_ what: String, _ limit: Int) -> APIError {
        APIError("LimitExceededException", "Exceeded maximum limit: there are \(limit) \(what) already")
    }
}

/// A random id in the form of a UUID.
func newResourceID() -> String {
    var ids: any IDSource = RandomIDs()
    return ids.uuid()
}

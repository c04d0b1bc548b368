package import CodePipelineAPI
import Logging
import PipelineEngine
package import PipelineModel
package import PluginKit
import Synchronization

/// The connections of the configuration, and those that the API has made and somebody has completed; found by ARN or
/// name.
package final class ConnectionTable: Connections, DeclaredConnections {
    fileprivate struct Picture {
        var number = 0
        var available: [Connection] = []
        var byKey: [Substring: Connection] = [:]
        var byName: [String: Connection] = [:]
        /// Made and not yet completed.
        var pending: [Connection] = []
        /// Why a completed one can't be used, by its ARN's key.
        var broken: [Substring: String] = [:]
    }

    private let declaredOnes: [Connection]
    private let picture = Mutex(Picture())
    private let numbers = Mutex(0)

    package init(_ settings: [ConnectionSettings], region: String, account: String) {
        declaredOnes = settings.map { entry in
            Connection(
                name: entry.name,
                arn: ConnectionARN(
                    entry.arn ?? "arn:aws:codeconnections:\(region):\(account):connection/\(entry.name)"),
                provider: entry.provider, url: entry.url, apiURL: entry.apiURL, credential: entry.credential,
                options: entry.options, secrets: entry.secrets)
        }
        picture.withLock { $0.take(declaredOnes) }
    }

    package func connection(_ arn: ConnectionARN) -> Connection? { picture.withLock { $0.byKey[arn.connectionKey] } }
    package func connection(named name: String) -> Connection? { picture.withLock { $0.byName[name] } }

    package func absence(of arn: ConnectionARN) -> String? {
        picture.withLock { picture in
            if let pending = picture.pending.first(where: { $0.arn.connectionKey == arn.connectionKey }) {
                return Self.remedy(for: pending)
            }
            return picture.broken[arn.connectionKey]
        }
    }

    /// A connection that was made and waits for its URL and its credential: its `url` is empty.
    func pending(named name: String) -> Connection? {
        picture.withLock { $0.pending.first { $0.name == name } }
    }

    /// For who looks at a data folder without opening it: connections that the API has made are known, and no more.
    func expect(_ records: [ConnectionRecord]) {
        picture.withLock { $0.pending += records.map(Connection.init(pending:)) }
    }

    static func remedy(for pending: Connection) -> String {
        "the connection '\(pending.name)' is PENDING; complete it with 'penstock connections complete "
            + "\(pending.arn.rawValue) --url URL --token-file FILE'"
    }

    /// What can be used now.
    var available: [Connection] { picture.withLock { $0.available } }

    package func declared() -> [DeclaredConnection] {
        declaredOnes.map {
            DeclaredConnection(name: $0.name, arn: $0.arn, providerType: ProviderType(of: $0)?.rawValue)
        }
    }

    /// Reads the registry anew: at the start, and after each change of connections. Of two at a time the one that began
    /// later counts. The configuration goes before a connection of the same name or ARN.
    ///
    /// - Throws: `LedgerError`; then all stays as it was.
    func refresh(from registry: any Registry, vault: any SecretVault, logger: Logger) async throws {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        var fresh = Picture()
        fresh.number = number
        var made: [Connection] = []
        for entry in try await registry.registered(.connection) {
            do {
                let record = try Registered<ConnectionRecord>(entry).record
                do {
                    if let connection = try Connection(record, vault: vault) {
                        made.append(connection)
                    } else {
                        fresh.pending.append(Connection(pending: record))
                    }
                } catch {
                    let reason = "the connection '\(record.name)' can't be used: \(error); complete it again"
                    fresh.broken[record.arn.connectionKey] = reason
                    logger.error("a connection can't be used", metadata: ["reason": "\(reason)"])
                }
            } catch {
                logger.error("a connection can't be read", metadata: ["id": "\(entry.name)", "reason": "\(error)"])
            }
        }
        fresh.take(declaredOnes + made)
        picture.withLock { if number > $0.number { $0 = fresh } }
    }
}

extension ConnectionTable.Picture {
    fileprivate mutating func take(_ connections: [Connection]) {
        available = connections
        byKey = Dictionary(connections.map { ($0.arn.connectionKey, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(connections.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Connection {
    /// `nil`: the record is not complete.
    ///
    /// - Throws: when a secret can't be opened.
    init?(_ record: ConnectionRecord, vault: any SecretVault) throws {
        guard let completion = record.completion else { return nil }
        let user = completion.user ?? "x-access-token"
        self.init(
            name: record.name, arn: record.arn, provider: ProviderType.module(of: record.providerType),
            url: completion.url, apiURL: completion.apiURL,
            credential: try completion.token.map { Credential(user: user, secret: try vault.open($0)) },
            options: completion.options,
            secrets: try completion.secrets.mapValues { Credential(user: "", secret: try vault.open($0)) })
    }

    init(pending record: ConnectionRecord) {
        self.init(
            name: record.name, arn: record.arn, provider: ProviderType.module(of: record.providerType), url: "")
    }
}

import PipelineModel
import PluginKit

/// The connections of the configuration, found by ARN or name.
struct ConnectionTable: Connections {
    private let byKey: [Substring: Connection]
    private let byName: [String: Connection]

    init(_ settings: [ConnectionSettings], region: String, account: String) {
        let connections = settings.map { entry in
            Connection(
                name: entry.name,
                arn: ConnectionARN(
                    entry.arn ?? "arn:aws:codeconnections:\(region):\(account):connection/\(entry.name)"),
                provider: entry.provider, url: entry.url, apiURL: entry.apiURL, credential: entry.credential,
                options: entry.options, secrets: entry.secrets)
        }
        byKey = Dictionary(connections.map { ($0.arn.connectionKey, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(connections.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func connection(_ arn: ConnectionARN) -> Connection? { byKey[arn.connectionKey] }
    func connection(named name: String) -> Connection? { byName[name] }
}

package import PluginKit

/// One entry of `connections:`: a Git host, or a folder of repositories.
package struct ConnectionSettings: Sendable {
    package let name: String
    package let provider: String
    package let url: String
    package let arn: String?
    package let credential: Credential?

    private struct Entry: Decodable {
        var provider: String?
        var url: String
        var arn: String?
        var user: String?
        var token: String?
        var tokenFile: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case provider, url, arn, user, token
            case tokenFile = "token_file"
        }
    }

    init(name: String, value: SettingValue) throws {
        let place = "connections.\(name)"
        let entry = try value.decode(
            Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        guard ["http://", "https://", "file://"].contains(where: { entry.url.hasPrefix($0) }) else {
            throw SettingsError(
                place: "\(place).url", message: "must begin with https://, http:// or file://, not '\(entry.url)'")
        }
        self.name = name
        self.provider = entry.provider ?? "GitHub"
        self.url = entry.url.hasSuffix("/") && !entry.url.hasSuffix("://") ? String(entry.url.dropLast()) : entry.url
        self.arn = entry.arn
        let token = try SecretSetting.read(entry.token, file: entry.tokenFile, key: "token", at: place)
        self.credential = token.map { Credential(user: entry.user ?? "x-access-token", secret: $0) }
    }
}

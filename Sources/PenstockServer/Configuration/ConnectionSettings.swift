import Foundation
package import PluginKit

/// One entry of `connections:`: a Git host, or a folder of repositories.
package struct ConnectionSettings: Sendable {
    package let name: String
    package let provider: String
    package let url: String
    package let arn: String?
    package let apiURL: String?
    package let credential: Credential?
    package let options: [String: String]
    package let secrets: [String: Credential]

    private struct Entry: Decodable {
        var provider: String?
        var url: String
        var arn: String?
        var user: String?
        var token: String?
        var tokenFile: String?
        var apiURL: String?
        var options: [String: String]?
        var secrets: [String: String]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case provider, url, arn, user, token, options, secrets
            case apiURL = "api_url"
            case tokenFile = "token_file"
        }
    }

    init(name: String, value: SettingValue) throws {
        let place = "connections.\(name)"
        let entry = try value.decode(
            Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let schemes = ["https://", "http://", "ssh://", "file://"]
        guard schemes.contains(where: { entry.url.hasPrefix($0) }) else {
            throw SettingsError(
                place: "\(place).url",
                message: "must begin with https://, http://, ssh:// or file://, not '\(entry.url)'")
        }
        for (key, url) in [("url", entry.url), ("api_url", entry.apiURL ?? "")] where Self.holdsSecret(url) {
            throw SettingsError(
                place: "\(place).\(key)",
                message: "must not hold a user or a password before the '@': write them as 'user' and 'token_file'")
        }
        if let url = entry.apiURL, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
            throw SettingsError(
                place: "\(place).api_url", message: "must begin with https:// or http://, not '\(url)'")
        }
        self.name = name
        self.provider = entry.provider ?? "GitHub"
        self.url = entry.url.hasSuffix("/") && !entry.url.hasSuffix("://") ? String(entry.url.dropLast()) : entry.url
        self.arn = entry.arn
        let token = try SecretSetting.read(entry.token, file: entry.tokenFile, key: "token", at: place)
        self.credential = token.map { Credential(user: entry.user ?? "x-access-token", secret: $0) }
        self.apiURL = entry.apiURL
        self.options = entry.options ?? [:]
        if let fault = Self.fault(in: options) {
            throw SettingsError(place: "\(place).options.\(fault.option)", message: fault.remedy)
        }
        self.secrets = try Self.secrets(entry.secrets ?? [:], at: "\(place).secrets")
    }

    /// What is wrong with an option that the gateway itself heeds; the others are the module's.
    static func fault(in options: [String: String]) -> (option: String, remedy: String)? {
        guard let word = options["statuses"], !["checks", "commit", "off"].contains(word) else { return nil }
        return ("statuses", "must be checks, commit or off, not '\(word)'")
    }

    /// Whether a URL brings a credential, which everybody would see who sees the URL. SSH's user is none.
    static func holdsSecret(_ url: String) -> Bool {
        guard let start = url.range(of: "://") else { return false }
        guard let at = url[start.upperBound...].prefix(while: { !"/?#".contains($0) }).lastIndex(of: "@") else {
            return false
        }
        return !url.hasPrefix("ssh://") || url[start.upperBound..<at].contains(":")
    }

    /// `NAME: value` or `NAME_file: path`.
    private static func secrets(_ entries: [String: String], at place: String) throws -> [String: Credential] {
        var found: [String: Credential] = [:]
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            let isFile = key.hasSuffix("_file")
            let name = isFile ? String(key.dropLast("_file".count)) : key
            guard found[name] == nil else {
                throw SettingsError(place: "\(place).\(name)", message: "give either \(name) or \(name)_file, not both")
            }
            let secret = try SecretSetting.read(isFile ? nil : value, file: isFile ? value : nil, key: name, at: place)
            found[name] = secret.map { Credential(user: "", secret: $0) }
        }
        return found
    }
}

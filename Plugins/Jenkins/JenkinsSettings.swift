import Foundation
import PipelineModel
import PluginKit

/// `modules.Jenkins.servers`, checked. Reads no file: a secret's file is read when it is needed.
enum JenkinsSettings {
    private struct Server: Decodable {
        var url: String
        var user: String?
        var token: String?
        var tokenFile: String?
        var category: [ActionCategory]?
        var version: SettingValue?
        var poll: Int?
        var forks: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case url, user, token, category, version, poll, forks
            case tokenFile = "token_file"
        }
    }

    private static let place = "modules.Jenkins"
    private static let allowed: Set<ActionCategory> = [.build, .test, .deploy, .invoke]

    /// - Throws: ``SettingsError`` with the place and the remedy; no secret is in it.
    static func servers(_ settings: SettingValue) throws -> [JenkinsServer] {
        struct Top: Decodable { var servers: [String: SettingValue]? }
        let top = try settings.decode(Top.self, at: place, knownKeys: ["servers"])
        return try (top.servers ?? [:]).sorted { $0.key < $1.key }.map { try server($0.key, $0.value) }
    }

    private static func server(_ name: String, _ settings: SettingValue) throws -> JenkinsServer {
        let place = "\(place).servers.\(name)"
        guard 1...35 ~= name.utf8.count, name.utf8.allSatisfy({ isNameByte($0) }) else {
            throw SettingsError(place: place, message: "a provider's name has 1 to 35 of letters, digits, - and _")
        }
        let server = try settings.decode(
            Server.self, at: place, knownKeys: Set(Server.CodingKeys.allCases.map(\.rawValue)))
        let categories = server.category ?? [.build, .test]
        guard !categories.isEmpty, categories.allSatisfy(allowed.contains) else {
            throw SettingsError(place: "\(place).category", message: "a list of Build, Test, Deploy, Invoke")
        }
        let poll = server.poll ?? 5
        guard 1...3600 ~= poll else {
            throw SettingsError(place: "\(place).poll", message: "seconds between two looks at a build, 1 to 3600")
        }
        return JenkinsServer(
            provider: name, base: try base(server.url, at: "\(place).url"), secret: try secret(server, at: place),
            categories: categories.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            version: try version(server.version, at: "\(place).version"), poll: poll,
            forks: try ForkAdmission(server.forks, at: "\(place).forks"))
    }

    /// Without a slash at the end; the path of a proxy is kept.
    private static func base(_ url: String, at place: String) throws -> String {
        var trimmed = url[...]
        while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard let parts = URLComponents(string: String(trimmed)), ["http", "https"].contains(parts.scheme),
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil,
            trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw SettingsError(
                place: place, message: "must be http(s)://HOST[:PORT][/PATH], e.g. https://ci.example/jenkins")
        }
        guard parts.user == nil, parts.password == nil else {
            throw SettingsError(place: place, message: "write the user and the token as settings, not into the URL")
        }
        return String(trimmed)
    }

    private static func secret(_ server: Server, at place: String) throws -> ServerSecret {
        switch (server.user, server.token, server.tokenFile) {
        case (nil, nil, nil): return .none
        case (let user?, let token?, nil):
            guard !token.isEmpty else { throw SettingsError(place: "\(place).token", message: "is empty") }
            return .given(Credential(user: user, secret: token))
        case (let user?, nil, let file?): return .file(user: user, path: file, place: "\(place).token_file")
        case (_, .some, .some):
            throw SettingsError(place: "\(place).token", message: "give either token or token_file, not both")
        case (nil, _, _):
            throw SettingsError(place: "\(place).user", message: "is missing: a token belongs to a user of Jenkins")
        case (.some, nil, nil):
            throw SettingsError(place: "\(place).token", message: "is missing: give the user's token or token_file")
        }
    }

    private static func version(_ value: SettingValue?, at place: String) throws -> String {
        let text: String? =
            switch value {
            case nil: "1"
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
        guard let text, 1...9 ~= text.utf8.count, text.utf8.allSatisfy({ isNameByte($0) }) else {
            throw SettingsError(place: place, message: "1 to 9 of letters, digits, - and _, as in the action's type")
        }
        return text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

import Configuration
package import Foundation
import Logging
package import PipelineEngine
package import PluginKit
package import WebhookIntake

/// All that `penstock.yaml`, the environment and the flags say together: the file gives way to `PENSTOCK_*`, both to
/// the flags.
package struct ServerSettings: Sendable {
    package var host: String
    package var port: Int
    package var dataFolder: URL
    package var account: String
    package var region: String
    package var rolesAreStrict: Bool
    package var concurrentJobs: Int
    package var logLevel: String
    package var connections: [ConnectionSettings]
    package var hooks: [HookSettings]
    /// Whether webhooks made by PutWebhook take GitHub's older signature.
    package var webhooksAllowSHA1: Bool
    package var stores: [StoreSettings]
    /// What starts pipelines at certain times.
    package var schedules: [ScheduleDeclaration]
    /// How often sources are looked at.
    package var polling: SourcePollingSettings
    package var retention: RetentionPolicy
    package var jobWorkers: JobWorkerSettings
    /// Where others reach this gateway, e.g. `https://penstock.example`, without a slash at the end: for the hooks that it
    /// registers and for links. Without it hooks at hosts can't be told from others.
    package var publicURL: String?
    /// Proxies that are believed about whose request they pass on.
    package var trustedProxies: [AddressRange]
    /// Bytes of deliveries' bodies in memory at a time.
    package var bodyBudget: Int
    /// How often lost deliveries are looked for.
    package var recovery: RecoverySettings
    /// CodeBuild projects, given to that module as they stand.
    package var projects: SettingValue
    /// Settings of modules by name.
    package var modules: [String: SettingValue]
    /// Where external modules lie, a folder each.
    package var modulesFolder: URL
    /// The configuration file and the files that its secrets lie in: builds must not see them.
    package var secretFiles: [URL]

    /// What the command line says; `nil` where it says nothing.
    package struct Flags: Sendable {
        package var config: String?
        package var data: String?
        package var listen: String?

        package init(config: String? = nil, data: String? = nil, listen: String? = nil) {
            self.config = config
            self.data = data
            self.listen = listen
        }
    }

    /// - Throws: ``SettingsError`` naming the setting and the remedy.
    package static func load(
        _ flags: Flags, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ServerSettings {
        let file = try file(flags, environment: environment)
        let reader = ConfigReader(providers: [
            provider("flags", ["data": flags.data, "listen": flags.listen].compactMapValues { $0 }),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "penstock"),
            provider("penstock.yaml", file.scalars),
        ])
        let (host, port) = try address(reader.string(forKey: "listen", default: "127.0.0.1:7420"))
        let roles = reader.string(forKey: "access.roles", default: "lenient")
        guard ["lenient", "strict"].contains(roles) else {
            throw SettingsError(place: "access.roles", message: "must be 'lenient' or 'strict', not '\(roles)'")
        }
        let data = try folder(reader.string(forKey: "data", default: "./.penstock"))
        let hooks = try file.entries("hooks").map(HookSettings.init)
        let publicURL = try IntakeSettings.publicURL(reader.string(forKey: "public_url"))
        if publicURL == nil, let hook = hooks.first(where: { $0.registration != .byHand }) {
            throw SettingsError(
                place: "hooks.\(hook.name).register",
                message: "needs the setting public_url, the URL under which the host reaches this gateway")
        }
        return ServerSettings(
            host: host, port: port, dataFolder: data,
            account: try account(reader.string(forKey: "account", default: "000000000000")),
            region: try region(reader.string(forKey: "region", default: "us-east-1")),
            rolesAreStrict: roles == "strict",
            concurrentJobs: try count(reader.string(forKey: "concurrent_jobs", default: "16"), at: "concurrent_jobs"),
            logLevel: try logLevel(reader.string(forKey: "log_level", default: "info")),
            connections: try file.entries("connections").map(ConnectionSettings.init),
            hooks: hooks,
            webhooksAllowSHA1: try IntakeSettings.webhooks(file.values["webhooks"] ?? .map([:])).allowsSHA1,
            stores: try file.entries("stores").map(StoreSettings.init),
            schedules: try file.entries("schedules").map(ScheduleSettings.declaration),
            polling: try PollingSettings.read(file.values["polling"] ?? .map([:])),
            retention: try RetentionSettings.read(file.values["retention"] ?? .map([:])),
            jobWorkers: try JobWorkerSettings(file.values["job_workers"] ?? .map([:])),
            publicURL: publicURL,
            trustedProxies: try IntakeSettings.addresses(file.values["trusted_proxies"], at: "trusted_proxies"),
            bodyBudget: try IntakeSettings.webhooks(file.values["webhooks"] ?? .map([:])).bodyBudget,
            recovery: try IntakeSettings.recovery(file.values["recovery"] ?? .map([:])),
            projects: file.values["projects"] ?? .map([:]),
            modules: Dictionary(
                try file.entries("modules").map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
            modulesFolder: reader.string(forKey: "modules_folder").map(absolute) ?? data.appending(path: "modules.d"),
            secretFiles: ([file.path].compactMap { $0 } + file.secretFiles).map(absolute))
    }

    private static func file(_ flags: Flags, environment: [String: String]) throws -> ConfigurationFile {
        if let path = flags.config ?? environment["PENSTOCK_CONFIG"] {
            return try ConfigurationFile(contentsOf: absolute(path))
        }
        let usual = absolute("./penstock.yaml")
        return FileManager.default.fileExists(atPath: usual.path)
            ? try ConfigurationFile(contentsOf: usual) : ConfigurationFile()
    }

    private static func provider(_ name: String, _ values: [String: String]) -> InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map { key, value in
                    (
                        AbsoluteConfigKey(key.split(separator: ".").map(String.init)),
                        ConfigValue(.string(value), isSecret: false)
                    )
                }))
    }

    private static func absolute(_ path: String) -> URL {
        URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL
    }

    private static func address(_ text: String) throws -> (String, Int) {
        let refusal = SettingsError(
            place: "listen", message: "must be HOST:PORT, e.g. 127.0.0.1:7420 or [::1]:7420, not '\(text)'")
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw refusal
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw refusal
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { throw refusal }
        return (String(host), Int(port))
    }

    /// An empty path would be the folder that we happen to stand in.
    private static func folder(_ path: String) throws -> URL {
        guard !path.isEmpty else {
            throw SettingsError(place: "data", message: "must be a folder's path, e.g. ./.penstock; it is empty")
        }
        return absolute(path)
    }

    private static func region(_ text: String) throws -> String {
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
        guard !text.isEmpty, text.allSatisfy(letters.contains) else {
            throw SettingsError(place: "region", message: "must be a region's name, e.g. us-east-1, not '\(text)'")
        }
        return text
    }

    private static func logLevel(_ text: String) throws -> String {
        guard Logger.Level(rawValue: text) != nil else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(place: "log_level", message: "must be one of \(known), not '\(text)'")
        }
        return text
    }

    private static func account(_ text: String) throws -> String {
        guard text.count == 12, text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw SettingsError(place: "account", message: "must be 12 digits, e.g. 000000000000, not '\(text)'")
        }
        return text
    }

    private static func count(_ text: String, at place: String) throws -> Int {
        guard let number = Int(text), number > 0 else {
            throw SettingsError(place: place, message: "must be a whole number above 0, not '\(text)'")
        }
        return number
    }
}

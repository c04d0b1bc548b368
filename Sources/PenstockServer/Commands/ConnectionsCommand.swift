import Foundation
import PluginKit

/// What `penstock connections complete` reads of its arguments.
package enum ConnectionsCommand {
    /// - Parameters:
    ///   - options: `KEY=VALUE`.
    ///   - secretFiles: `KEY=FILE`.
    /// - Throws: ``CommandError``.
    package static func completion(
        of connection: String, url: String?, apiURL: String?, user: String?, tokenFile: String?, options: [String],
        secretFiles: [String], anonymous: Bool = false
    ) throws -> ConnectionCompletion {
        var secrets: [String: String] = [:]
        for (key, file) in try pairs(secretFiles, "--secret-file") {
            secrets[key] = try Self.read(file, "--secret-file \(key)")
        }
        return ConnectionCompletion(
            connection: connection, url: url, apiUrl: apiURL, user: user,
            token: try tokenFile.map { try Self.read($0, "--token-file") },
            options: try pairs(options, "--option"), secrets: secrets, anonymous: anonymous ? true : nil)
    }

    private static func read(_ file: String, _ argument: String) throws -> String {
        do {
            return try SecretSetting.read(nil, file: file, key: "secret", at: "") ?? ""
        } catch let error as SettingsError {
            // The place of a setting is none of a command line.
            throw CommandError(.invalidInput, "\(argument): \(error.message)")
        }
    }

    private static func pairs(_ arguments: [String], _ option: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw CommandError(.invalidInput, "\(option) takes KEY=VALUE, not '\(argument)'")
            }
            guard pairs.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw CommandError(.invalidInput, "\(option) gives '\(parts[0])' twice")
            }
        }
        return pairs
    }
}

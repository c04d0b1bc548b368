import Foundation

/// What `penstock connections complete` reads of its arguments.
package enum ConnectionsCommand {
    /// - Parameters:
    ///   - options: `KEY=VALUE`.
    ///   - secretFiles: `KEY=FILE`.
    /// - Throws: ``CommandError``, `SettingsError` for a file that can't be read.
    package static func completion(
        of connection: String, url: String?, apiURL: String?, user: String?, tokenFile: String?, options: [String],
        secretFiles: [String]
    ) throws -> ConnectionCompletion {
        var secrets: [String: String] = [:]
        for (key, file) in try pairs(secretFiles, "--secret-file") {
            secrets[key] = try SecretSetting.read(nil, file: file, key: key, at: "--secret-file")
        }
        return ConnectionCompletion(
            connection: connection, url: url, apiUrl: apiURL, user: user,
            token: try SecretSetting.read(nil, file: tokenFile, key: "token", at: "-"),
            options: try pairs(options, "--option"), secrets: secrets)
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

import Foundation
import PluginKit

/// A secret of the configuration, given in place or in a file beside it (`KEY_file`).
enum SecretSetting {
    /// - Throws: ``SettingsError`` when both are given or the file can't be read; the secret is never in the message.
    static func read(_ value: String?, file: String?, key: String, at place: String) throws -> String? {
        if value != nil, file != nil {
            throw SettingsError(place: "\(place).\(key)", message: "give either \(key) or \(key)_file, not both")
        }
        if let value { return value }
        guard let file else { return nil }
        let text: String
        do {
            text = try String(
                contentsOf: URL(fileURLWithPath: (file as NSString).expandingTildeInPath), encoding: .utf8)
        } catch {
            throw SettingsError(
                place: "\(place).\(key)_file",
                message: "'\(file)' can't be read; it must be a text file that this user may read")
        }
        let secret = text.trimmingCharacters(in: .newlines)
        guard !secret.isEmpty else {
            throw SettingsError(place: "\(place).\(key)_file", message: "'\(file)' is empty; write the \(key) into it")
        }
        return secret
    }
}

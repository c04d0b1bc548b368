import Foundation
import PluginKit

/// Who may write a file that is run or says what is run.
enum FileOwner {
    /// Who can write there could run programs as the gateway's user.
    ///
    /// - Throws: ``SettingsError`` with the remedy.
    static func check(_ file: URL) throws {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue, mode & 0o002 != 0
        else { return }
        throw SettingsError(
            place: file.path, message: "every user of this machine may write in it; run: chmod o-w \(file.path)")
    }
}

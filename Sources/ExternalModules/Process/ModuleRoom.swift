package import Foundation
package import Logging
import PipelineModel
import PluginKit

/// What the gateway lends to a module's process.
package struct ModuleRoom: Sendable {
    /// A folder for what the module keeps; it outlives the process.
    package let stateFolder: URL
    /// Folders and files that the module must not see.
    package let hidden: [URL]
    package let logger: Logger
    /// The gateway's own folder about this module.
    private let backstage: URL

    /// - Parameter backstage: a folder of the gateway's for this module alone, made when it is needed.
    package init(stateFolder: URL, backstage: URL, hidden: [URL] = [], logger: Logger) {
        self.stateFolder = stateFolder
        self.backstage = backstage
        self.hidden = hidden
        self.logger = logger
    }

    /// The folders of the module's jobs: all that it sees of jobs.
    var jobs: URL { backstage.appending(path: "jobs", directoryHint: .isDirectory) }
    /// What the module sees as `/tmp`.
    var temporary: URL { backstage.appending(path: "tmp", directoryHint: .isDirectory) }
    /// Which jobs the module was given; it doesn't see it.
    var given: URL { backstage.appending(path: "given", directoryHint: .isDirectory) }

    static func make(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
}

extension PluginHost {
    /// - Throws: `systemUnavailable`.
    func givenFolder(_ module: String) throws(FailureDetails) -> URL {
        do throws(ModuleFault) { return try room(module).given } catch {
            throw FailureDetails(.systemUnavailable, "\(error)")
        }
    }

    /// The room of one module. A module's name begins with a letter: none has the gateway's own folder.
    func room(_ module: String) throws(ModuleFault) -> ModuleRoom {
        do {
            return ModuleRoom(
                stateFolder: try stateFolder(for: module),
                backstage: try stateFolder(for: ".external").appending(path: module, directoryHint: .isDirectory),
                hidden: hiddenPaths, logger: logger)
        } catch {
            throw .down("module \(module): its state folder can't be made: \(error.localizedDescription)")
        }
    }
}

import Foundation
import Isolation

/// How a module's process is kept apart: by bubblewrap, unless the configuration says `isolation: none` for it.
///
/// The module sees the machine read-only, without the data folder, the configuration and its secrets, `/run` and the
/// gateway's processes; its own are a folder for its state, its jobs' folders and `/tmp`.
struct ModuleSandbox {
    let manifest: ModuleManifest
    let terms: ModuleTerms
    let room: ModuleRoom

    var isOn: Bool { terms.isolation == .bubblewrap }

    /// The command line. Blocks while it is tried whether bubblewrap works here.
    ///
    /// - Throws: ``ModuleFault/ended(_:)`` with the reason and the remedy where it doesn't.
    func command() throws(ModuleFault) -> [String] {
        guard isOn else { return manifest.command }
        do {
            // What an earlier life has left there is dust.
            if FileManager.default.fileExists(atPath: room.temporary.path) {
                try FileManager.default.removeItem(at: room.temporary)
            }
            for folder in [room.temporary, room.jobs] { try ModuleRoom.make(folder) }
        } catch {
            throw .ended("its folders could not be made: \(error.localizedDescription)")
        }
        if case .broken(let reason) = terms.check.statusNow(terms.isolation, in: room.temporary) {
            throw .ended("it was not started, because it can't be isolated: \(reason)")
        }
        let places = [room.stateFolder, room.jobs, room.temporary, manifest.folder].map { real($0) }
        guard let executable = Sandbox.executable else { throw .ended("bubblewrap is gone: \(terms.check.remedy)") }
        var sandbox = Sandbox(
            executable: executable, writable: [places[0], places[1]], temporary: places[2], readOnly: [places[3]],
            hidden: room.hidden.map(\.path))
        sandbox.hidesHomes = false
        sandbox.hasNetwork = manifest.hasNetwork
        // Its processes are found by their session.
        sandbox.hasOwnSession = false
        sandbox.workingFolder = places[3]
        return sandbox.command(running: limited(manifest.command))
    }

    private func real(_ folder: URL) -> String { Sandbox.realFolder(folder.path) ?? folder.path }

    /// The limit of memory is set inside: bubblewrap may have begun before one could be set from outside.
    private func limited(_ program: [String]) -> [String] {
        guard let limit = manifest.memoryLimit else { return program }
        return ["/bin/sh", "-c", "ulimit -d \((limit * 2) >> 10) && exec \"$@\"", "sh"] + program
    }
}

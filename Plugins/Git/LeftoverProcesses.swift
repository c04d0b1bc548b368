import Foundation
import PipelineModel
import PluginKit

/// Git processes that a killed gateway left running.
///
/// They are known by a variable in their environment that holds this gateway's state folder, so neither another
/// gateway's processes nor a reused process id can be hit. Helpers of git inherit it.
enum LeftoverProcesses {
    /// The variable's value for processes of one action type.
    static func owner(of type: ActionTypeID, on host: any PluginHost) throws -> String {
        try host.stateFolder(for: "Git").path(percentEncoded: false) + "#" + type.provider
    }

    /// Ends them all. Called before this life's first job: whatever bears the mark is of an earlier one. Gives up after
    /// two seconds: a process that survives `SIGKILL` hangs in the kernel and writes nothing more.
    static func end(of type: ActionTypeID, on host: any PluginHost) async {
        guard let owner = try? owner(of: type, on: host) else { return }
        await end(owner: owner)
    }

    static func end(owner: String) async {
        // A process may start another between the look and the kill: look until there is nothing left.
        for _ in 0..<100 {
            let found = ids(owner: owner)
            guard !found.isEmpty else { return }
            for id in found { kill(id, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Processes whose environment we may not read are not ours.
    static func ids(owner: String) -> [pid_t] {
        let entry = Data("\(GitEnvironment.marker)=\(owner)".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { id in
            guard let environment = try? Data(contentsOf: URL(filePath: "/proc/\(id)/environ")) else { return false }
            return environment.split(separator: 0).contains(entry)
        }
    }
}

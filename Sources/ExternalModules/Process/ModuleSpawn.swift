import Foundation
import Glibc
import Isolation

/// A module's process as it was started, with our ends of its three pipes.
struct ModuleSpawn {
    let pid: pid_t
    let input: Int32
    let output: Int32
    let errors: Int32

    /// The variable that marks a module's processes; its value is the module's state folder, so one data folder's
    /// modules are told from another's.
    static let marker = "PENSTOCK_MODULE_STATE"

    /// Starts the module as leader of a session and process group of its own, in its folder. Call it on the thread that
    /// will wait for it: the kernel kills the module when that thread is gone, also when the gateway was killed and the
    /// module doesn't heed the end of its input. Bubblewrap sees to that, without it util-linux's `setpriv` where it is.
    ///
    /// - Parameter isLeashed: the command sees to that itself.
    /// - Throws: ``ModuleFault/ended(_:)`` naming what failed.
    init(
        _ command: [String], folder: String, environment: [String: String], isLeashed: Bool, memoryLimit: Int64?
    ) throws(ModuleFault) {
        var ours: [Int32] = []
        var theirs: [Int32] = []
        defer { for end in theirs { close(end) } }
        do throws(SystemCallError) {
            for number in 0..<3 {
                let pipe = try PipeEnds.open()
                ours.append(number == 0 ? pipe.writeEnd : pipe.readEnd)
                theirs.append(number == 0 ? pipe.readEnd : pipe.writeEnd)
            }
            pid = try ChildProcess.start(
                isLeashed ? command : Self.leash + command, environment: environment,
                descriptors: [0: theirs[0], 1: theirs[1], 2: theirs[2]], folder: folder)
        } catch {
            for end in ours { close(end) }
            throw .ended("\(command[0]) could not be started: \(error)")
        }
        if let memoryLimit { SystemCalls.limitMemory(of: pid, to: memoryLimit) }
        for end in ours { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        (input, output, errors) = (ours[0], ours[1], ours[2])
    }

    private static let leash: [String] =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
        ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : []
}

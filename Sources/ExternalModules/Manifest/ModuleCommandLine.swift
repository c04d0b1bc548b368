import Foundation
import PluginKit

/// The program that a manifest names, as it can be started.
enum ModuleCommandLine {
    /// A text is a file below the module's folder. In a list, the first item is the program: with a slash a file below
    /// the folder or an absolute path, without one a program of the gateway's `PATH`; the others are its arguments.
    static func resolve(_ node: ManifestNode, in folder: URL, path: String) throws -> [String] {
        if node.value.string != nil { return [try file(try node.text(), node, in: folder)] }
        let words = try node.items()
        guard let program = words.first else { throw node.fault("must name a program") }
        let name = try program.text()
        let found = name.contains("/") ? try file(name, program, in: folder) : try look(name, program, path)
        return [found] + (try words.dropFirst().map { try $0.text() })
    }

    private static func file(_ name: String, _ node: ManifestNode, in folder: URL) throws -> String {
        let file = name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appending(path: name)
        let path = file.standardizedFileURL.path
        guard name.hasPrefix("/") || path.hasPrefix(folder.standardizedFileURL.path + "/") else {
            throw node.fault("'\(name)' leads out of the module's folder")
        }
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw node.fault("there is no executable file \(path); run: chmod +x \(path)")
        }
        try FileOwner.check(URL(fileURLWithPath: path))
        return path
    }

    private static func look(_ name: String, _ node: ManifestNode, _ path: String) throws -> String {
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let file = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: file) { return file }
        }
        throw node.fault("the program '\(name)' is not on the gateway's PATH (\(path)); install it")
    }
}

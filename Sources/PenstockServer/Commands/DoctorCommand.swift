import Foundation
import Logging
import PipelineEngine
import PluginKit
import PipelineStore
import AWSSigning

/// `penstock doctor`: looks at a data folder and this machine, changes nothing, and says what to mend.
package enum DoctorCommand {
    package struct Finding: Codable, Sendable {
        package var check: String
        package var status: String
        package var message: String
    }

    package static func findings(_ settings: ServerSettings) async -> [Finding] {
        folderFindings(settings.dataFolder) + ledgerFindings(settings) + (await moduleFindings(settings))
            + [gitFinding()]
    }

    private static func folderFindings(_ folder: URL) -> [Finding] {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            return [
                Finding(
                    check: "data folder", status: "warning",
                    message: "\(folder.path) does not exist yet; the first serve makes it")
            ]
        }
        let isClosed = mode(of: folder).map { $0 & 0o022 == 0 } ?? false
        var findings = [
            Finding(
                check: "data folder", status: isClosed ? "ok" : "failed",
                message: isClosed ? folder.path : "others may write in it; run: chmod 700 \(folder.path)")
        ]
        for name in ["credentials", "secrets.key", "hooks.key"] {
            let file = folder.appending(path: name)
            guard let mode = mode(of: file) else { continue }
            let isPrivate = mode & 0o077 == 0
            findings.append(
                Finding(
                    check: name, status: isPrivate ? "ok" : "failed",
                    message: isPrivate
                        ? "readable by its owner only" : "others may read it; run: chmod 600 \(file.path)"))
        }
        return findings
    }

    private static func mode(of file: URL) -> Int? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    private static func ledgerFindings(_ settings: ServerSettings) -> [Finding] {
        guard FileManager.default.fileExists(atPath: settings.dataFolder.appending(path: "ledger.sqlite").path) else {
            return []
        }
        do {
            return [Finding(check: "ledger", status: "ok", message: try LedgerCheck.run(settings.dataFolder))]
        } catch {
            return [Finding(check: "ledger", status: "failed", message: "\(error)")]
        }
    }

    private static func moduleFindings(_ settings: ServerSettings) async -> [Finding] {
        do {
            let modules = try Modules(settings)
            let logger = try CommandLogger.make(level: "error")
            let connections = ConnectionTable(
                settings.connections, region: settings.region, account: settings.account)
            try ConnectionRules(modules).check(connections.available)
            connections.expect(
                try RegistryFile.entries(.connection, in: settings.dataFolder).map {
                    try Registered<ConnectionRecord>($0).record
                })
            let host = try GatewayHost(
                settings: settings, modules: modules, connections: connections, http: OfflineHTTPClient(),
                logger: logger)
            // Opening a local store makes its folder.
            if FileManager.default.fileExists(atPath: settings.dataFolder.path) { try host.checkStores() }
            _ = try HookTable.hooks(settings, modules: modules, connections: connections, idKey: Data(count: 32))
            var findings = [Finding(check: "configuration", status: "ok", message: "every setting can be used")]
            for module in modules.loaded {
                findings += await module.health(on: host).map {
                    Finding(
                        check: "\(module.description.name): \($0.name)", status: $0.status.rawValue,
                        message: $0.message)
                }
            }
            return findings
        } catch {
            return [Finding(check: "configuration", status: "failed", message: "\(error)")]
        }
    }

    private static func gitFinding() -> Finding {
        let found = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/git") }
        return Finding(
            check: "git", status: found ? "ok" : "failed",
            message: found ? "found" : "not found; source actions need it: apt-get install git")
    }
}

import AWSSigning
import Foundation
import Logging
import Testing

@testable import PenstockServer

@Suite struct DoctorCommandTests {
    private func findings(_ folder: ServerFolder, _ yaml: String = "") async throws
        -> [String: DoctorCommand.Finding]
    {
        let all = await DoctorCommand.findings(try folder.settings(yaml))
        return Dictionary(all.map { ($0.check, $0) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `a folder that is not there yet is told and not made`() async throws {
        let folder = try ServerFolder()
        let found = try await findings(folder, "stores: {b: {module: Local}}")
        #expect(found["data folder"]?.status == "warning")
        #expect(found["configuration"]?.status == "ok")
        #expect(found["git"]?.status == "ok", "apt-get install git")
        #expect(!FileManager.default.fileExists(atPath: folder.data.path))
    }

    @Test func `a used folder is whole`() async throws {
        let folder = try ServerFolder()
        let gateway = try await Gateway.open(
            try folder.settings(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // Beside a running gateway, too.
        let beside = try await findings(folder)
        #expect(beside["ledger"]?.status == "ok", "\(beside["ledger"]?.message ?? "")")
        await gateway.close()
        let found = try await findings(folder, "modules: {CodeBuild: {isolation: none}}")
        for check in ["data folder", "credentials", "secrets.key", "hooks.key", "ledger", "configuration"] {
            #expect(found[check]?.status == "ok", "\(check): \(found[check]?.message ?? "not looked at")")
        }
        #expect(found["CodeBuild: isolation"]?.status == "warning")
        #expect(!found.values.contains { $0.message.contains(gateway.keys.administrator.secretAccessKey) })
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o777])
    func `a key that others may read is found, with the remedy`(mode: Int) async throws {
        let folder = try ServerFolder()
        for name in ["credentials", "secrets.key", "hooks.key"] {
            let path = try folder.write("x", to: "data/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let finding = try #require(try await findings(folder)[name])
            #expect(finding.status == "failed")
            #expect(finding.message.contains("chmod 600 \(path)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(try await findings(folder)[name]?.status == "ok")
        }
    }

    @Test func `a data folder that others may write in is found`() async throws {
        let folder = try ServerFolder()
        try folder.write("x", to: "data/file")
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.data.path)
        let finding = try #require(try await findings(folder)["data folder"])
        #expect(finding.status == "failed" && finding.message.contains("chmod 700"))
    }

    @Test func `a damaged ledger is found`() async throws {
        let folder = try ServerFolder()
        try folder.write(String(repeating: "no database ", count: 100), to: "data/ledger.sqlite")
        #expect(try await findings(folder)["ledger"]?.status == "failed")
    }

    @Test(arguments: [
        ("modules: {Nothing: {}}", "modules.Nothing"), ("stores: {b: {module: GCS}}", "stores.b.module"),
        ("hooks: {a: {connection: c, secret: s3cr3t}}", "hooks.a.connection"),
    ])
    func `a configuration that can't work is found`(yaml: String, place: String) async throws {
        let folder = try ServerFolder()
        let finding = try #require(try await findings(folder, yaml)["configuration"])
        #expect(finding.status == "failed" && finding.message.contains(place))
        #expect(!finding.message.contains("s3cr3t"))
    }
}

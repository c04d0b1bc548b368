import Foundation
import PenstockServer
import PluginKit
import Testing

@Suite struct ServerSettingsTests {
    private func load(
        _ yaml: String, environment: [String: String] = [:], flags: ServerSettings.Flags = .init()
    ) throws -> ServerSettings {
        let folder = try ServerFolder()
        var flags = flags
        if flags.config == nil { flags.config = try folder.write(yaml, to: "penstock.yaml") }
        return try ServerSettings.load(flags, environment: environment)
    }

    @Test func `nothing said gives the documented defaults`() throws {
        let settings = try load("")
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 7420)
        #expect(settings.dataFolder.path == FileManager.default.currentDirectoryPath + "/.penstock")
        #expect(settings.account == "000000000000")
        #expect(settings.region == "us-east-1")
        #expect(!settings.rolesAreStrict)
        #expect(settings.concurrentJobs == 16)
        #expect(settings.logLevel == "info")
        #expect(settings.hooks.isEmpty && settings.stores.isEmpty && settings.connections.isEmpty)
    }

    @Test func `the file gives way to the environment, both to the flags`() throws {
        let yaml = "listen: 10.0.0.1:1\ndata: /file\nregion: eu-west-1\nconcurrent_jobs: 2\naccess: {roles: strict}"
        let file = try load(yaml)
        #expect(file.host == "10.0.0.1" && file.port == 1 && file.dataFolder.path == "/file")
        #expect(file.region == "eu-west-1" && file.concurrentJobs == 2 && file.rolesAreStrict)
        let environment = [
            "PENSTOCK_LISTEN": "10.0.0.2:2", "PENSTOCK_DATA": "/environment", "PENSTOCK_CONCURRENT_JOBS": "3",
            "PENSTOCK_ACCESS_ROLES": "lenient", "PENSTOCK_LOG_LEVEL": "debug", "PENSTOCK_ACCOUNT": "012345678901",
        ]
        let given = try load(yaml, environment: environment)
        #expect(given.host == "10.0.0.2" && given.port == 2 && given.dataFolder.path == "/environment")
        #expect(given.region == "eu-west-1" && given.concurrentJobs == 3 && !given.rolesAreStrict)
        #expect(given.logLevel == "debug" && given.account == "012345678901")
        let flagged = try load(yaml, environment: environment, flags: .init(data: "/flag", listen: "10.0.0.3:3"))
        #expect(flagged.host == "10.0.0.3" && flagged.port == 3 && flagged.dataFolder.path == "/flag")
        #expect(flagged.concurrentJobs == 3)
    }

    @Test func `the environment names the file, and a flag names another`() throws {
        let folder = try ServerFolder()
        let one = try folder.write("region: eu-north-1", to: "one.yaml")
        let two = try folder.write("region: eu-south-1", to: "two.yaml")
        #expect(try ServerSettings.load(.init(), environment: ["PENSTOCK_CONFIG": one]).region == "eu-north-1")
        #expect(
            try ServerSettings.load(.init(config: two), environment: ["PENSTOCK_CONFIG": one]).region == "eu-south-1")
        let error = #expect(throws: SettingsError.self) {
            try ServerSettings.load(.init(config: folder.url.path + "/none.yaml"), environment: [:])
        }
        #expect(error?.place == folder.url.path + "/none.yaml")
    }

    @Test(arguments: [
        "000000000000", "012345678901", "'012345678901'", "123456789012",
    ])
    func `an account needs no quotes for its zeros`(account: String) throws {
        #expect(try load("account: \(account)").account == account.trimmingCharacters(in: ["'"]))
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1", 80), ("localhost:0", "localhost", 0), ("[::1]:7420", "::1", 7420),
        ("0.0.0.0:65535", "0.0.0.0", 65535),
    ])
    func `listen is a host and a port`(text: String, host: String, port: Int) throws {
        let settings = try load("listen: '\(text)'")
        #expect(settings.host == host && settings.port == port)
    }

    /// YAML, the error's place, a piece of its remedy.
    static let wrong: [(String, String, String)] = [
        ("listen: 7420", "listen", "HOST:PORT"),
        ("listen: localhost", "listen", "HOST:PORT"),
        ("listen: localhost:http", "listen", "HOST:PORT"),
        ("listen: localhost:65536", "listen", "HOST:PORT"),
        ("listen: localhost:-1", "listen", "HOST:PORT"),
        ("listen: ':7420'", "listen", "HOST:PORT"),
        ("listen: '::1:7420'", "listen", "[::1]:7420"),
        ("listen: 'a b:1'", "listen", "HOST:PORT"),
        ("listen: [a]", "listen", "one value"),
        ("data: ''", "data", "a folder's path"),
        ("data: {folder: x}", "data", "one value"),
        ("account: 12345678901", "account", "12 digits"),
        ("account: 0123456789012", "account", "12 digits"),
        ("account: abcdefghijkl", "account", "12 digits"),
        ("account: '１２３４５６７８９０１２'", "account", "12 digits"),
        ("region: ''", "region", "us-east-1"),
        ("region: us east", "region", "us-east-1"),
        ("access: {roles: loose}", "access.roles", "'lenient' or 'strict', not 'loose'"),
        ("access: {roles: [strict]}", "access.roles", "'lenient' or 'strict'"),
        ("access: strict", "access", "{roles: strict}"),
        ("access: {role: strict}", "access.role", "known here: roles"),
        ("concurrent_jobs: 0", "concurrent_jobs", "above 0"),
        ("concurrent_jobs: many", "concurrent_jobs", "whole number"),
        ("concurrent_jobs: 1.5", "concurrent_jobs", "whole number"),
        ("log_level: loud", "log_level", "trace, debug, info"),
        ("hooks: [main]", "hooks", "a map"),
        ("connections: github", "connections", "a map"),
        ("stores: 5", "stores", "a map"),
        ("modules: [GitHub]", "modules", "a map"),
    ]

    @Test(arguments: wrong)
    func `a wrong setting is named with its remedy`(yaml: String, place: String, remedy: String) throws {
        let error = #expect(throws: SettingsError.self) { try load(yaml) }
        #expect(error?.place == place)
        #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        (["PENSTOCK_LISTEN": "x"], "listen"), (["PENSTOCK_DATA": ""], "data"), (["PENSTOCK_REGION": ""], "region"),
        (["PENSTOCK_ACCOUNT": "1"], "account"), (["PENSTOCK_ACCESS_ROLES": "Strict"], "access.roles"),
        (["PENSTOCK_CONCURRENT_JOBS": "-1"], "concurrent_jobs"), (["PENSTOCK_LOG_LEVEL": "INFO"], "log_level"),
    ])
    func `the environment is checked like the file`(environment: [String: String], place: String) throws {
        let error = #expect(throws: SettingsError.self) { try load("", environment: environment) }
        #expect(error?.place == place)
    }

    @Test func `an unknown setting names the file and what is known`() throws {
        let error = #expect(throws: SettingsError.self) { try load("lisen: x") }
        #expect(error?.place.hasSuffix("penstock.yaml: lisen") == true)
        #expect(error?.message.contains("listen") == true && error?.message.contains("hooks") == true)
    }
}

import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

@Suite struct JenkinsSettingsTests {
    static func settings(_ server: [String: SettingValue], name: String = "Jenkins") -> SettingValue {
        .map(["servers": .map([name: .map(server)])])
    }

    static let url: [String: SettingValue] = ["url": .string("https://ci.example/jenkins/")]

    @Test func `each server gives an action for each of its categories, and the webhook is always there`() throws {
        func types(_ settings: SettingValue) throws -> [String] {
            try Jenkins(settings: settings).contributions.compactMap {
                if case .action(let action) = $0 { "\(action.type.id)" } else { nil }
            }
        }
        #expect(try types(.map([:])) == [])
        #expect(try types(.null) == [])
        #expect(try types(Self.settings(Self.url)) == ["Custom/Build/Jenkins/1", "Custom/Test/Jenkins/1"])
        let more: [String: SettingValue] = ["category": .list([.string("Deploy")]), "version": .integer(7)]
        #expect(
            try types(Self.settings(Self.url.merging(more) { $1 }, name: "CI-2")) == ["Custom/Deploy/CI-2/7"])
        let server = try #require(try JenkinsSettings.servers(Self.settings(Self.url)).first)
        #expect(server.base == "https://ci.example/jenkins" && server.poll == 5)
        #expect(
            try Jenkins(settings: .null).contributions.contains { if case .webhook = $0 { true } else { false } })
    }

    static let wrong: [(server: [String: SettingValue], place: String, words: String)] = [
        ([:], "", "'url' is missing"), (["url": .string("ci.example")], ".url", "must be http(s)"),
        (["url": .string("https://u:p@ci.example")], ".url", "not into the URL"),
        (["url": .string("https://ci.example/?x")], ".url", "must be http(s)"),
        (["url": .string("ftp://ci.example")], ".url", "must be http(s)"),
        (url.merging(["token": .string("t")]) { $1 }, ".user", "belongs to a user"),
        (url.merging(["user": .string("u")]) { $1 }, ".token", "is missing"),
        (
            url.merging(["user": .string("u"), "token": .string("t"), "token_file": .string("f")]) { $1 }, ".token",
            "not both"
        ),
        (url.merging(["poll": .integer(0)]) { $1 }, ".poll", "1 to 3600"),
        (url.merging(["forks": .string("trusted")]) { $1 }, ".forks", "refused or allowed"),
        (url.merging(["category": .list([])]) { $1 }, ".category", "a list of"),
        (url.merging(["category": .list([.string("Source")])]) { $1 }, ".category", "a list of"),
        (url.merging(["version": .string("a b")]) { $1 }, ".version", "1 to 9"),
        (url.merging(["tokn": .string("t")]) { $1 }, ".tokn", "unknown setting"),
    ]

    @Test(arguments: wrong.indices)
    func `a wrong setting is named with its remedy`(index: Int) throws {
        let given = Self.wrong[index]
        let error = #expect(throws: SettingsError.self) { try Jenkins(settings: Self.settings(given.server)) }
        #expect(error?.place == "modules.Jenkins.servers.Jenkins\(given.place)", "\(String(describing: error))")
        #expect(error?.message.contains(given.words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["", "a b", "ä", String(repeating: "x", count: 36)])
    func `a provider's name is checked`(name: String) {
        #expect(throws: SettingsError.self) { try Jenkins(settings: Self.settings(Self.url, name: name)) }
    }

    @Test func `a token's file is read when it is needed, and a wrong one is said`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let file = host.root.appending(path: "token")
        let more: [String: SettingValue] = ["user": .string("bot"), "token_file": .string(file.path)]
        let settings = Self.settings(Self.url.merging(more) { $1 })
        let plugin = try Jenkins(settings: settings)
        let missing = try #require(await plugin.health(on: host).first)
        #expect(missing.status == .failed && missing.message.contains("token_file"))
        let action = JenkinsAction(category: .build, server: try #require(try JenkinsSettings.servers(settings).first))
        let job = try host.job(action.type.id, configuration: ["ProjectName": "web"])
        #expect(await action.run(job, on: host).failure?.message.contains("can't be read") == true)
        try Data("\n".utf8).write(to: file)
        #expect(await action.run(job, on: host).failure?.message.contains("is empty") == true)
        try Data("s3cret\n".utf8).write(to: file)
        let credential = try action.server.secret.credential()
        #expect(credential?.secret == "s3cret" && credential?.user == "bot")
        let fine = try #require(await plugin.health(on: host).first)
        #expect(fine.status == .ok && fine.name == "Jenkins")
    }

    @Test func `a server that is away is said, until it answers`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let plugin = try Jenkins(settings: Self.settings(Self.url))
        let actions = plugin.contributions.compactMap {
            if case .action(let action) = $0 { action as? JenkinsAction } else { nil }
        }
        // Both categories' actions share what is known of their server.
        let (build, test) = (try #require(actions.first), try #require(actions.last))
        for _ in 0..<3 { build.server.circuit.failed("connection refused") }
        let away = try #require(await plugin.health(on: host).first)
        #expect(away.status == .warning && away.message.contains("connection refused"))
        let job = try host.job(test.type.id, configuration: ["ProjectName": "web"])
        let held = await test.run(job, on: host)
        #expect(held.summary?.contains("is away") == true && held.token?.isEmpty == false)
        test.server.circuit.answered()
        #expect(await plugin.health(on: host).first?.status == .ok)
    }

    @Test(arguments: [
        ("11" + String(repeating: "aF09", count: 8), true), (String(repeating: "0", count: 32), true),
        ("pass word", false), (String(repeating: "z", count: 34), false), ("", false),
        (String(repeating: "0", count: 34), false),
    ])
    func `an API token is told from a password`(secret: String, isToken: Bool) {
        #expect(Credential(user: "u", secret: secret).isAPIToken == isToken)
    }

    @Test func `calls to a server that is away are held back, and one passes now and then`() {
        let circuit = ServerCircuit()
        let start = ContinuousClock.now
        for second in 0..<2 { circuit.failed("away", now: start + .seconds(second)) }
        #expect(circuit.pause(now: start) == nil && circuit.outage == nil)
        circuit.failed("away", now: start)
        #expect(circuit.outage == "away")
        #expect(circuit.pause(now: start + .seconds(1))?.wait == .seconds(4))
        #expect(circuit.pause(now: start + .seconds(5)) == nil)
        // That one is on its way; the next waits.
        #expect(circuit.pause(now: start + .seconds(6))?.wait == .seconds(4))
        circuit.failed("away", now: start + .seconds(10))
        #expect(circuit.pause(now: start + .seconds(10))?.wait == .seconds(10))
        for _ in 0..<100 { circuit.failed("away", now: start) }
        #expect(circuit.pause(now: start)?.wait == .seconds(60))
        circuit.answered()
        #expect(circuit.pause(now: start) == nil && circuit.outage == nil)
    }

    @Test(arguments: [
        ("**", "a/b/c", true), ("*", "a", true), ("*", "a/b", false), ("**/*.txt", "a.txt", true),
        ("**/*.txt", "x/y/a.txt", true), ("x/**", "x/y/z", true), ("x/", "x/y", true), ("x/**/z", "x/z", true),
        ("a?c", "abc", true), ("a?c", "ac", false), ("*a*b", "xaxxb", true), ("*a*b", "xbxa", false),
        ("**/**/**/b", "a/a/a", false), ("target/*.war", "target/a.war", true), ("a,b", "b", true), ("", "a", false),
    ])
    func `patterns are those of Jenkins' own steps`(pattern: String, path: String, fits: Bool) {
        let segments = path.split(separator: "/").map(String.init)
        #expect(PathPattern.list(pattern).contains { $0.matches(segments) } == fits)
    }

    @Test func `a pattern of many wildcards is decided quickly`() {
        let pattern = Array(repeating: "**", count: 500).joined(separator: "/") + "/x"
        let path = Array(repeating: "a", count: 500)
        let name = PathPattern.list(String(repeating: "*a", count: 60) + "b")
        #expect(!PathPattern.list(pattern).contains { $0.matches(path) })
        #expect(!name.contains { $0.matches([String(repeating: "a", count: 250)]) })
    }
}

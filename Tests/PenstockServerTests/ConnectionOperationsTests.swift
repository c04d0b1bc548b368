import Foundation
import HTTPTypes
import Logging
import PipelineEngine
import PipelineModel
import PluginKit
import Testing
import WebhookIntake

@testable import PenstockServer

@Suite struct ConnectionOperationsTests {
    private static let target = "com.amazonaws.codeconnections.CodeConnections_20231201."
    private static let oldTarget = "com.amazonaws.codestar.connections.CodeStar_connections_20191201."

    private func call(
        _ bench: ServerBench, _ operation: String, _ body: String, old: Bool = false
    ) async throws -> ServerBench.Answer {
        try await bench.call(
            (old ? Self.oldTarget : Self.target) + operation, body,
            service: old ? "codestar-connections" : "codeconnections", type: "application/x-amz-json-1.0")
    }

    private func create(_ bench: ServerBench, _ name: String = "web") async throws -> String {
        let made = try await call(
            bench, "CreateConnection", #"{"ConnectionName": "\#(name)", "ProviderType": "GitHub"}"#)
        return try #require(made.json?["ConnectionArn"]?.string)
    }

    @Test func `the service answers in JSON 1.0, under its old name too`() async throws {
        try await ServerBench.with { bench in
            let arn = try await create(bench)
            for old in [false, true] {
                let answer = try await call(bench, "GetConnection", #"{"ConnectionArn": "\#(arn)"}"#, old: old)
                #expect(answer.status == 200 && answer.headers[.contentType] == "application/x-amz-json-1.0")
                #expect(answer.json?["Connection"]?["ConnectionStatus"] == .string("PENDING"))
            }
            let absent = try await call(bench, "GetConnection", #"{"ConnectionArn": "\#(arn)x"}"#)
            #expect(absent.exception == "ResourceNotFoundException")
            #expect(absent.headers[.contentType] == "application/x-amz-json-1.0")
            #expect(try await call(bench, "GetRepositoryLink", "{}").exception == "UnknownOperationException")
            #expect(try await call(bench, "GetConnection", "[").exception == "SerializationException")
            let crossed = try await bench.call(Self.target + "ListHosts", service: "codepipeline")
            #expect(crossed.exception == "UnknownOperationException")
        }
    }

    @Test func `a connection is usable from the moment it is completed`() async throws {
        try await ServerBench.with { bench in
            let arn = try await create(bench)
            let folder = try ServerFolder()
            let table = bench.gateway.connections
            #expect(table.connection(ConnectionARN(arn)) == nil)
            #expect(table.absence(of: ConnectionARN(arn))?.contains("PENDING; complete it with") == true)
            #expect(table.absence(of: "arn:none") == nil)
            let completion = try ConnectionsCommand.completion(
                of: "web", url: nil, apiURL: "https://api.example.com/", user: nil,
                tokenFile: try folder.write("t0ken\n", to: "token"), options: ["forks=trusted", "host_keys=a=b"],
                secretFiles: ["ssh_key=\(try folder.write("pem", to: "key"))"])
            let body = String(decoding: try JSONEncoder().encode(completion), as: UTF8.self)
            let answer = try await bench.penstock("CompleteConnection", body)
            #expect(answer.status == 200 && !answer.text.contains("t0ken"), "\(answer.text)")
            let connection = try #require(table.connection(ConnectionARN(arn)))
            #expect(connection.url == "https://github.com" && connection.provider == "GitHub")
            #expect(connection.credential?.secret == "t0ken" && connection.credential?.user == "x-access-token")
            #expect(connection.options == ["forks": "trusted", "host_keys": "a=b"])
            #expect(
                connection.secrets["ssh_key"]?.secret == "pem" && connection.apiURL == "https://api.example.com")
            #expect(table.connection(named: "web") != nil)
            let stored = try await bench.gateway.registry.registered(.connection)
            #expect(stored.allSatisfy { !String(decoding: $0.record, as: UTF8.self).contains("t0ken") })
            let listed = try await bench.penstock("ListConnections")
            let views = try JSONDecoder().decode(ConnectionList.self, from: listed.body).connections
            #expect(views.map(\.name) == ["host", "web"])
            #expect(views.map(\.origin) == ["configuration", "api"] && views.allSatisfy { $0.status == "AVAILABLE" })
            _ = try await call(bench, "DeleteConnection", #"{"ConnectionArn": "\#(arn)"}"#)
            #expect(table.connection(named: "web") == nil)
        }
    }

    @Test func `a connection through a host is at the host's endpoint`() async throws {
        try await ServerBench.with { bench in
            let host = try await call(
                bench, "CreateHost",
                #"""
                {"Name": "ghes", "ProviderType": "GitHubEnterpriseServer", "ProviderEndpoint": "https://git.example/"}
                """#)
            let arn = try #require(host.json?["HostArn"]?.string)
            _ = try await call(bench, "CreateConnection", #"{"ConnectionName": "own", "HostArn": "\#(arn)"}"#)
            #expect(
                try await bench.penstock("CompleteConnection", #"{"connection": "own", "anonymous": true}"#).status
                    == 200)
            let connection = try #require(bench.gateway.connections.connection(named: "own"))
            #expect(connection.url == "https://git.example" && connection.provider == "GitHub")
            #expect(connection.credential == nil)
        }
    }

    @Test(arguments: [
        (#"{"connection": "none"}"#, "ResourceNotFoundException"), (#"{"connection": "host"}"#, "ConflictException"),
        (#"{"connection": "web", "url": "ftp://x"}"#, "ValidationException"),
        (#"{"connection": "web", "apiUrl": "ssh://x"}"#, "ValidationException"), ("{}", "SerializationException"),
        (#"{"connection": "web", "url": "https://x y"}"#, "ValidationException"),
        (#"{"connection": "web", "options": {"statuses": "all"}}"#, "ValidationException"),
    ])
    func `what can't complete a connection is refused`(body: String, exception: String) async throws {
        try await ServerBench.with { bench in
            _ = try await create(bench)
            #expect(try await bench.penstock("CompleteConnection", body).exception == exception)
        }
    }

    @Test func `arguments that are no pairs are refused`() {
        for (options, files) in [(["x"], []), (["=x"], []), (["a=1", "a=2"], []), ([], ["k"])] {
            #expect(throws: CommandError.self) {
                try ConnectionsCommand.completion(
                    of: "c", url: nil, apiURL: nil, user: nil, tokenFile: nil, options: options, secretFiles: files)
            }
        }
    }

    @Test func `a hook of a pending connection takes deliveries in and starts nothing until it is completed`()
        async throws
    {
        let folder = try ServerFolder()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let first = try await Gateway.open(try folder.settings(), logger: logger)
        let record = ConnectionRecord(
            id: "c1", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/c1", name: "web",
            providerType: "GitHub", hostARN: nil, tags: [:])
        try await first.registry.put(record, over: nil)
        await first.close()
        let gateway = try await Gateway.open(
            try folder.settings("hooks: {main: {connection: web, secret: s, id: h}}"), logger: logger)
        #expect(gateway.hooks.first?.standstill?.contains("PENDING") == true)
        let found = try #require(try await gateway.registry.all(ConnectionRecord.self).first)
        var completed = found.record
        completed.completion = .init(
            url: "https://github.com", apiURL: nil, user: nil, token: nil, options: [:], secrets: [:])
        try await gateway.registry.put(completed, over: found)
        #expect(gateway.hooks.first?.standstill == nil && gateway.hooks.first?.connection.url == "https://github.com")
        try await gateway.registry.change(registry: [.remove(.connection, name: "c1")])
        #expect(gateway.hooks.first?.standstill == "the connection 'web' was deleted")
        await gateway.close()
        await #expect(throws: SettingsError.self) {
            try await Gateway.open(
                try folder.settings("hooks: {main: {connection: web, secret: s, id: h}}"), logger: logger)
        }
    }

    @Test func `a webhook is there from the answer of PutWebhook on`() async throws {
        try await ServerBench.with { bench in
            let state = try await bench.call(
                "CodePipeline_20150709.PutWebhook",
                #"""
                {"webhook": {"name": "w", "targetPipeline": "none", "targetAction": "a", "filters": [],
                 "authentication": "UNAUTHENTICATED", "authenticationConfiguration": {}}}
                """#)
            #expect(state.exception == "PipelineNotFoundException")
            let record = WebhookRecord(
                name: "w", hook: "hook-of-w", targetPipeline: "none", targetAction: "a", filters: [],
                authentication: .unauthenticated, tags: [:])
            try await bench.gateway.registry.put(record, over: nil)
            let answer = try await bench.send(.post, "/hooks/hook-of-w", [], Data("x".utf8))
            #expect(answer.text.hasPrefix("ignored"))
            let listed = try await bench.call("CodePipeline_20150709.ListWebhooks")
            #expect(listed.text.contains("/hooks/hook-of-w"))
            let deleted = try await bench.call("CodePipeline_20150709.DeleteWebhook", #"{"name": "w"}"#)
            #expect(deleted.json == .map([:]))
            #expect(try await bench.send(.post, "/hooks/hook-of-w", [], Data("x".utf8)).status == 404)
        }
    }
}

@Suite struct RegistrationSettingsTests {
    @Test func `register says in which repositories`() throws {
        let settings = try ServerFolder().settings(
            """
            public_url: https://penstock.example/
            webhooks: {allow_sha1: true}
            connections: {c: {url: "https://x"}}
            hooks:
              a: {connection: c, secret: s, register: true}
              b: {connection: c, secret: s, register: [acme/app]}
              c: {connection: c, secret: s, register: false}
            """)
        #expect(settings.hooks.map(\.registration) == [.whereNeeded, .repositories(["acme/app"]), .byHand])
        #expect(settings.publicURL == "https://penstock.example" && settings.webhooksAllowSHA1)
        #expect(try ServerFolder().settings().publicURL == nil)
    }

    @Test(arguments: [
        ("hooks: {a: {connection: c, secret: s, register: true}}", "hooks.a.register"),
        ("public_url: https://x\nhooks: {a: {connection: c, secret: s, register: [app]}}", "hooks.a.register"),
        ("public_url: https://x\nhooks: {a: {connection: c, secret: s, register: 7}}", "hooks.a.register"),
        ("public_url: penstock.example", "public_url"), ("public_url: 'https://x?y'", "public_url"),
        ("webhooks: {sha1: true}", "webhooks.sha1"), ("webhooks: {allow_sha1: 7}", "webhooks.allow_sha1"),
    ])
    func `what can't be is named`(yaml: String, place: String) throws {
        let error = #expect(throws: SettingsError.self) { try ServerFolder().settings(yaml) }
        #expect(error?.place == place)
    }
}

import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct ConnectionRulesTests {
    private static let url = "connections: {c: {url: 'https://git.example', "

    @Test(arguments: [
        (url + "options: {app_idd: '5'}}}", "connections.c.options.app_idd", "app_id,"),
        (url + "provider: GitHb}}", "connections.c.provider", "GitHub"),
        (url + "options: {app_id: '5'}}}", "connections.c.options.app_id", "private_key_file"),
        (url + "options: {owner: acme}}}", "connections.c.options.owner", "app_id"),
        (url + "secrets: {private_key: x}}}", "connections.c.secrets.private_key", "app_id"),
        (url + "options: {app_id: '5'}, secrets: {private_key: no}}}", "connections.c.secrets.private_key", "PEM"),
        (url + "secrets: {privat_key: x}}}", "connections.c.secrets.privat_key", "private_key"),
        (url + "provider: GitLab, options: {token_type: ouath}}}", "connections.c.options.token_type", "oauth"),
        (url + "provider: Gitea, options: {app_id: '5'}}}", "connections.c.options.app_id", "known here: "),
        (url + "provider: Bitbucket, options: {oauth_key: k}}}", "connections.c.options.oauth_key", "oauth_secret"),
        (url + "provider: BitbucketServer, options: {oauth_key: k}}}", "connections.c.options.oauth_key", "unknown"),
        (url + "}}\nhooks: {h: {connection: c, secret: s, provider: GitLab}}", "hooks.h.provider", "write GitHub"),
        (
            "public_url: https://x\nhooks: {h: {secret: s, provider: Jenkins, register: true}}", "hooks.h.register",
            "connection"
        ),
        (url + "}}\nhooks: {h: {secret: s}}", "hooks.h.connection", "name the connection"),
    ])
    func `what a connection can't say is an error at the start and in doctor`(
        yaml: String, place: String, remedy: String
    ) async throws {
        let folder = try ServerFolder()
        let settings = try folder.settings(yaml)
        let found = await DoctorCommand.findings(settings).first { $0.check == "configuration" }
        #expect(found?.status == "failed" && found?.message.hasPrefix("\(place): ") == true, "\(found?.message ?? "")")
        #expect(found?.message.contains(remedy) == true, "\(found?.message ?? "")")
        let error = await #expect(throws: SettingsError.self) {
            try await Gateway.open(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        #expect(error?.place == place)
    }

    @Test(arguments: [
        "https://user:pass@git.example", "https://pass@git.example", "ssh://git:pass@git.example",
        "http://a:b@[::1]:80/x",
    ])
    func `a URL brings no credential, and the message doesn't repeat it`(url: String) throws {
        for key in ["url: '\(url)'", "url: 'https://x', api_url: '\(url)'"] {
            let error = #expect(throws: SettingsError.self) {
                try ServerFolder().settings("connections: {c: {\(key)}}")
            }
            #expect(error?.message.contains("pass@") == false, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: ["ssh://git@git.example/x", "https://git.example/a@b", "file:///srv/a@b"])
    func `other URLs pass`(url: String) throws {
        #expect(try ServerFolder().settings("connections: {c: {url: '\(url)'}}").connections.first?.url == url)
    }

    @Test(arguments: [
        "provider: GitHub, options: {forks: trusted, statuses: 'off', fork_protected: 'ci.sh', host_keys: k}",
        "provider: Forgejo, secrets: {ssh_key: k}", "provider: Git", "provider: GitLab, options: {token_type: oauth}",
    ])
    func `what every connection may say passes`(members: String) async throws {
        let settings = try ServerFolder().settings(
            """
            connections: {c: {url: 'https://x', \(members)}}
            """)
        let found = await DoctorCommand.findings(settings).first { $0.check == "configuration" }
        #expect(found?.status == "ok", "\(found?.message ?? "")")
    }

    @Test func `doctor knows the connections that the API has made`() async throws {
        let folder = try ServerFolder()
        let gateway = try await Gateway.open(
            try folder.settings(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await gateway.registry.put(
            ConnectionRecord(
                id: "c1", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/c1", name: "viaapi",
                providerType: "GitHub", hostARN: nil, tags: [:]), over: nil)
        await gateway.close()
        for (name, status) in [("viaapi", "ok"), ("other", "failed")] {
            let settings = try folder.settings("hooks: {h: {connection: \(name), secret: s}}")
            let found = await DoctorCommand.findings(settings).first { $0.check == "configuration" }
            #expect(found?.status == status, "\(found?.message ?? "")")
        }
    }
}

@Suite struct ConnectionCompletionTests {
    @Test(arguments: [
        (#"{"connection": "web"}"#, "token:"), (#"{"connection": "web", "token": ""}"#, "token:"),
        (#"{"connection": "web", "token": "t", "options": {"app_idd": "5"}}"#, "options.app_idd:"),
        (#"{"connection": "web", "options": {"app_id": "5"}, "secrets": {"private_key": "s3cr3t"}}"#, "private_key:"),
        (#"{"connection": "web", "token": "t", "url": "https://u:s3cr3t@git.example"}"#, "--token-file"),
    ])
    func `what a connection can't be used with doesn't make it available`(body: String, word: String) async throws {
        try await ServerBench.with { bench in
            let made = try await bench.call(
                "com.amazonaws.codeconnections.CodeConnections_20231201.CreateConnection",
                #"{"ConnectionName": "web", "ProviderType": "GitHub"}"#, service: "codeconnections",
                type: "application/x-amz-json-1.0")
            #expect(made.status == 200)
            let answer = try await bench.penstock("CompleteConnection", body)
            #expect(answer.exception == "ValidationException")
            #expect(answer.text.contains(word) && !answer.text.contains("s3cr3t"), "\(answer.text)")
            #expect(bench.gateway.connections.connection(named: "web") == nil)
            let anonymous = try await bench.penstock("CompleteConnection", #"{"connection": "web", "anonymous": true}"#)
            #expect(anonymous.status == 200, "\(anonymous.text)")
        }
    }

    @Test func `a file that can't be read is named as it was given`() throws {
        for (token, secrets) in [("/nope", []), (nil, ["private_key=/nope"])] as [(String?, [String])] {
            let error = #expect(throws: CommandError.self) {
                try ConnectionsCommand.completion(
                    of: "c", url: nil, apiURL: nil, user: nil, tokenFile: token, options: [], secretFiles: secrets)
            }
            let place = token == nil ? "--secret-file private_key: '/nope'" : "--token-file: '/nope'"
            #expect(error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
        }
    }
}

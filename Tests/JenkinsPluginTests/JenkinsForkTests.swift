import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

/// What executions that a fork's pull request started may do to a Jenkins.
@Suite struct JenkinsForkTests {
    private static let parameters = ["Parameters": #"{"TARGET": "x", "TOKEN": "hunter22", "KEY": "id", "MASKED": "m"}"#]

    private func define(_ jenkins: TestJenkins) async throws {
        let names = ["PENSTOCK_JOB_ID", "PENSTOCK_INPUT_Code", "TARGET", "TOKEN", "KEY", "MASKED"]
        try await jenkins.define(
            "web",
            [
                "auto": .map([:]), "params": .list(names.map { .string($0) }),
                "kinds": .map([
                    "TOKEN": .string("PasswordParameterDefinition"), "KEY": .string("CredentialsParameterDefinition"),
                    "MASKED": .string("NonStoredPasswordParameterDefinition"),
                ]),
            ])
    }

    private func runs(
        _ jenkins: TestJenkins, forks: String?, isUntrusted: Bool = true
    ) async throws -> ActionOutcome {
        let action = try jenkins.action(more: forks.map { ["forks": .string($0)] } ?? [:])
        let inputs = [try jenkins.host.input("Code", files: [:])]
        let job = try jenkins.job(action, "web", Self.parameters, inputs: inputs, isUntrusted: isUntrusted)
        return await action.run(job, on: jenkins.host)
    }

    @Test func `by default Jenkins is not even asked, and the action names the setting`() async throws {
        try await TestJenkins.with { jenkins in
            try await define(jenkins)
            let failure = try #require(try await runs(jenkins, forks: nil).failure)
            #expect(failure.type == .permissionError)
            #expect(failure.message.contains("set modules.Jenkins.servers.Jenkins.forks: allowed"))
            #expect(failure.message.contains("(forks: trusted)"))
            #expect(try await jenkins.state().requests.isEmpty)
        }
    }

    @Test func `where forks are let in, the build gets the links and no value of a secret parameter`() async throws {
        try await TestJenkins.with { jenkins in
            try await define(jenkins)
            #expect(try await runs(jenkins, forks: "allowed").token != nil)
            let given = try #require(try await jenkins.state().builds.first?.parameters)
            #expect(given["TARGET"] == "x" && given["PENSTOCK_INPUT_Code"]?.hasPrefix("s3://artifacts/") == true)
            // Jenkins takes the job's own default for what it isn't given.
            for name in ["TOKEN", "KEY", "MASKED"] { #expect(given[name] == "default of \(name)", "\(given)") }
            #expect(jenkins.notes.count { $0.contains("is withheld") } == 3)
        }
    }

    @Test func `everybody else's build gets all values`() async throws {
        try await TestJenkins.with { jenkins in
            try await define(jenkins)
            #expect(try await runs(jenkins, forks: nil, isUntrusted: false).token != nil)
            #expect(try await jenkins.state().builds.first?.parameters["TOKEN"] == "hunter22")
            #expect(!jenkins.notes.contains { $0.contains("is withheld") })
        }
    }

    @Test func `a build that runs is followed although the setting has been taken back`() async throws {
        try await TestJenkins.with { jenkins in
            try await define(jenkins)
            let token = try #require(try await runs(jenkins, forks: "allowed").token)
            let action = try jenkins.action()
            let job = try jenkins.job(action, "web", Self.parameters, token: token, isUntrusted: true)
            #expect(await action.run(job, on: jenkins.host).failure == nil)
        }
    }
}

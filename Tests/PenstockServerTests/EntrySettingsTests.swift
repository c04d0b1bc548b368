import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing
import WebhookIntake

@testable import PenstockServer

@Suite struct EntrySettingsTests {
    private func settings(_ yaml: String) throws -> ServerSettings { try ServerFolder().settings(yaml) }

    /// YAML, the error's place, a piece of its remedy.
    static let wrong: [(String, String, String)] = [
        ("connections: {a: {}}", "connections.a", "'url' is missing"),
        ("connections: {a: {url: 5}}", "connections.a.url", "expected String"),
        ("connections: {a: {url: example.com}}", "connections.a.url", "https://"),
        ("connections: {a: {url: 'git://example.com'}}", "connections.a.url", "https://"),
        (
            "connections: {a: {url: 'https://x', options: {statuses: all}}}", "connections.a.options.statuses",
            "checks, commit or off"
        ),
        ("connections: {a: {url: 'https://x', tokn: y}}", "connections.a.tokn", "token_file"),
        ("connections: {a: {url: 'https://x', token: s3cr3t, token_file: f}}", "connections.a.token", "not both"),
        ("connections: {a: {url: 'https://x', token_file: /nowhere/f}}", "connections.a.token_file", "can't be read"),
        ("retention: {delivery_days: 0.5}", "retention.delivery_days", "whole number, not 0.5"),
        ("hooks: {a: {connection: c}}", "hooks.a.secret", "unauthenticated: true"),
        ("hooks: {a: {connection: c, secret: ''}}", "hooks.a.secret", "unauthenticated: true"),
        ("hooks: {a: {connection: c, unauthenticated: false}}", "hooks.a.secret", "unauthenticated: true"),
        ("hooks: {a: {connection: c, secret: s3cr3t, secret_file: f}}", "hooks.a.secret", "not both"),
        (
            "hooks: {a: {connection: c, secret: x, previous_secret: s3cr3t, previous_secret_file: f}}",
            "hooks.a.previous_secret", "not both"
        ),
        ("hooks: {a: {connection: c, secret_file: /nowhere}}", "hooks.a.secret_file", "can't be read"),
        ("hooks: {a: {connection: c, secret: s3cr3t, id: s3cr3t}}", "hooks.a.id", "not the secret"),
        ("hooks: {a: {connection: c, secret: x, id: a/b}}", "hooks.a.id", "letters"),
        ("hooks: {a: {connection: c, secret: x, id: ''}}", "hooks.a.id", "letters"),
        ("hooks: {a: {connection: c, secret: x, id: 'a?b'}}", "hooks.a.id", "letters"),
        ("hooks: {a: {connection: c, secret: x, id: ä}}", "hooks.a.id", "letters"),
        ("hooks: {a: {connection: c, secrets: [x]}}", "hooks.a.secrets", "unknown setting"),
        ("hooks: {a: {connection: c, secret: [s3cr3t]}}", "hooks.a.secret", "expected String"),
        ("stores: {b: S3}", "stores.b", "{module: S3"),
        ("stores: {b: {module: 5}}", "stores.b.module", "a module's name"),
        ("stores: {b: {worker: {}}}", "stores.b.worker", "'access_key_id' is missing"),
        ("stores: {b: {worker: {access_key_id: a}}}", "stores.b.worker", "secret_access_key_file"),
        (
            "stores: {b: {worker: {access_key_id: a, secret_access_key: s3cr3t, secret_access_key_file: f}}}",
            "stores.b.worker.secret_access_key", "not both"
        ),
        ("stores: {b: {worker: {access_key_id: a, secret: s3cr3t}}}", "stores.b.worker.secret", "unknown setting"),
        (
            "stores: {b: {module: Local, worker: {access_key_id: a, secret_access_key: s3cr3t}}}", "stores.b.worker",
            "use an S3 store"
        ),
        ("job_workers: {acknowledge_seconds: 0}", "job_workers.acknowledge_seconds", "1 to 86400"),
        ("job_workers: {forks: trusted}", "job_workers.forks", "write refused or allowed"),
        ("job_workers: {patience: 5}", "job_workers.patience", "unknown setting"),
        ("polling: {interval_seconds: 0}", "polling.interval_seconds", "must be 1 to 86400"),
        ("polling: {interval_seconds: 90, slowest_seconds: 60}", "polling.slowest_seconds", "must be 90 to"),
        ("polling: {head_check_seconds: 900}", "polling.head_check_seconds", "recovery.interval_seconds"),
        ("polling: {concurrent_looks: 0}", "polling.concurrent_looks", "1 to 256"),
        ("polling: {often: true}", "polling.often", "unknown setting"),
        ("schedules: [a]", "schedules", "a map"),
        ("schedules: {a: {schedule: rate(5 minutes)}}", "schedules.a", "'pipeline' is missing"),
        ("schedules: {a: {pipeline: p}}", "schedules.a", "'schedule' is missing"),
        ("schedules: {a b: {pipeline: p, schedule: rate(5 minutes)}}", "schedules.a b", "letters, digits"),
        ("schedules: {a: {pipeline: p, schedule: daily}}", "schedules.a.schedule", "rate(5 minutes)"),
        ("schedules: {a: {pipeline: p, schedule: cron(0 25 * * ? *)}}", "schedules.a.schedule", "hour field '25'"),
        (
            "schedules: {a: {pipeline: p, schedule: rate(1 day), timezone: Mars}}", "schedules.a.timezone",
            "Europe/Berlin"
        ),
        ("schedules: {a: {pipeline: p, schedule: rate(1 day), when: x}}", "schedules.a.when", "unknown setting"),
        (
            "schedules: {a: {pipeline: p, schedule: rate(1 day), source_revisions: [{actionName: s, revisionType: X, "
                + "revisionValue: v}]}}", "schedules.a.source_revisions.Index 0.revisionType", "X"
        ),
    ]

    @Test(arguments: wrong)
    func `a wrong entry is named with its remedy and without its secret`(
        yaml: String, place: String, remedy: String
    ) throws {
        let error = #expect(throws: SettingsError.self) { try settings(yaml) }
        #expect(error?.place == place)
        #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("s3cr3t") == false)
    }

    @Test func `an empty file holds no secret`() throws {
        let folder = try ServerFolder()
        let empty = try folder.write("\n", to: "empty")
        let entries = [
            ("hooks.a.secret_file", "hooks: {a: {connection: c, secret_file: \(empty)}}"),
            ("connections.a.token_file", "connections: {a: {url: 'https://x', token_file: \(empty)}}"),
        ]
        for (place, yaml) in entries {
            let error = #expect(throws: SettingsError.self) { try folder.settings(yaml) }
            #expect(error?.place == place)
            #expect(error?.message.contains("is empty; write the") == true)
        }
    }

    @Test func `a connection is read whole`() throws {
        let folder = try ServerFolder()
        let token = try folder.write("t0ken\n", to: "token")
        let connections = try folder.settings(
            """
            connections:
              a: {url: "https://example.com/", token_file: \(token)}
              b: {provider: Forge, url: "https://git.example.com", arn: "arn:x", user: me, token: t}
              c: {url: "file:///srv/git"}
              d: {url: "file://"}
            """
        ).connections
        #expect(connections.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            connections.map(\.url) == ["https://example.com", "https://git.example.com", "file:///srv/git", "file://"])
        #expect(connections.map(\.provider) == ["GitHub", "Forge", "GitHub", "GitHub"])
        #expect(connections[0].credential?.user == "x-access-token" && connections[0].credential?.secret == "t0ken")
        #expect(connections[1].credential?.user == "me" && connections[1].arn == "arn:x")
        #expect(connections[2].credential == nil)
    }

    @Test func `a connection is found by name and by both spellings of its ARN`() throws {
        let settings = try settings("connections: {a: {url: 'https://x'}, b: {url: 'https://y', arn: 'arn:own'}}")
        let table = ConnectionTable(settings.connections, region: "us-east-1", account: "000000000000")
        let tail = "us-east-1:000000000000:connection/a"
        #expect(table.connection(named: "a")?.url == "https://x")
        #expect(table.connection(named: "z") == nil)
        #expect(table.connection(ConnectionARN("arn:aws:codeconnections:\(tail)"))?.name == "a")
        #expect(table.connection(ConnectionARN("arn:aws:codestar-connections:\(tail)"))?.name == "a")
        #expect(table.connection("arn:aws:codeconnections:eu-west-1:000000000000:connection/a") == nil)
    }

    @Test func `a hook has up to two secrets, or says that it has none`() throws {
        let folder = try ServerFolder()
        let secret = try folder.write("from-file\r\n", to: "secret")
        let hooks = try folder.settings(
            """
            hooks:
              a: {connection: c, secret: new, previous_secret: old, id: A-b_1}
              b: {connection: c, secret_file: \(secret), provider: Forge}
              c: {connection: c, unauthenticated: true}
            """
        ).hooks
        #expect(hooks.map(\.secrets) == [["new", "old"], ["from-file"], []])
        #expect(hooks.map(\.id) == ["A-b_1", nil, nil])
        #expect(hooks.map(\.provider) == ["GitHub", "Forge", "GitHub"])
    }

    @Test func `a store's settings are the module's to read`() throws {
        let stores = try settings("stores: {a: {endpoint: 'http://x'}, b: {module: Local, path: /p}}").stores
        #expect(stores.map(\.module) == ["S3", "Local"])
        #expect(stores[0].settings == .map(["endpoint": .string("http://x")]))
        #expect(stores[1].settings == .map(["path": .string("/p")]))
    }

    @Test func `polling has its pauses`() throws {
        let polling = try settings("polling: {interval_seconds: 900, concurrent_looks: 2}").polling
        #expect(polling.pollInterval == 900 && polling.slowestPoll == 900 && polling.concurrentLooks == 2)
        #expect(try settings("polling:").polling == SourcePollingSettings())
    }

    @Test func `history is kept for a year unless something else is said`() throws {
        let day = 86_400.0
        #expect(
            try settings("retention:").retention
                == RetentionPolicy(maxAge: 365 * day, deliveriesMaxAge: 90 * day))
        #expect(
            try settings("retention: {execution_days: 0, executions: 7, delivery_days: 3, deliveries: 9}").retention
                == RetentionPolicy(maxCountPerPipeline: 7, deliveriesMaxAge: 3 * day, deliveriesMaxCount: 9))
    }

    @Test(arguments: [
        ("{execution_days: -1}", "retention.execution_days"), ("{delivery_days: 2}", "retention.delivery_days"),
        ("{executions: many}", "retention.executions"), ("{years: 1}", "retention.years"),
    ])
    func `a limit that can't be meant is refused by its name`(yaml: String, place: String) {
        let error = #expect(throws: SettingsError.self) { try settings("retention: \(yaml)") }
        #expect("\(error.map { "\($0)" } ?? "")".contains(place), "\(String(describing: error))")
    }

    @Test func `a schedule has its pipeline, times, variables and revisions`() throws {
        let schedules = try settings(
            """
            schedules:
              nightly:
                pipeline: storefront
                schedule: cron(0 3 ? * MON-FRI *)
                timezone: Europe/Berlin
                variables: {TARGET: test, COUNT: 5, FAST: true}
                source_revisions:
                  - {actionName: Source, revisionType: COMMIT_ID, revisionValue: 0a1b}
              often: {pipeline: p, schedule: rate(5 minutes)}
            """
        ).schedules
        let nightly = try #require(schedules.first)
        #expect(schedules.map(\.name) == ["nightly", "often"])
        #expect(nightly.pipeline == "storefront" && nightly.schedule.description == "cron(0 3 ? * MON-FRI *)")
        #expect(nightly.timeZone.identifier == "Europe/Berlin" && schedules[1].timeZone == .gmt)
        #expect(nightly.input.variables == ["TARGET": "test", "COUNT": "5", "FAST": "true"])
        #expect(
            nightly.input.sourceRevisions == [
                SourceRevisionOverride(actionName: "Source", revisionType: .commitID, revisionValue: "0a1b")
            ])
    }
}

import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import WebhookIntake

/// Fills a ledger with history, straight into its file: copies of one real execution with its attempts, events and
/// delivery, each with ids of its own.
///
/// Half of the history is of the first pipeline, the other half of the ninety-nine others in turn.
struct HistoryLoad {
    static let pipelines = 100

    let world: BenchWorld
    let count: Int

    /// A ledger with a hundred pipelines, each of which has run once, and a delivery that has started the first of them.
    static func prepare(_ world: BenchWorld, _ payload: PushBody) async throws {
        try await world.declare((0..<pipelines).map { "acme/follow-\($0)" })
        let gateway = try await world.gateway()
        try await gateway.atWork {
            let body = payload.bytes(repository: "acme/follow-0", commit: String(repeating: "a1", count: 20))
            let answer = await gateway.intake.accept(PushBody.delivery(of: body), at: BenchWorld.hook).answer
            guard answer == .accepted else { throw BenchFailure("a delivery was answered '\(answer.code)'") }
            try await gateway.waitForSuccess(of: pipelines + 1)
        }
        await gateway.close()
    }

    func run() throws {
        let script = world.folder.appending(path: "history.sql")
        try Data(sql().utf8).write(to: script)
        let ledger = world.data.appending(path: "ledger.sqlite").path
        try ChildProcess.run(
            ["sqlite3", "-batch", "-bail", ledger, ".read \(script.path)"],
            output: world.folder.appending(path: "history.out"))
    }

    /// The id of a loaded execution.
    static func execution(_ number: Int) -> ExecutionID {
        ExecutionID("00000000-0000-7000-8000-" + String(format: "%012x", number))
    }

    private func sql() throws -> String {
        let replaced =
            "CAST(replace(replace(replace(replace(replace(CAST(%@ AS TEXT), old.id, new.id), "
            + "old.a1, new.a1), old.a2, new.a2), old.a3, new.a3), '\"pipeline\":\"bench-0\"', "
            + "'\"pipeline\":\"' || new.pipeline || '\"') AS BLOB)"
        func copy(_ column: String) -> String { replaced.replacingOccurrences(of: "%@", with: column) }
        let record = copy("replace(CAST(e.record AS TEXT), '\"number\":2', '\"number\":' || new.number)")
        return """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;
            CREATE TEMP TABLE old AS SELECT e.id, e.delivery,
                (SELECT id FROM action_executions a WHERE a.execution = e.id ORDER BY sequence LIMIT 1) AS a1,
                (SELECT id FROM action_executions a WHERE a.execution = e.id ORDER BY sequence LIMIT 1 OFFSET 1) AS a2,
                (SELECT id FROM action_executions a WHERE a.execution = e.id ORDER BY sequence LIMIT 1 OFFSET 2) AS a3
                FROM executions e WHERE e.delivery IS NOT NULL LIMIT 1;
            CREATE TEMP TABLE new (
                i INTEGER PRIMARY KEY, id TEXT, pipeline TEXT, number INTEGER, a1 TEXT, a2 TEXT, a3 TEXT, rule TEXT);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO new SELECT i, printf('00000000-0000-7000-8000-%012x', i),
                CASE WHEN i % 2 THEN 'bench-0' ELSE 'bench-' || (1 + i / 2 % 99) END,
                100 + CASE WHEN i % 2 THEN i / 2 ELSE i / 198 END,
                printf('00000000-0000-7001-8000-%012x', i), printf('00000000-0000-7002-8000-%012x', i),
                printf('00000000-0000-7003-8000-%012x', i), printf('00000000-0000-7004-8000-%012x', i) FROM n;
            BEGIN;
            INSERT INTO executions (id, pipeline, number, status, record, delivery)
                SELECT new.id, new.pipeline, new.number, e.status, \(record), old.delivery + i
                FROM new CROSS JOIN old JOIN executions e ON e.id = old.id;
            CREATE TEMP TABLE attempts AS SELECT a.* FROM action_executions a JOIN old ON a.execution = old.id;
            INSERT INTO action_executions (id, pipeline, execution, record)
                SELECT CASE e.id WHEN old.a1 THEN new.a1 WHEN old.a2 THEN new.a2 ELSE new.a3 END, new.pipeline,
                new.id, \(copy("e.record")) FROM new CROSS JOIN old CROSS JOIN attempts e;
            INSERT INTO rule_executions (id, pipeline, execution, record) SELECT new.rule, new.pipeline, new.id,
                CAST(replace(\(try text(rule)), 'EXECUTION', new.id) AS BLOB) FROM new;
            CREATE TEMP TABLE facts AS SELECT e.* FROM events e JOIN old ON e.execution = old.id;
            INSERT INTO events (pipeline, execution, action_execution, at, kind, body)
                SELECT new.pipeline, new.id, CASE e.action_execution WHEN old.a1 THEN new.a1 WHEN old.a2 THEN new.a2
                WHEN old.a3 THEN new.a3 END, at, kind, \(copy("e.body")) FROM new CROSS JOIN old CROSS JOIN facts e;
            INSERT INTO events (pipeline, execution, at, kind, body) SELECT new.pipeline, NULL, 0, 'transitionChanged',
                CAST(\(try text(transition)) AS BLOB) FROM new WHERE i % 10 = 1;
            INSERT INTO stage_successes SELECT new.pipeline, stage, version, new.number
                FROM new CROSS JOIN (SELECT * FROM stage_successes WHERE pipeline = 'bench-0' AND number = 2);
            INSERT INTO deliveries SELECT old.delivery + i, hook, hook_name, provider, printf('d-%d', i), event,
                received_at, headers, body_size, outcome, reason, \(copy("decisions")), replay_of, body
                FROM new CROSS JOIN old JOIN deliveries ON sequence = old.delivery;
            UPDATE pipelines SET state = CAST(json_set(CAST(state AS TEXT), '$.nextNumber', 100000000) AS BLOB);
            COMMIT;
            PRAGMA journal_mode = WAL;
            """
    }

    private func text(_ value: some Encodable) throws -> String {
        let json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        return "'\(json.replacingOccurrences(of: "'", with: "''"))'"
    }

    private var rule: RuleExecution {
        RuleExecution(
            id: "00000000-0000-7004-8000-000000000000", executionID: "EXECUTION", pipelineVersion: 1, stage: "Deploy",
            gate: .beforeEntry, rule: "Hours", type: RuleTypeID(provider: "DeploymentWindow"), startTime: 0,
            configuration: ["Cron": .plain("* * 9-17 ? * MON-FRI *"), "TimeZone": .plain("Europe/Zurich")])
    }

    private var transition: PipelineEvent {
        .transitionChanged(
            "Deploy",
            TransitionState(
                isEnabled: false, changedBy: "arn:aws:iam::000000000000:user/operator", changedAt: 0, reason: "a freeze"
            ))
    }
}

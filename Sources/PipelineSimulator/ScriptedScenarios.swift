/// Scenarios with names, for the ledger on disk: what may be asked twice, so that a client that dies can ask again.
package enum ScriptedScenarios {
    /// - Throws: ``UnreadableStep``.
    package static func scenario(_ name: String) throws -> Scenario? {
        guard let text = all[name] else { return nil }
        return try Scenario(name: name, text)
    }

    package static var names: [String] { all.keys.sorted() }

    private static let all = [
        "straight": """
        create 'S | Source: app>app | Build: unit<app>bin lint | Deploy: ship<bin@2 check'
        ok 'app'; ok 'lint'; ok 'unit'; ok 'check'; ok 'ship'
        """,
        "superseded": """
        create 'S | Source: app | Build: unit | Deploy: ship'
        ok 'app'; start 0 1; ok 'app'; start 0 2; ok 'app'; start 0 3; ok 'unit'; ok 'app'; ok 'ship'; ok 'unit'
        """,
        "queued": """
        create 'Q | Source: app | Build: unit | Deploy: ship'
        start 0 1; start 0 2; start 0 3; ok 'app'; ok 'app'; ok 'app'; fail 'unit'; ok 'unit'; stop 0 1; ok 'app'
        """,
        "parallel": """
        create 'P | Source: app | Build failure=RETRY: u1 u2 u3 u4 u5 u6 u7'
        start 0 1; ok 'app'; ok 'app'; fail 'u2'; ok 'u1'; ok 'u7'; start 0 2; abandon; ok 'u3'
        """,
        "approved": """
        create 'S | Source: app>app%src | Gate: ok! look | Deploy: ship<app$src.v'
        ok 'app'; start 0 1; wrongToken; ok 'look'; approve; ok 'ship'
        """,
        "expired": """
        create 'S | Source: app | Gate failure=RETRY: ok!^10 | Deploy: ship'
        ok 'app'; wait 0 700; start 0 1; claim 0 0 8; ok 'app'
        """,
        "stopped": """
        create 'S | Source: app | Build: unit lint | Deploy: ship'
        ok 'app'; ok 'lint'; stop; fail 'unit'; retry; ok 'unit'; stop; ok 'ship'; start 0 1; ok 'app'
        """,
        "abandoned": """
        create 'S | Source: app | Build: unit lint | Deploy: ship'
        ok 'app'; ok 'lint'; stop; abandon; retryAll; ok 'lint'; ok 'unit'; abandon; retry; ok 'ship'
        """,
        "rolledBack": """
        create 'S | Source: app>app | Deploy: ship<app'
        ok 'app'; ok 'ship'; start 0 1; ok 'app'; fail 'ship'; rollback; ok 'ship'
        """,
        "rolledBackByItself": """
        create 'S | Source: app>app | Deploy failure=ROLLBACK: ship<app'
        ok 'app'; ok 'ship'; start 0 1; ok 'app'; start 0 2; ok 'app'; fail 'ship'; ok 'ship'; fail 'ship'
        """,
        "gated": """
        create 'S | Source: app | Build entry=FAIL,window,check success=ROLLBACK,alarm: unit | Deploy entry=SKIP,dry: ship'
        ok 'app'; pass 'check'; pass 'window'; ok 'unit'; block 'alarm'; override; block 'dry'
        start 0 1; ok 'app'; block 'window'; override; ok 'unit'; pass 'alarm'
        """,
        "closed": """
        create 'S | Source: app | Build: unit | Deploy: ship'
        close 0 0 1; ok 'app'; start 0 1; ok 'app'; closeOut 0 0 1; open 0 0 1; ok 'unit'; start 0 2; open 0 0 2
        """,
        "updated": """
        create 0 0 1 'S | Source: app | Build: unit lint | Deploy: ship'
        ok 'app'; start 0 1; ok 'lint'; update 'Q | Source: app | Test: unit'; ok 'unit'; ok 'app'; delete
        create 'P | Source: app | Build: unit'; start 0 2; ok 'app'
        """,
        "delivered": """
        create 'Q +v | Source: app~r0 lib~r1 | Build: unit$variables.v'
        create 1 0 0 'S | Source: app~r0'; deliver; redeliver; deliver 0 1 2; ok 'app'; redeliver 0 1; deliver 0 0 3
        put 0 3; put 0 3; poll 0 4; poll 0 4
        """,
    ]
}

import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension SQLiteRows {
    /// What is kept of what deliveries have told: about twenty commits a ref.
    private static let toldLimit = 900

    func knownRefs(of repository: WatchedRepository) throws -> KnownRefs? {
        let watched = try database.cachedStatement(
            sql: "SELECT looked_at FROM watched_repositories WHERE connection = ? AND repository = ?")
        guard let row = try Row.fetchOne(watched, arguments: repository.key) else { return nil }
        var known = KnownRefs(lookedAt: row[0])
        let refs = try database.cachedStatement(
            sql: "SELECT ref, commit_id, told, seen_by FROM known_refs WHERE connection = ? AND repository = ?")
        for row in try Row.fetchAll(refs, arguments: repository.key) { known.refs[row[0]] = Self.knownRef(row) }
        return known
    }

    func untoldRef(_ ref: String, of repository: WatchedRepository) throws -> KnownRef? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT commit_id, seen_by FROM known_refs
                WHERE connection = ? AND repository = ? AND ref = ? AND told = ''
                """)
        return try Row.fetchOne(statement, arguments: repository.key + [ref])
            .map { KnownRef(commit: $0[0], seenBy: $0[1]) }
    }

    private static func knownRef(_ row: Row) -> KnownRef {
        let told: String = row[2]
        return KnownRef(commit: row[1], told: told.split(separator: " ").map(String.init), seenBy: row[3])
    }

    func tell(_ ref: String, of repository: WatchedRepository, pointsTo commit: String) throws {
        try run(
            """
            INSERT INTO known_refs (connection, repository, ref, told) SELECT ?1, ?2, ?3, ?4
            WHERE EXISTS (SELECT 1 FROM watched_repositories WHERE connection = ?1 AND repository = ?2)
            ON CONFLICT (connection, repository, ref) DO UPDATE
            SET told = substr(told || ' ' || excluded.told, -\(Self.toldLimit)), seen_by = NULL
            """, repository.key + [ref, commit])
    }

    func setWatched(_ repository: WatchedRepository, lookedAt: Double?) throws {
        try run(
            """
            INSERT INTO watched_repositories (connection, repository, looked_at) VALUES (?, ?, ?)
            ON CONFLICT (connection, repository) DO UPDATE SET looked_at = excluded.looked_at
            """, repository.key + [lookedAt])
    }

    func set(_ known: KnownRef?, as ref: String, of repository: WatchedRepository) throws {
        guard let known else {
            return try run(
                "DELETE FROM known_refs WHERE connection = ? AND repository = ? AND ref = ?", repository.key + [ref])
        }
        try run(
            """
            INSERT OR REPLACE INTO known_refs (connection, repository, ref, commit_id, told, seen_by)
            VALUES (?, ?, ?, ?, ?, ?)
            """, repository.key + [ref, known.commit, known.told.joined(separator: " "), known.seenBy])
    }

    func watchedRepositories() throws -> Set<WatchedRepository> {
        let statement = try database.cachedStatement(sql: "SELECT connection, repository FROM watched_repositories")
        return Set(
            try Row.fetchAll(statement).map { WatchedRepository(connectionKey: $0[0], repositoryKey: $0[1]) })
    }

    func unwatch(_ repository: WatchedRepository) throws {
        try run("DELETE FROM watched_repositories WHERE connection = ? AND repository = ?", repository.key)
    }

    func noteLogRead(_ hook: HookID, repository: String, until: Double) throws {
        try run(
            "INSERT OR REPLACE INTO log_reads (hook, repository, until) VALUES (?, ?, ?)",
            [hook.rawValue, repository, until])
    }
}

extension WatchedRepository {
    fileprivate var key: StatementArguments { [connectionKey, repositoryKey] }
}

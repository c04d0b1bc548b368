import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit
import Synchronization
import WebhookIntake

/// The hooks of the configuration that say `register:`.
extension HookRegistration {
    /// A hook that should stand at a host.
    struct Wish: Sendable {
        var record: HookRegistrationRecord
        var connection: Connection
        var secret: Credential?
    }

    /// Once through all hooks.
    ///
    /// - Returns: whether there is anything to look after in this life.
    /// - Throws: `LedgerError`; nothing is removed when it isn't known what the pipelines want.
    func round() async throws -> Bool {
        let records = try await registry.all(HookRegistrationRecord.self)
            .filter { $0.record.origin == .configuration }
        let isAsked = settings.contains { $0.registration != .byHand }
        guard isAsked || !records.isEmpty else { return false }
        let wishes = try await wishes()
        let known = Dictionary(records.map { ($0.record.key, $0) }, uniquingKeysWith: { first, _ in first })
        await inParallel(wishes.values.filter { isDue($0, known[$0.record.key]?.record) }) {
            await self.fulfil($0, over: known[$0.record.key])
        }
        await inParallel(records.filter { wishes[$0.record.key] == nil && isDue($0.record) }) {
            await self.dismiss($0)
        }
        return true
    }

    /// A few hosts at a time.
    private func inParallel<Item: Sendable>(_ items: [Item], _ work: @escaping @Sendable (Item) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= 4 { await group.next() }
                group.addTask { await work(item) }
            }
        }
    }

    // MARK: What should be

    private func wishes() async throws -> [String: Wish] {
        let needed =
            settings.contains { $0.registration == .whereNeeded } ? try await neededRepositories() : [:]
        var wishes: [String: Wish] = [:]
        for (entry, hook) in zip(settings, hooks.all()) where hook.standstill == nil {
            let repositories: [String] =
                switch entry.registration {
                case .byHand: []
                case .repositories(let names): names
                case .whereNeeded:
                    (needed[hook.connection.arn.connectionKey] ?? [:]).values
                        + (hook.servesGitHubV1 ? Array((needed[""] ?? [:]).values) : [])
                }
            for repository in repositories {
                let record = HookRegistrationRecord(
                    origin: .configuration, hook: hook.name, repository: repository, connection: hook.connection.arn,
                    url: url(of: hook.id), state: .failed)
                wishes[record.key] = Wish(
                    record: record, connection: hook.connection,
                    secret: entry.secrets.first.map { Credential(user: "", secret: $0) })
            }
        }
        return wishes
    }

    /// By connection, under the empty key those of version 1 actions; each repository in one spelling.
    private func neededRepositories() async throws -> [Substring: [String: String]] {
        var found: [Substring: [String: String]] = [:]
        var last: PipelineName?
        while true {
            let page = try await ledger.pipelines(after: last, limit: 200)
            for binding in page.flatMap({ SourceBinding.bindings(of: $0.declaration) }) {
                let key: Substring =
                    if case .connection(let arn) = binding.origin { arn.connectionKey } else { "" }
                found[key, default: [:]][binding.repositoryKey] = binding.repository
            }
            guard page.count == 200, let name = page.last?.declaration.name else { return found }
            last = name
        }
    }

    // MARK: When

    private func isDue(_ wish: Wish, _ record: HookRegistrationRecord?) -> Bool {
        let seen = confirmed.withLock { $0[wish.record.key] }
        // A new life looks at every hook once, whatever the last one has found.
        guard let seen, let record, record.url == wish.record.url, record.connection == wish.record.connection else {
            return true
        }
        if record.state == .registered { return now - seen >= pace.confirm }
        return record.tryAgain.map { $0 <= now } ?? true
    }

    private func isDue(_ record: HookRegistrationRecord) -> Bool {
        record.state != .removing || (record.tryAgain ?? 0) <= now
    }

    // MARK: Doing it

    private func fulfil(_ wish: Wish, over former: Registered<HookRegistrationRecord>?) async {
        confirmed.withLock { $0[wish.record.key] = now }
        var record = wish.record
        record.attempts = former?.record.attempts ?? 0
        record.hostID = former?.record.hostID
        do throws(FailureDetails) {
            if let former = former?.record, former.hostID != nil,
                former.url != record.url || former.connection != record.connection
            {
                try await remove(former, at: connections.connection(former.connection))
            }
            let asked = HookWish(repository: record.repository, url: record.url, secret: wish.secret)
            let made = try await registrar(for: wish.connection).register(asked, on: wish.connection, host: host)
            record.note(made)
            if made.change != .unchanged || former?.record.state != .registered { report(made, record) }
        } catch {
            complain("a hook could not be registered at its host", error, former?.record, record)
            record.note(error, state: .failed, tryAgain: now + pause(after: record.attempts))
        }
        let kept = record
        await keep { try await self.registry.put(kept, over: former) }
    }

    private func dismiss(_ former: Registered<HookRegistrationRecord>) async {
        var record = former.record
        let isOrphan = connections.connection(record.connection) == nil
        do throws(FailureDetails) {
            if record.hostID != nil { try await remove(record, at: connections.connection(record.connection)) }
        } catch {
            complain("a hook that nobody wants stays at its host", error, record, record)
            // Nobody could ever remove it: its connection is gone.
            if !isOrphan {
                record.note(error, state: .removing, tryAgain: now + pause(after: record.attempts))
                let kept = record
                return await keep { try await self.registry.put(kept, over: former) }
            }
        }
        confirmed.withLock { $0[record.key] = nil }
        await keep { try await self.registry.forget(former) }
    }

    /// A state that can't be written is found out again in the next round.
    private func keep(_ write: () async throws -> Void) async {
        do {
            try await write()
        } catch {
            logger.error("the state of a hook could not be kept", metadata: ["reason": "\(error)"])
        }
    }

    private func pause(after attempts: Int) -> Double {
        min(3600, pace.pause * Double(1 << min(attempts, 10)))
    }

    private func report(_ made: RegisteredHook, _ record: HookRegistrationRecord) {
        logger.info(
            "a hook stands at its host",
            metadata: [
                "hook": "\(record.hook)", "repository": "\(record.repository)", "change": "\(made.change.rawValue)",
            ])
    }

    /// Once for each reason.
    private func complain(
        _ what: Logger.Message, _ failure: FailureDetails, _ former: HookRegistrationRecord?,
        _ record: HookRegistrationRecord
    ) {
        guard former?.errorMessage != failure.message else { return }
        logger.warning(
            what,
            metadata: [
                "hook": "\(record.hook)", "repository": "\(record.repository)", "reason": "\(failure.message)",
            ])
    }
}

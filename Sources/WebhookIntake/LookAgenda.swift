/// Which source is looked at when: pure, so that a day of polling can be played in a test.
///
/// A polled source that hasn't changed for long is looked at less often: after an hour without a change the pause
/// begins to grow, a minute for each hour. One that can't be looked at is left alone ever longer. Each pause is
/// stretched or cut by up to a tenth, so that sources spread out.
struct LookAgenda: Sendable {
    struct Entry: Sendable {
        var source: WatchedSource
        var due: Double
        /// What the last look saw that was settled with all watchers.
        var lastSight = Sight.nothing
        var unchangedSince: Double
        /// Looks in a row that failed.
        var failures = 0
    }

    /// What was seen in this life of the gateway.
    enum Sight: Sendable, Equatable {
        case nothing
        /// `nil`: there was no revision.
        case of(String?)
    }

    enum Look: Sendable, Equatable {
        case saw(String?)
        /// Not all watchers could take it in: it is looked at again before long.
        case unsettled
        case failed
    }

    /// What a look has changed in a source's health.
    enum HealthChange: Sendable, Equatable { case none, failing, recovered }

    private(set) var entries: [WatchedSource.Key: Entry] = [:]
    let settings: SourcePollingSettings
    /// 0 to 1.
    let random: @Sendable () -> Double

    init(settings: SourcePollingSettings, random: @escaping @Sendable () -> Double) {
        self.settings = settings
        self.random = random
    }

    /// Takes over what is declared now. New sources are spread over the first minute, lest all are looked at at once.
    mutating func update(_ sources: [WatchedSource], at now: Double) {
        var remaining: [WatchedSource.Key: Entry] = [:]
        for source in sources {
            var entry =
                entries[source.key]
                ?? Entry(
                    source: source, due: now + random() * settings.pollInterval, unchangedSince: now)
            entry.source = source
            remaining[source.key] = entry
        }
        entries = remaining
    }

    /// The sources to look at now: healthy ones first, and few of the others, lest a dead host holds up the rest.
    func due(at now: Double) -> [WatchedSource] {
        let due = entries.values.filter { $0.due <= now }.sorted {
            ($0.due, $0.source.key.digest) < ($1.due, $1.source.key.digest)
        }
        let healthy = due.filter { $0.failures == 0 }.prefix(settings.concurrentLooks * 8)
        return (healthy + due.filter { $0.failures > 0 }.prefix(settings.concurrentLooks)).map(\.source)
    }

    var nextDue: Double? { entries.values.map(\.due).min() }

    mutating func record(_ look: Look, of key: WatchedSource.Key, at now: Double) -> HealthChange {
        guard var entry = entries[key] else { return .none }
        let before = entry.failures
        switch look {
        case .failed: entry.failures += 1
        case .unsettled: entry.failures = 0
        case .saw(let revision):
            entry.failures = 0
            if entry.lastSight != .nothing, entry.lastSight != .of(revision) { entry.unchangedSince = now }
            entry.lastSight = .of(revision)
        }
        let wait = look == .unsettled ? settings.pollInterval : pause(entry, at: now)
        entry.due = now + wait * (0.9 + 0.2 * random())
        entries[key] = entry
        if before == 0 && entry.failures > 0 { return .failing }
        return before > 0 && entry.failures == 0 ? .recovered : .none
    }

    private func pause(_ entry: Entry, at now: Double) -> Double {
        let grown = (now - entry.unchangedSince) / 60
        let usual = min(settings.slowestPoll, max(settings.pollInterval, grown))
        guard entry.failures > 0 else { return usual }
        let doubled = settings.pollInterval * Double(1 << min(entry.failures, 10))
        return max(usual, min(settings.slowestPoll, doubled))
    }
}

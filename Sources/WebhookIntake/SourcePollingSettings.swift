/// How often sources are looked at; seconds, all before jitter.
package struct SourcePollingSettings: Sendable, Equatable {
    /// Between two looks at a polled source that has changed lately.
    package var pollInterval: Double
    /// Between two looks at a polled source that hasn't changed for long, and at one that can't be looked at.
    package var slowestPoll: Double
    /// Looks at a time.
    package var concurrentLooks: Int
    /// Until a look is given up.
    package var lookTimeout: Double
    /// Between two readings of the pipelines' declarations.
    package var refreshInterval: Double
    /// Pipelines that nothing has started for so long are polled no more (spec: triggers-and-webhooks A2).
    package var idleLimit: Double

    package init(
        pollInterval: Double = 60, slowestPoll: Double = 600, concurrentLooks: Int = 8,
        lookTimeout: Double = 30, refreshInterval: Double = 30, idleLimit: Double = 30 * 86_400
    ) {
        self.pollInterval = pollInterval
        self.slowestPoll = max(slowestPoll, pollInterval)
        self.concurrentLooks = max(1, concurrentLooks)
        self.lookTimeout = lookTimeout
        self.refreshInterval = refreshInterval
        self.idleLimit = idleLimit
    }
}

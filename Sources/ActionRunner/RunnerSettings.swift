package import Foundation

/// What the composition tells the runner once.
package struct RunnerSettings: Sendable {
    package var region: String
    package var account: String
    /// Jobs that run at once; further ones wait for a place and keep their lease.
    package var concurrentJobs: Int
    /// Seconds for which an effect is claimed; renewed three times in it.
    package var lease: Double
    /// Seconds between looks at the ledger when no wake-up comes.
    package var pollInterval: Double
    /// Seconds that running jobs get to end by themselves on shutdown.
    package var drain: Double
    /// One folder below it for each job that runs.
    package var workFolder: URL

    package init(
        region: String, account: String, concurrentJobs: Int = 16, lease: Double = 60, pollInterval: Double = 1,
        drain: Double = 10, workFolder: URL
    ) {
        self.region = region
        self.account = account
        self.concurrentJobs = concurrentJobs
        self.lease = lease
        self.pollInterval = pollInterval
        self.drain = drain
        self.workFolder = workFolder
    }
}

/// What a job came to, for metrics.
package struct JobObservation: Sendable {
    package enum Result: String, Sendable { case succeeded, pending, failed, cancelled }

    package let provider: String
    package let result: Result
    package let seconds: Double
}

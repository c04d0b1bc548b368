package import Foundation
package import PipelineModel
package import PluginKit

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
    /// Seconds that a Git host gets to tell which paths a change touched. Longer than the hosts' own limits, whose words
    /// say more.
    package var questionPatience: Double
    /// Questions to Git hosts that are open at once.
    package var concurrentQuestions: Int
    /// Seconds before a message that couldn't be delivered is tried for the second time; then twice as many.
    package var noticePause: Double
    /// The same for commit statuses.
    package var statusPause: Double
    /// Where people see their pipelines, for links in messages, e.g. `https://penstock.example`.
    package var consoleLinkBase: String
    /// Where people see one execution; `nil` until the gateway knows its own address.
    package var executionLink: (@Sendable (PipelineName, ExecutionID) -> String)?
    /// Whether job workers get the jobs of executions that a fork's pull request started.
    package var workerForks: ForkAdmission

    package init(
        region: String, account: String, concurrentJobs: Int = 16, lease: Double = 60, pollInterval: Double = 1,
        drain: Double = 10, workFolder: URL, questionPatience: Double = 660, concurrentQuestions: Int = 4,
        noticePause: Double = 15, statusPause: Double = 2, consoleLinkBase: String = "",
        executionLink: (@Sendable (PipelineName, ExecutionID) -> String)? = nil,
        workerForks: ForkAdmission = .refused
    ) {
        self.region = region
        self.account = account
        self.concurrentJobs = concurrentJobs
        self.lease = lease
        self.pollInterval = pollInterval
        self.drain = drain
        self.workFolder = workFolder
        self.questionPatience = questionPatience
        self.concurrentQuestions = concurrentQuestions
        self.noticePause = noticePause
        self.statusPause = statusPause
        self.consoleLinkBase = consoleLinkBase
        self.executionLink = executionLink
        self.workerForks = workerForks
    }
}

/// What a job came to, for metrics.
package struct JobObservation: Sendable {
    package enum Result: String, Sendable { case succeeded, pending, failed, cancelled }

    package let provider: String
    package let result: Result
    package let seconds: Double
}

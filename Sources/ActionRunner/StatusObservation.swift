/// What came of a commit status, for metrics.
package struct StatusObservation: Sendable, Equatable {
    package enum Result: String, Sendable {
        case shown
        /// The host will never take it.
        case refused
        /// The host was away for a day.
        case givenUp = "given_up"
        /// There is nobody to tell any more: the connection is gone, or tells nothing now.
        case dropped
    }

    /// `nil` where the connection is gone or no module speaks for it.
    package let provider: String?
    package let result: Result

    package init(provider: String?, result: Result) {
        self.provider = provider
        self.result = result
    }
}

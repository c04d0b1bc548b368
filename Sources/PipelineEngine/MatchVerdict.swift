/// The matchmaker's word on one event and one binding of the same repository.
package enum MatchVerdict: Sendable, Equatable {
    case starts(StartRequest)
    /// Only the host knows the paths that decide.
    case asks(ChangedPathsQuestion)
    case no(reason: String)
}

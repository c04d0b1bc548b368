/// One thing that happened at a source, in words that are the same for all hosts.
///
/// A delivery gives zero, one or many. What a payload doesn't say is absent, never guessed.
public struct SourceEvent: Codable, Sendable, Equatable {
    /// The repository's full name as the host writes it, e.g. `acme/app`. Compared without regard to case.
    public var repository: String
    public var change: Change
    public var commit: Commit?
    /// Who did it, as the host authenticated them.
    public var sender: Sender?
    /// The paths that the change touched, where the payload says all of them. `nil`: only the host knows.
    public var changedPaths: [String]?

    public init(
        repository: String, change: Change, commit: Commit? = nil, sender: Sender? = nil, changedPaths: [String]? = nil
    ) {
        self.repository = repository
        self.change = change
        self.commit = commit
        self.sender = sender
        self.changedPaths = changedPaths
    }

    public enum Change: Codable, Sendable, Equatable {
        /// A branch now points at `after`; `before` is absent when the branch is new.
        case branchPushed(branch: String, before: String?, after: String, forced: Bool?)
        /// A branch is gone. Starts nothing.
        case branchDeleted(branch: String, before: String?)
        /// A tag now points at the commit `commit`.
        case tagPushed(tag: String, commit: String)
        /// A tag is gone. Starts nothing.
        case tagDeleted(tag: String)
        case pullRequest(PullRequest)
    }

    /// A pull (merge) request that was opened, got a new revision, or was closed.
    public struct PullRequest: Codable, Sendable, Equatable {
        public var event: PullRequestEvent
        public var number: Int
        public var title: String?
        public var sourceBranch: String
        /// Another repository when it comes from a fork; absent when that is gone.
        public var sourceRepository: String?
        public var targetBranch: String
        /// The head commit of the source branch: what a start fetches.
        public var head: String
        /// The target branch's commit that the host compared it with.
        public var base: String?
        /// Closed ones: whether by a merge.
        public var merged: Bool?
        /// Who opened it; the event's sender may be somebody else, e.g. who merged it.
        public var author: Sender?

        public init(
            event: PullRequestEvent, number: Int, title: String? = nil, sourceBranch: String,
            sourceRepository: String? = nil, targetBranch: String, head: String, base: String? = nil,
            merged: Bool? = nil, author: Sender? = nil
        ) {
            self.event = event
            self.number = number
            self.title = title
            self.sourceBranch = sourceBranch
            self.sourceRepository = sourceRepository
            self.targetBranch = targetBranch
            self.head = head
            self.base = base
            self.merged = merged
            self.author = author
        }
    }

    public struct Commit: Codable, Sendable, Equatable {
        public var id: String
        public var message: String?
        public var authorName: String?
        public var authorEmail: String?
        /// ISO 8601, as the host wrote it.
        public var authoredAt: String?
        public var url: String?

        public init(
            id: String, message: String? = nil, authorName: String? = nil, authorEmail: String? = nil,
            authoredAt: String? = nil, url: String? = nil
        ) {
            self.id = id
            self.message = message
            self.authorName = authorName
            self.authorEmail = authorEmail
            self.authoredAt = authoredAt
            self.url = url
        }
    }

    public struct Sender: Codable, Sendable, Equatable {
        /// The host's own id of the account, never a name that a commit carries.
        public var id: String
        public var login: String?

        public init(id: String, login: String? = nil) {
            self.id = id
            self.login = login
        }
    }
}

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

    public init(repository: String, change: Change, commit: Commit? = nil, sender: Sender? = nil) {
        self.repository = repository
        self.change = change
        self.commit = commit
        self.sender = sender
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

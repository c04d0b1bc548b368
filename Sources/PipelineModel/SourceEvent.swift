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
    /// The paths that the change touched, where the payload says all of them. `nil`: only the host knows. Of a push
    /// that may have been forced they are those that it added: what it took away stands in no payload.
    public var changedPaths: [String]?
    /// What must be asked of the host before the event can start anything; `nil`: nothing.
    public var unresolved: OpenFact?

    public init(
        repository: String, change: Change, commit: Commit? = nil, sender: Sender? = nil, changedPaths: [String]? = nil,
        unresolved: OpenFact? = nil
    ) {
        self.repository = repository
        self.change = change
        self.commit = commit
        self.sender = sender
        self.changedPaths = changedPaths
        self.unresolved = unresolved
    }

    /// A fact that decides what a start fetches and that the payload doesn't hold.
    public enum OpenFact: String, Codable, Sendable {
        /// The commit's id is abbreviated.
        case fullCommitID
        /// What the tag points at may be a tag object and no commit.
        case taggedCommit
        /// Refs have changed, but the payload doesn't say which: see ``Change/refsChanged``.
        case refs
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
        /// A build somewhere else has ended, e.g. a Jenkins job's or a workflow's.
        case buildCompleted(Build)
        /// A release was published, changed or taken back.
        case release(Release)
        /// Something was pushed that was too much for the payload. Starts nothing itself: the host is asked.
        case refsChanged
    }

    /// A build that has ended outside of this gateway.
    public struct Build: Codable, Sendable, Equatable {
        /// Who built, e.g. `Jenkins`, `GitHub`.
        public var system: String
        /// The full name, folders first, e.g. `apps/storefront/main`.
        public var job: String
        /// The build's number or id, as the system writes it.
        public var number: String?
        public var status: Status
        public var url: String?
        public var branch: String?
        public var commitID: String?

        public enum Status: String, Codable, Sendable { case succeeded, unstable, failed, cancelled, skipped, unknown }

        public init(
            system: String, job: String, number: String? = nil, status: Status, url: String? = nil,
            branch: String? = nil, commitID: String? = nil
        ) {
            self.system = system
            self.job = job
            self.number = number
            self.status = status
            self.url = url
            self.branch = branch
            self.commitID = commitID
        }
    }

    public struct Release: Codable, Sendable, Equatable {
        /// In the host's word, lower case, e.g. `published`, `edited`, `deleted`.
        public var action: String
        public var tag: String
        public var name: String?
        public var draft: Bool?
        public var prerelease: Bool?
        public var url: String?

        public init(
            action: String, tag: String, name: String? = nil, draft: Bool? = nil, prerelease: Bool? = nil,
            url: String? = nil
        ) {
            self.action = action
            self.tag = tag
            self.name = name
            self.draft = draft
            self.prerelease = prerelease
            self.url = url
        }
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
        /// Whether the source branch is in another repository than the target; of a source that is gone, `true`.
        public var fromFork: Bool?
        public var draft: Bool?
        public var labels: [String]?
        /// The page that shows it to people.
        public var url: String?
        /// When it was changed last, as the host wrote it: of an open event whose host must be asked what has changed.
        public var updatedAt: String?

        public init(
            event: PullRequestEvent, number: Int, title: String? = nil, sourceBranch: String,
            sourceRepository: String? = nil, targetBranch: String, head: String, base: String? = nil,
            merged: Bool? = nil, author: Sender? = nil, fromFork: Bool? = nil, draft: Bool? = nil,
            labels: [String]? = nil, url: String? = nil, updatedAt: String? = nil
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
            self.fromFork = fromFork
            self.draft = draft
            self.labels = labels
            self.url = url
            self.updatedAt = updatedAt
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

package import PipelineModel

/// A repository whose refs are watched, by the connection that reads it.
package struct WatchedRepository: Hashable, Sendable {
    /// What all ARNs of one connection have in common.
    package let connectionKey: String
    /// Without regard to case.
    package let repositoryKey: String

    package init(connection: ConnectionARN, repository: String) {
        connectionKey = String(connection.connectionKey)
        repositoryKey = repository.lowercased()
    }

    /// As the ledger keeps it.
    package init(connectionKey: String, repositoryKey: String) {
        self.connectionKey = connectionKey
        self.repositoryKey = repositoryKey
    }
}

/// What the ledger knows of a repository's refs.
package struct KnownRefs: Sendable, Equatable {
    /// `nil`: nobody has looked yet; the first look sets where events begin.
    package var lookedAt: Double?
    /// By full name, e.g. `refs/heads/main`.
    package var refs: [String: KnownRef]

    package init(lookedAt: Double? = nil, refs: [String: KnownRef] = [:]) {
        self.lookedAt = lookedAt
        self.refs = refs
    }
}

package struct KnownRef: Sendable, Equatable {
    /// Where it pointed at the last look; `nil`: it wasn't there.
    package var commit: String?
    /// Where deliveries have said since then that it points, in the order in which they came; ``gone``: nowhere.
    package var told: [String]
    /// The delivery that the last look has written about it, as long as no other has told of it.
    package var seenBy: Int64?

    package init(commit: String?, told: [String] = [], seenBy: Int64? = nil) {
        self.commit = commit
        self.told = told
        self.seenBy = seenBy
    }

    package static let gone = "-"

    /// What a look makes of it. Deliveries may come out of order, so what any of them told of is no news; a ref that is
    /// where it was although a delivery told of something else has been moved back unheard.
    package func finding(_ seen: String?) -> Finding {
        guard let last = told.last else {
            return seen == commit ? .nothingNew : .moved(from: commit)
        }
        if told.contains(seen ?? Self.gone) { return .toldOf }
        return .moved(from: last == Self.gone ? nil : last)
    }

    package enum Finding: Sendable, Equatable {
        case nothingNew
        case toldOf
        /// Nobody told of it.
        case moved(from: String?)
    }
}

/// What one look at a repository's refs saw.
package struct RefLook: Sendable, Equatable {
    package var repository: WatchedRepository
    /// The repository's name as it is declared.
    package var name: String
    /// What was known before the look began: a ref that a delivery has told of since is left to the next look.
    package var basis: KnownRefs
    /// Branches and tags by full name, with the commits that they come to.
    package var seen: [String: String]
    /// Moves that were seen before, long enough ago that their delivery would have come by now (ref to commit, or
    /// ``KnownRef/gone``). `nil`: none has to be.
    package var ripe: [String: String]?
    /// What the journal gets when there is something to tell; its content is not looked at.
    package var delivery: Delivery

    package init(
        repository: WatchedRepository, name: String, basis: KnownRefs, seen: [String: String],
        ripe: [String: String]?, delivery: Delivery
    ) {
        self.repository = repository
        self.name = name
        self.basis = basis
        self.seen = seen
        self.ripe = ripe
        self.delivery = delivery
    }
}

package struct RefLookOutcome: Sendable, Equatable {
    /// `nil`: there was nothing to tell.
    package var receipt: DeliveryReceipt?
    /// Moves that no delivery has told of yet, as ``RefLook/ripe`` names them.
    package var unripe: [String: String]

    package init(receipt: DeliveryReceipt? = nil, unripe: [String: String] = [:]) {
        self.receipt = receipt
        self.unripe = unripe
    }
}

extension SourceEvent {
    /// The ref that it is about and where that points now (``KnownRef/gone``: nowhere); `nil`: it is about none.
    package var refMove: (ref: String, commit: String)? {
        switch change {
        case .branchPushed(let branch, _, let after, _): ("refs/heads/\(branch)", after)
        case .branchDeleted(let branch, _): ("refs/heads/\(branch)", KnownRef.gone)
        case .tagPushed(let tag, let commit): ("refs/tags/\(tag)", commit)
        case .tagDeleted(let tag): ("refs/tags/\(tag)", KnownRef.gone)
        case .pullRequest, .buildCompleted, .release, .refsChanged: nil
        }
    }

    /// The event that a ref's move from one commit to another is; `nil` for refs that are neither branch nor tag.
    package init?(repository: String, ref: String, from former: String?, to commit: String?) {
        let change: Change
        if ref.hasPrefix("refs/heads/") {
            let branch = String(ref.dropFirst("refs/heads/".count))
            change =
                if let commit {
                    .branchPushed(branch: branch, before: former, after: commit, forced: nil)
                } else {
                    .branchDeleted(branch: branch, before: former)
                }
        } else if ref.hasPrefix("refs/tags/") {
            let tag = String(ref.dropFirst("refs/tags/".count))
            change = commit.map { .tagPushed(tag: tag, commit: $0) } ?? .tagDeleted(tag: tag)
        } else {
            return nil
        }
        self.init(repository: repository, change: change)
    }
}

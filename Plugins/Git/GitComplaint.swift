import PipelineModel

/// Why git gave up, as far as its words tell (they are stable under `LC_ALL=C`), in the terms of a source action.
enum GitComplaint: Sendable, Equatable, CaseIterable {
    case noRepository
    case noBranch
    /// The server knows the protocol's newer form and hasn't got the commit.
    case noCommit
    /// The server only hands out what a ref points at: the commit may be there, further down.
    case commitNotAdvertised
    case credentialRefused
    case redirected
    case certificateRefused
    case hostKeyRefused
    case foreignOwner
    case unreachable
    case unsafeTree
    case other

    init(_ text: String) {
        for (complaint, signs) in Self.signs where signs.contains(where: text.contains) {
            self = complaint
            return
        }
        self = .other
    }

    /// In order: the more particular first.
    private static let signs: [(GitComplaint, [String])] = [
        (.noBranch, ["couldn't find remote ref", "Couldn't find remote ref"]),
        (.noCommit, ["not our ref"]),
        (.commitNotAdvertised, ["unadvertised object"]),
        (
            .credentialRefused,
            [
                "Authentication failed", "could not read Username", "could not read Password", "error: 401",
                "error: 403",
                "Permission denied (", "Load key",
            ]
        ),
        (.hostKeyRefused, ["Host key verification failed", "HOST IDENTIFICATION HAS CHANGED"]),
        (.foreignOwner, ["dubious ownership"]),
        (.redirected, ["error: 301", "error: 302", "error: 303", "error: 307", "error: 308", "redirect"]),
        (
            .certificateRefused,
            ["SSL certificate problem", "server certificate verification failed", "certificate subject name"]
        ),
        (
            .unreachable,
            [
                "Could not resolve", "Failed to connect", "Couldn't connect", "Connection refused",
                "Connection timed out",
                "Connection reset", "Connection closed by", "Operation too slow", "error: 408", "error: 429",
                "error: 5", "Empty reply",
                "early EOF", "RPC failed", "No space left",
            ]
        ),
        (.unsafeTree, ["error: Invalid path", "error: invalid path"]),
        (
            .noRepository,
            [
                "not found", "does not appear to be a git repository", "error: 404", "not a git repository",
                "not valid: is this",
            ]
        ),
    ]
}

extension GitComplaint {
    /// What the user is told: what is wrong, where, and what to do.
    func failure(
        fetching commit: CommitID? = nil, branch: BranchName? = nil, from remote: GitRemote, words: String
    ) -> FailureDetails {
        let repository = remote.repository
        // Advice may follow the error itself.
        let lines = words.split(separator: "\n")
        let error = lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") } ?? lines.last
        let lastWord = error.map { " (git: \($0.prefix(500)))" } ?? ""
        switch self {
        case .noBranch:
            return FailureDetails(
                .configurationError,
                "[\(remote.provider)] No Branch [\(branch?.text ?? "")] found for FullRepositoryName [\(repository)]. "
                    + "Push the branch, or correct its name in the action")
        case .noCommit, .commitNotAdvertised:
            return FailureDetails(
                .revisionUnavailable,
                "commit \(commit?.text ?? branch?.text ?? "") is not in the repository '\(repository)': it may have been "
                    + "removed by a forced push. Start the pipeline again with a commit that a branch contains")
        case .noRepository:
            return FailureDetails(
                .configurationError,
                "there is no repository '\(repository)' at \(remote.shownBase), or the credential may not see it. "
                    + "Check the name's spelling and what the credential may read")
        case .credentialRefused:
            let remedy =
                remote.ssh == nil && remote.credential == nil
                ? "give the connection a credential that may read it"
                : "the credential is wrong, has expired or may not read it: renew it"
            return FailureDetails(
                .permissionError, "\(remote.shownBase) refused access to the repository '\(repository)'; \(remedy)")
        case .foreignOwner:
            return FailureDetails(
                .permissionError,
                "the repository '\(repository)' belongs to another user of this machine: give its folder to the "
                    + "gateway's user, or serve it over http")
        default:
            return otherFailure(repository: repository, base: remote.shownBase, lastWord: lastWord)
        }
    }

    private func otherFailure(repository: String, base: String, lastWord: String) -> FailureDetails {
        switch self {
        case .redirected:
            FailureDetails(
                .configurationError,
                "\(base) answers with a redirect for '\(repository)', which is not followed, for the credential's "
                    + "sake: write the repository's new name, or the new URL in the connection\(lastWord)")
        case .certificateRefused:
            FailureDetails(
                .configurationError,
                "the certificate of \(base) is not trusted: install its authority, or name it in SSL_CERT_FILE in the "
                    + "gateway's environment\(lastWord)")
        case .hostKeyRefused:
            FailureDetails(
                .configurationError,
                "\(base) showed a key that is none of the connection's host_keys: somebody may be in between, or the host "
                    + "has a new key; compare it and put it into the connection's options")
        case .unreachable:
            FailureDetails(.systemUnavailable, "\(base) could not be reached or broke off; try again later\(lastWord)")
        case .unsafeTree:
            FailureDetails(
                .jobFailed, "the commit in '\(repository)' holds a path that Git refuses to write\(lastWord)")
        default:
            FailureDetails(.jobFailed, "git could not fetch '\(repository)' from \(base)\(lastWord)")
        }
    }
}

extension GitRemote {
    /// The host, or for files the word: messages don't show where on the machine they lie.
    fileprivate var shownBase: String { transport == .file ? "the connection's folder" : origin }
}

import PipelineModel
import PluginKit

/// Finds out what a payload leaves open: asks the module of the connection's host, or where that has no way, looks at
/// the repository's refs.
struct OpenFacts: Sendable {
    private let resolvers: [String: any EventResolver]
    private let readers: RefReaders
    private let host: any PluginHost

    init(resolvers: [any EventResolver], readers: [any RefReader], host: any PluginHost) {
        self.resolvers = Dictionary(resolvers.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.readers = RefReaders(readers)
        self.host = host
    }

    /// - Throws: `revisionUnavailable` or `configurationError` when it can never be told, any other type when it may be
    ///   later.
    func resolved(_ event: SourceEvent, on connection: Connection) async throws(FailureDetails) -> [SourceEvent] {
        guard let open = event.unresolved else { return [event] }
        if let resolver = resolvers[connection.provider] {
            return try await resolver.resolve(event, on: connection, host: host)
        }
        // The next look at the refs finds what was pushed.
        guard open != .refs else { return [] }
        guard let reader = readers.reader(for: connection) else {
            throw FailureDetails(
                .configurationError,
                "the delivery leaves open \(open.rawValue), and no module can ask "
                    + "\(connection.provider) for it")
        }
        let refs = try await reader.refs(of: event.repository, on: connection, host: host)
        return [try Self.filledIn(event, from: refs)]
    }

    private static func filledIn(
        _ event: SourceEvent, from refs: [String: String]
    ) throws(FailureDetails) -> SourceEvent {
        var event = event
        event.unresolved = nil
        switch event.change {
        case .tagPushed(let tag, _):
            guard let commit = refs["refs/tags/\(tag)"] else { throw gone("tag '\(shown(tag))'") }
            event.change = .tagPushed(tag: tag, commit: commit)
        case .branchPushed(let branch, let before, let after, let forced):
            guard let commit = refs["refs/heads/\(branch)"], commit.hasPrefix(after) else {
                throw gone("commit \(shown(after)) of branch '\(shown(branch))'")
            }
            event.change = .branchPushed(branch: branch, before: before, after: commit, forced: forced)
        case .branchDeleted, .tagDeleted, .refsChanged, .buildCompleted, .release: break
        case .pullRequest(var request):
            guard let commit = refs["refs/heads/\(request.sourceBranch)"], commit.hasPrefix(request.head) else {
                throw gone("commit \(shown(request.head)) of branch '\(shown(request.sourceBranch))'")
            }
            request.head = commit
            event.change = .pullRequest(request)
        }
        return event
    }

    private static func gone(_ what: String) -> FailureDetails {
        FailureDetails(.revisionUnavailable, "\(what) is no longer in the repository")
    }
}

/// Who reads the refs of a connection's repositories: its own module, else `Git`.
struct RefReaders: Sendable {
    private let readers: [String: any RefReader]

    init(_ readers: [any RefReader]) {
        self.readers = Dictionary(readers.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func reader(for connection: Connection) -> (any RefReader)? { readers[connection.provider] ?? readers["Git"] }
}

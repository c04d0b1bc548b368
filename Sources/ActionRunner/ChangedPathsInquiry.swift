import PipelineEngine
import PipelineModel
import PluginKit

/// Finds out which paths a change touched, and holds the filters against them: the API of the connection's host is
/// asked where it has one, which takes one or two calls; what that leaves open, `git` finds in the commits themselves.
struct ChangedPathsInquiry {
    let question: ChangedPathsQuestion
    /// By the provider of the connections that they speak for.
    let sourceHosts: [String: any SourceHost]
    /// Likewise.
    let resolvers: [String: any EventResolver]
    let host: any PluginHost
    /// Seconds.
    let patience: Double

    /// Never throws: what can't be answered is an answer too. What the composition lacks may be there after a restart.
    func answer() async -> ChangedPathsAnswer {
        guard let connection = host.connections.connection(question.connection) else {
            return .unavailable(reason: "the configuration has no connection \(question.connection)")
        }
        // `git` reaches them all.
        guard let sourceHost = sourceHosts[connection.provider] ?? sourceHosts["Git"] else {
            return .unavailable(
                reason: "no module of this gateway can ask the host of connection '\(connection.name)' "
                    + "(\(connection.provider))")
        }
        return await withTaskGroup(of: ChangedPathsAnswer?.self) { group in
            group.addTask { await ask(sourceHost, on: connection) }
            group.addTask {
                do { try await Task.sleep(for: .seconds(patience)) } catch { return nil }
                return .unavailable(
                    reason: "the host of connection '\(connection.name)' gave no answer in \(Int(patience)) seconds")
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .unavailable(reason: "the question was interrupted")
        }
    }

    private func ask(_ sourceHost: any SourceHost, on connection: Connection) async -> ChangedPathsAnswer {
        do throws(FailureDetails) {
            let paths: [String]
            if let told = await told(on: connection) {
                paths = told
            } else {
                paths = try await sourceHost.changedPaths(query, on: connection, host: host)
            }
            let filters = question.filters.map(NameFilter.init)
            let match = paths.first { path in filters.contains { $0.admits(path) } }
            return .inspected(match: match, count: paths.count)
        } catch {
            switch error.type {
            case .revisionUnavailable, .configurationError: return .impossible(reason: error.message)
            default: return .unavailable(reason: error.message)
            }
        }
    }

    /// What the host's API tells; `nil` where it can't, or doesn't now: its failure is none of the question's. Without
    /// a credential it isn't asked, for hosts answer strangers a few times an hour.
    private func told(on connection: Connection) async -> [String]? {
        guard let event = question.event, let resolver = resolvers[connection.provider] else { return nil }
        do throws(FailureDetails) {
            guard try await host.credential(for: connection) != nil else { return nil }
            return try await resolver.enriched(event, on: connection, host: host).changedPaths
        } catch {
            return nil
        }
    }

    private var query: ChangedPathsQuery {
        switch question.change {
        case .push(let before, let after):
            .push(repository: question.repository, before: before, after: after)
        case .pullRequest(let number, let head, let targetBranch, let base):
            .pullRequest(
                repository: question.repository, number: number, head: head, targetBranch: targetBranch, base: base)
        }
    }
}

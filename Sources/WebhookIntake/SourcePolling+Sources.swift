import Logging
import PipelineEngine
import PipelineModel

/// Which sources there are: read from the declarations in pages.
extension SourcePolling {
    private static let pageSize = 100

    func sources(_ complaints: inout Set<String>) async throws -> [WatchedSource] {
        var found: [WatchedSource.Key: WatchedSource] = [:]
        var after: PipelineName?
        var current: Set<String> = []
        while true {
            let page = try await ledger.pipelines(after: after, limit: Self.pageSize)
            for pipeline in page.map(\.declaration) {
                for action in WatchedSource.actions(of: pipeline) {
                    switch source(action, in: pipeline.name) {
                    case .success(let source):
                        found[source.key, default: source].add(source.watchers)
                    case .failure(let complaint):
                        current.insert(complaint.text)
                        if !complaints.contains(complaint.text) {
                            logger.warning(
                                "a source is not looked at",
                                metadata: [
                                    "pipeline": "\(pipeline.name)", "action": "\(action.name)",
                                    "reason": "\(complaint.reason)",
                                ])
                        }
                    }
                }
            }
            guard let last = page.last, page.count == Self.pageSize else { break }
            after = last.declaration.name
        }
        complaints = current
        return found.values.sorted { $0.key.digest < $1.key.digest }
    }

    /// Why a declared source can't be looked at, now or ever.
    private struct Complaint: Error {
        let text: String
        let reason: String
    }

    private func source(
        _ action: ActionDeclaration, in pipeline: PipelineName
    ) -> Result<WatchedSource, Complaint> {
        func complaint(_ reason: String) -> Result<WatchedSource, Complaint> {
            .failure(Complaint(text: "\(pipeline)/\(action.name): \(reason)", reason: reason))
        }
        guard probes[action.actionTypeId] != nil else {
            return complaint("no module can look at sources of type \(action.actionTypeId); it starts by hand only")
        }
        var open: [String: String] = [:]
        for (key, value) in action.configuration {
            switch value {
            case .plain(let text):
                guard !text.contains("#{") else {
                    return complaint("\(key) refers to a variable, which only an execution has a value for")
                }
                open[key] = text
            case .sealed(let secret):
                do { open[key] = try vault.open(secret) } catch { return complaint("\(key) can't be opened: \(error)") }
            }
        }
        let watcher = WatchedSource.Watcher(pipeline: pipeline, action: action.name)
        return .success(WatchedSource(action.actionTypeId, configuration: open, watcher: watcher))
    }
}

extension WatchedSource {
    /// Each watcher once, in order.
    mutating func add(_ more: [Watcher]) {
        for watcher in more where !watchers.contains(watcher) { watchers.append(watcher) }
    }
}

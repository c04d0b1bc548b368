package import PipelineModel

/// A line of a hook's `starts:`: an event that starts a pipeline although it is no change of its source, e.g. the end
/// of a Jenkins job.
package struct StartRule: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case build, release, push }

    package var pipeline: PipelineName
    package var kind: Kind
    /// Full names of jobs; `nil`: any.
    package var job: GlobPattern?
    /// Of builds.
    package var statuses: Set<SourceEvent.Build.Status>
    /// Of builds and pushes; a build that doesn't say its branch matches none. `nil`: any.
    package var branch: GlobPattern?
    /// The detail of the start's trigger.
    package var webhookARN: String

    package init(
        pipeline: PipelineName, kind: Kind, job: GlobPattern? = nil,
        statuses: Set<SourceEvent.Build.Status> = [.succeeded], branch: GlobPattern? = nil, webhookARN: String
    ) {
        self.pipeline = pipeline
        self.kind = kind
        self.job = job
        self.statuses = statuses
        self.branch = branch
        self.webhookARN = webhookARN
    }

    /// `nil`: the rule is for another kind of event.
    package func verdict(on event: SourceEvent) -> MatchVerdict? {
        switch (kind, event.change) {
        case (.build, .buildCompleted(let build)): verdict(on: build, event)
        case (.release, .release(let release)):
            release.action == "published"
                ? start(event) : .no(reason: "the release was \(Self.shown(release.action)), not published")
        case (.push, .branchPushed(let branch, _, _, _)): complaint(aboutBranch: branch) ?? start(event)
        default: nil
        }
    }

    private func verdict(on build: SourceEvent.Build, _ event: SourceEvent) -> MatchVerdict {
        if let job, !job.matches(build.job) {
            return .no(reason: "job '\(Self.shown(build.job))' doesn't match '\(job)'")
        }
        guard statuses.contains(build.status) else {
            let wanted = statuses.map(\.rawValue).sorted().joined(separator: ", ")
            return .no(reason: "the build ended as \(build.status.rawValue), not as one of \(wanted)")
        }
        return complaint(aboutBranch: build.branch) ?? start(event)
    }

    private func complaint(aboutBranch name: String?) -> MatchVerdict? {
        guard let branch else { return nil }
        guard let name else { return .no(reason: "the build doesn't say its branch; '\(branch)' is asked for") }
        return branch.matches(name) ? nil : .no(reason: "branch '\(Self.shown(name))' doesn't match '\(branch)'")
    }

    private func start(_ event: SourceEvent) -> MatchVerdict {
        let authors = [event.sender?.login, event.sender?.id].compactMap { $0 }
        return .starts(
            StartRequest(
                trigger: ExecutionTrigger(type: .webhook, detail: webhookARN),
                input: StartInput(sourceRevisions: [], authors: authors.isEmpty ? nil : authors)))
    }

    private static func shown(_ name: String) -> String { name.utf8.count <= 200 ? name : "\(name.prefix(200))…" }
}

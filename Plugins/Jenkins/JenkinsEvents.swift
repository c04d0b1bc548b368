import Foundation
import PipelineModel
import PluginKit

extension NotificationPayload {
    /// The one event of a build's completion, or why there is none.
    ///
    /// Of the two phases at a build's end, `COMPLETED` counts: it comes after the steps that follow the build,
    /// archiving included, so its result is the last word; `FINALIZED` says the same once more, and an endpoint that is
    /// told of all phases sends both.
    func parsed(cloudEventType: String?) throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        if let other = cloudEventType ?? specVersion.flatMap({ _ in type ?? "of no type" }) {
            return ParsedDelivery(
                ignored: "a CloudEvent '\(other.prefix(100))': only the Notification plugin's messages are read")
        }
        guard let build else { throw .unexpectedShape("'build' is missing or no object") }
        guard let phase = build.phase else { throw .unexpectedShape("'build.phase' is missing") }
        switch phase {
        case "COMPLETED": break
        case "FINALIZED": return ParsedDelivery(ignored: "phase FINALIZED: COMPLETED has said how the build ended")
        default: return ParsedDelivery(ignored: "phase \(phase.prefix(40)): the build has not ended")
        }
        guard let status = build.status, !status.isEmpty else {
            return ParsedDelivery(ignored: "phase COMPLETED without a status: the build has no result yet")
        }
        guard let job = Self.fullName(url) ?? Self.fullName(build.url, ofBuild: true) else {
            throw .unexpectedShape("'url' is missing or no job's path")
        }
        let ended = SourceEvent.Build(
            system: "Jenkins", job: job, number: build.number, status: Self.status(status),
            url: build.fullURL.flatMap(Self.page), branch: build.branch.flatMap(Self.branch),
            commitID: build.commit.flatMap(CommitID.init)?.unlessZero?.text)
        return ParsedDelivery(events: [SourceEvent(repository: job, change: .buildCompleted(ended))])
    }

    private static func status(_ word: String) -> SourceEvent.Build.Status {
        switch word.uppercased() {
        case "SUCCESS": .succeeded
        case "UNSTABLE": .unstable
        case "FAILURE": .failed
        case "ABORTED": .cancelled
        case "NOT_BUILT": .skipped
        default: .unknown
        }
    }

    /// `job/apps/job/web/` → `apps/web`. Of a multibranch job the last part is `feature%2Flogin`, as Jenkins names it.
    static func fullName(_ path: String?, ofBuild: Bool = false) -> String? {
        guard let path else { return nil }
        var segments = path.split(separator: "/")[...]
        if ofBuild { segments = segments.dropLast() }
        guard !segments.isEmpty, segments.count.isMultiple(of: 2) else { return nil }
        var names: [String] = []
        while let first = segments.popFirst(), let name = segments.popFirst() {
            guard first == "job", let text = String(name).removingPercentEncoding else { return nil }
            names.append(text)
        }
        return names.joined(separator: "/")
    }

    private static func page(_ url: String) -> String? {
        let lowered = url.prefix(8).lowercased()
        return lowered.hasPrefix("http://") || lowered.hasPrefix("https://") ? url : nil
    }

    /// The Git plugin writes the remote's name before the branch.
    private static func branch(_ text: String) -> String? {
        var name = text[...]
        for prefix in ["refs/heads/", "refs/remotes/", "origin/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
        }
        return name.isEmpty || name == "detached" ? nil : String(name)
    }
}

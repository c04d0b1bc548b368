import Foundation
package import PipelineEngine
package import PipelineModel
package import PluginKit

/// A normalised event as other systems take it: a CloudEvents 1.0 envelope, or a CDEvents 0.4 event where that
/// vocabulary has a word for it.
package struct EventEnvelope: Sendable {
    package let entry: JournalEntry
    package let event: SourceEvent
    /// Its place among the delivery's events.
    package let index: Int

    package init(entry: JournalEntry, event: SourceEvent, index: Int) {
        self.entry = entry
        self.event = event
        self.index = index
    }

    /// The same whenever the same delivery is shown, or came again.
    private var id: String { "\(entry.hook)/\(entry.deliveryID)/\(index)" }

    /// Where it came in, as a URI reference.
    private var source: String {
        let name = entry.hookName.isEmpty ? entry.hook.rawValue : entry.hookName
        return "/hooks/\(HostAPI.encoded(name))"
    }

    private var time: String {
        Date(timeIntervalSince1970: entry.receivedAt).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// What it says, in our own words: the sender by the host's id, nothing that a commit's author may have made up.
    private var data: SettingValue {
        guard let bytes = try? JSONEncoder().encode(event),
            let value = try? JSONDecoder().decode(SettingValue.self, from: bytes)
        else { return .null }
        return value
    }

    package var cloudEvent: SettingValue {
        .map([
            "specversion": .string("1.0"), "id": .string(id), "source": .string(source),
            "type": .string("dev.penstock.\(kind)"), "subject": .string(subject), "time": .string(time),
            "datacontenttype": .string("application/json"), "data": data,
        ])
    }

    /// E.g. `branch.pushed of acme/app`.
    package var summary: String { "\(kind) of \(event.repository)" }

    /// `nil` where CDEvents has no event of this kind, e.g. for a push to a branch that was there.
    package var cdEvent: SettingValue? {
        guard let (type, id, content) = cdSubject else { return nil }
        let word = String(type.split(separator: ".")[0])
        return .map([
            "context": .map([
                "version": .string("0.4.1"), "id": .string(self.id), "source": .string(source),
                "type": .string("dev.cdevents.\(type)"), "timestamp": .string(time),
            ]),
            "subject": .map([
                "id": .string(id), "source": .string(source), "type": .string(word), "content": .map(content),
            ]),
            "customData": data, "customDataContentType": .string("application/json"),
        ])
    }

    private var kind: String {
        switch event.change {
        case .branchPushed(_, let before, _, _): before == nil ? "branch.created" : "branch.pushed"
        case .branchDeleted: "branch.deleted"
        case .tagPushed: "tag.pushed"
        case .tagDeleted: "tag.deleted"
        case .pullRequest(let request):
            switch request.event {
            case .open: "pullrequest.opened"
            case .updated: "pullrequest.updated"
            case .closed: request.merged == true ? "pullrequest.merged" : "pullrequest.closed"
            }
        case .buildCompleted: "build.completed"
        case .release: "release.changed"
        case .refsChanged: "refs.changed"
        }
    }

    private var subject: String {
        switch event.change {
        case .branchPushed, .branchDeleted, .tagPushed, .tagDeleted:
            "\(event.repository)/\(event.refMove?.ref ?? "")"
        case .pullRequest(let request): "\(event.repository)/pull/\(request.number)"
        case .buildCompleted(let build): [build.job, build.number].compactMap { $0 }.joined(separator: "/")
        case .release(let release): "\(event.repository)/releases/\(release.tag)"
        case .refsChanged: event.repository
        }
    }

    private var cdSubject: (type: String, id: String, content: [String: SettingValue])? {
        let repository = SettingValue.map(["id": .string(event.repository)])
        switch event.change {
        case .branchPushed(let branch, nil, _, _):
            return ("branch.created.0.2.0", branch, ["repository": repository])
        case .branchDeleted(let branch, _): return ("branch.deleted.0.2.0", branch, ["repository": repository])
        case .pullRequest(let request):
            let id = String(request.number)
            switch request.event {
            case .open: return ("change.created.0.3.0", id, ["repository": repository])
            case .updated: return ("change.updated.0.2.0", id, ["repository": repository])
            case .closed:
                let type = request.merged == true ? "change.merged.0.2.0" : "change.abandoned.0.2.0"
                return (type, id, ["repository": repository])
            }
        case .buildCompleted: return ("build.finished.0.2.0", subject, [:])
        case .branchPushed, .tagPushed, .tagDeleted, .release, .refsChanged: return nil
        }
    }
}

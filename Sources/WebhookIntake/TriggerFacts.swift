import PipelineModel

/// The detail of a `WebhookV2` trigger: the event's facts as JSON, under the keys of the events that AWS sends (spec:
/// execution-semantics §13), in at most 1024 characters.
struct TriggerFacts {
    static let greatestLength = 1024

    let event: SourceEvent
    let repository: String
    let connection: ConnectionARN
    let provider: String
    let commit: String?

    /// Whole where it fits. Else the commit message is cut, and where that isn't enough, what matters least is left
    /// out.
    var detail: String {
        var facts = facts
        var text = Self.encoded(facts)
        if text.utf16.count > Self.greatestLength, let message = facts[Self.message] {
            facts[Self.message] = nil
            let room = Self.greatestLength - Self.encoded(facts).utf16.count
            facts[Self.message] = Self.cut(message, toEncoded: room - Self.encoded([Self.message: "…"]).utf16.count)
            text = Self.encoded(facts)
        }
        for key in Self.leastFirst where text.utf16.count > Self.greatestLength {
            facts[key] = nil
            text = Self.encoded(facts)
        }
        return text
    }

    private static let message = "commit-message"
    private static let leastFirst = [
        message, "author-display-name", "author-email", "pull-request-title", "source-branch-name", "author-date",
        "author-id", "destination-branch-name", "branch-name", "tag-name", "full-repository-name", "connection-arn",
    ]

    private var facts: [String: String] {
        var facts = [
            "provider-type": provider, "full-repository-name": repository, "connection-arn": connection.rawValue,
        ]
        facts["commit-id"] = commit
        facts[Self.message] = event.commit?.message
        facts["author-id"] = event.sender?.id
        facts["author-display-name"] = event.commit?.authorName ?? event.sender?.login
        facts["author-email"] = event.commit?.authorEmail
        facts["author-date"] = event.commit?.authoredAt
        switch event.change {
        case .branchPushed(let branch, _, _, _): facts["branch-name"] = branch
        case .tagPushed(let tag, _): facts["tag-name"] = tag
        case .pullRequest(let request):
            facts["pull-request-id"] = String(request.number)
            facts["pull-request-title"] = request.title
            facts["source-branch-name"] = request.sourceBranch
            facts["destination-branch-name"] = request.targetBranch
        case .branchDeleted, .tagDeleted, .buildCompleted, .release, .refsChanged: break
        }
        return facts
    }

    private static func encoded(_ facts: [String: String]) -> String {
        let members = facts.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        JSONText.append(text, to: &result)
        return result
    }

    /// As many of its characters as fit when they are encoded, and `…`; `nil` when there is room for none.
    private static func cut(_ text: String, toEncoded room: Int) -> String? {
        var left = room
        let fitting = text.prefix { character in
            left -= quoted(String(character)).utf16.count - 2
            return left >= 0
        }
        return fitting.isEmpty ? nil : "\(fitting)…"
    }
}

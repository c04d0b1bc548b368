import Foundation

/// GitHub's, and with few changes Gitea's: one ref a delivery.
struct GitHubStory: Storyteller {
    let scheme = "GitHub"
    let eventHeader = "X-GitHub-Event"

    let api = "github"

    func unknown(_ chapter: Story.Chapter) -> Set<Fact> {
        switch chapter {
        case .forcedPush, .opened, .updated, .merged, .closed, .openedFromFork: [.paths]
        default: []
        }
    }

    func untellable(_ chapter: Story.Chapter) -> [Fact: String] {
        chapter == .forcedPush ? [.paths: "a comparison lists the files since both commits parted"] : [:]
    }

    func tell(_ chapter: Story.Chapter) -> [Telling] {
        let zero = Story.zero
        switch chapter {
        case .branchPush: return [push("refs/heads/main", Story.first, Story.second)]
        case .newBranch: return [push("refs/heads/topic", zero, Story.second)]
        case .forcedPush: return [push("refs/heads/main", Story.second, Story.third, forced: true)]
        case .deletedBranch: return [push("refs/heads/topic", Story.second, zero)]
        case .annotatedTag: return [push("refs/tags/v1", zero, Story.tagObject, head: Story.second)]
        case .deletedTag: return [push("refs/tags/v1", Story.tagObject, zero)]
        case .twoBranches:
            return [
                push("refs/heads/main", Story.first, Story.second),
                push("refs/heads/release/1", Story.second, Story.fourth),
            ]
        case .opened: return [request("opened")]
        case .updated: return [request("synchronize")]
        case .merged: return [request("closed", merged: true)]
        case .closed: return [request("closed")]
        case .openedFromFork: return [request("opened", from: Story.fork)]
        }
    }

    private var sender: [String: Any] { ["id": Story.sender, "login": "ann"] }

    private func push(
        _ ref: String, _ before: String, _ after: String, head: String? = nil, forced: Bool = false
    ) -> Telling {
        let isDeleted = after == Story.zero
        let headCommit: Any = isDeleted ? NSNull() : commit(head ?? after)
        return Telling(
            event: "push",
            body: [
                "ref": ref, "before": before, "after": after, "created": before == Story.zero, "deleted": isDeleted,
                "forced": forced, "base_ref": NSNull(), "commits": isDeleted ? [] : [commit(head ?? after)],
                "head_commit": headCommit, "repository": ["id": 1, "full_name": Story.repository], "sender": sender,
            ])
    }

    private func commit(_ id: String) -> [String: Any] {
        [
            "id": id, "message": "A change", "timestamp": "2026-11-01T10:00:00Z", "added": [], "removed": [],
            "modified": Story.touched[id] ?? [], "author": ["name": "Ann", "email": "ann@acme.example"],
        ]
    }

    private func request(_ action: String, merged: Bool = false, from source: String = Story.repository) -> Telling {
        let closed = action == "closed"
        return Telling(
            event: "pull_request",
            body: [
                "action": action, "number": 7, "before": Story.first, "after": Story.second,
                "pull_request": [
                    "number": 7, "title": "Mend it", "state": closed ? "closed" : "open", "merged": merged,
                    "draft": false, "labels": [], "user": sender,
                    "head": ["ref": "topic", "sha": Story.second, "repo": ["full_name": source]],
                    "base": ["ref": "main", "sha": Story.first, "repo": ["full_name": Story.repository]],
                ], "repository": ["id": 1, "full_name": Story.repository], "sender": sender,
            ])
    }
}

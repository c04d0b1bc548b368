import Foundation

/// Gitea's: no flags, and of a deleted branch only its name.
struct GiteaStory: Storyteller {
    let scheme = "Gitea"
    let eventHeader = "X-Gitea-Event"
    let api = "gitea"

    func unknown(_ chapter: Story.Chapter) -> Set<Fact> {
        switch chapter {
        case .branchPush, .twoBranches: [.forced]
        case .forcedPush: [.forced, .pathsTakenAway]
        case .deletedBranch: [.lastCommit]
        case .opened, .updated, .merged, .closed, .openedFromFork: [.paths]
        default: []
        }
    }

    func untellable(_ chapter: Story.Chapter) -> [Fact: String] {
        switch chapter {
        case .forcedPush: [.paths: "a comparison lists the commits since both parted, and their files"]
        case .deletedBranch: [.lastCommit: "the event names no commit, and the API no branch that is gone"]
        default: [:]
        }
    }

    func tell(_ chapter: Story.Chapter) -> [Telling] {
        switch chapter {
        case .branchPush: return [push("refs/heads/main", Story.first, Story.second)]
        case .newBranch: return [push("refs/heads/topic", Story.zero, Story.second)]
        case .forcedPush: return [push("refs/heads/main", Story.second, Story.third)]
        case .deletedBranch:
            return [
                Telling(
                    event: "delete",
                    body: [
                        "ref": "topic", "ref_type": "branch", "pusher_type": "user", "repository": repository,
                        "sender": sender,
                    ])
            ]
        case .annotatedTag: return [push("refs/tags/v1", Story.zero, Story.tagObject, head: Story.second)]
        case .deletedTag: return [push("refs/tags/v1", Story.tagObject, Story.zero)]
        case .twoBranches:
            return [
                push("refs/heads/main", Story.first, Story.second),
                push("refs/heads/release/1", Story.second, Story.fourth),
            ]
        case .opened: return [request("opened")]
        case .updated: return [request("synchronized")]
        case .merged: return [request("closed", merged: true)]
        case .closed: return [request("closed")]
        case .openedFromFork: return [request("opened", from: Story.fork)]
        }
    }

    private var repository: [String: Any] { ["id": 1, "full_name": Story.repository] }
    private var sender: [String: Any] { ["id": Story.sender, "login": "ann", "username": "ann"] }

    private func push(_ ref: String, _ before: String, _ after: String, head: String? = nil) -> Telling {
        let isDeleted = after == Story.zero
        let headCommit: Any = isDeleted ? NSNull() : commit(head ?? after)
        return Telling(
            event: "push",
            body: [
                "ref": ref, "before": before, "after": after, "compare_url": "",
                "commits": isDeleted ? [] : [commit(head ?? after)], "total_commits": isDeleted ? 0 : 1,
                "head_commit": headCommit, "repository": repository, "pusher": sender, "sender": sender,
            ])
    }

    private func commit(_ id: String) -> [String: Any] {
        [
            "id": id, "message": "A change\n", "timestamp": "2026-11-01T10:00:00Z", "added": [], "removed": [],
            "modified": Story.touched[id] ?? [],
            "author": ["name": "Ann", "email": "ann@acme.example", "username": "ann"],
        ]
    }

    private func request(_ action: String, merged: Bool = false, from source: String = Story.repository) -> Telling {
        Telling(
            event: "pull_request",
            body: [
                "action": action, "number": 7,
                "pull_request": [
                    "id": 70, "number": 7, "title": "Mend it", "state": action == "closed" ? "closed" : "open",
                    "merged": merged, "draft": false, "labels": [], "user": sender,
                    "head": ["label": "topic", "ref": "topic", "sha": Story.second, "repo": ["full_name": source]],
                    "base": ["label": "main", "ref": "main", "sha": Story.first, "repo": repository],
                ], "repository": repository, "sender": sender,
            ])
    }
}

import Foundation

/// Bitbucket Data Center's: several refs in one delivery, and nothing about force.
struct BitbucketServerStory: Storyteller {
    let scheme = "BitbucketServer"
    let eventHeader = "X-Event-Key"
    let api = "datacenter"

    func unknown(_ chapter: Story.Chapter) -> Set<Fact> {
        switch chapter {
        case .branchPush, .forcedPush, .twoBranches: [.forced, .paths]
        case .opened, .updated, .merged, .closed, .openedFromFork: [.paths, .labels]
        default: []
        }
    }

    func untellable(_ chapter: Story.Chapter) -> [Fact: String] {
        switch chapter {
        case .opened, .updated, .merged, .closed, .openedFromFork: [.labels: "Bitbucket's pull requests have none"]
        default: [:]
        }
    }

    func tell(_ chapter: Story.Chapter) -> [Telling] {
        switch chapter {
        case .branchPush: return [push(change("main", Story.first, Story.second))]
        case .newBranch: return [push(change("topic", Story.zero, Story.second, "ADD"))]
        case .forcedPush: return [push(change("main", Story.second, Story.third))]
        case .deletedBranch: return [push(change("topic", Story.second, Story.zero, "DELETE"))]
        case .annotatedTag:
            return [push(change("v1", Story.zero, Story.tagObject, "ADD", tag: true), toCommit: Story.second)]
        case .deletedTag: return [push(change("v1", Story.tagObject, Story.zero, "DELETE", tag: true))]
        case .twoBranches:
            return [push(change("main", Story.first, Story.second), change("release/1", Story.second, Story.fourth))]
        case .opened: return [request("opened")]
        case .updated: return [request("from_ref_updated")]
        case .merged: return [request("merged", state: "MERGED")]
        case .closed: return [request("declined", state: "DECLINED")]
        case .openedFromFork: return [request("opened", from: "stranger")]
        }
    }

    private var actor: [String: Any] { ["id": Story.sender, "name": "ann", "slug": "ann"] }

    private func repository(_ project: String = "acme") -> [String: Any] {
        ["id": project == "acme" ? 1 : 2, "slug": "app", "project": ["key": project]]
    }

    private func change(
        _ name: String, _ from: String, _ to: String, _ type: String = "UPDATE", tag: Bool = false
    ) -> [String: Any] {
        let ref = tag ? "refs/tags/\(name)" : "refs/heads/\(name)"
        return [
            "ref": ["id": ref, "displayId": name, "type": tag ? "TAG" : "BRANCH"], "refId": ref, "fromHash": from,
            "toHash": to, "type": type,
        ]
    }

    private func push(_ changes: [String: Any]..., toCommit: String? = nil) -> Telling {
        var body: [String: Any] = [
            "eventKey": "repo:refs_changed", "date": "2026-11-01T10:00:00+0000", "actor": actor,
            "repository": repository(), "changes": changes,
        ]
        if let toCommit { body["toCommit"] = ["id": toCommit, "message": "A change"] }
        return Telling(event: "repo:refs_changed", body: body)
    }

    private func request(_ event: String, state: String = "OPEN", from project: String = "acme") -> Telling {
        var body: [String: Any] = [
            "eventKey": "pr:\(event)", "date": "2026-11-01T10:00:00+0000", "actor": actor,
            "pullRequest": [
                "id": 7, "title": "Mend it", "state": state, "draft": false, "author": ["user": actor],
                "fromRef": [
                    "id": "refs/heads/topic", "displayId": "topic", "latestCommit": Story.second,
                    "repository": repository(project),
                ],
                "toRef": [
                    "id": "refs/heads/main", "displayId": "main", "latestCommit": Story.first,
                    "repository": repository(),
                ],
            ],
        ]
        if event == "from_ref_updated" { body["previousFromHash"] = Story.first }
        if event == "merged" {
            body["pullRequest"] = (body["pullRequest"] as? [String: Any])?.merging(
                ["properties": ["mergeCommit": ["id": Story.third]]]
            ) { $1 }
        }
        return Telling(event: "pr:\(event)", body: body)
    }
}

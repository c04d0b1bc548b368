import Foundation

/// Bitbucket Cloud's: several refs in one delivery, and pull requests with abbreviated hashes.
struct BitbucketStory: Storyteller {
    let scheme = "Bitbucket"
    let eventHeader = "X-Event-Key"
    let api = "cloud"

    func unknown(_ chapter: Story.Chapter) -> Set<Fact> {
        switch chapter {
        case .branchPush, .forcedPush, .twoBranches: [.paths]
        case .opened, .updated, .merged, .closed, .openedFromFork: [.fullIDs, .paths, .labels]
        default: []
        }
    }

    func untellable(_ chapter: Story.Chapter) -> [Fact: String] {
        switch chapter {
        case .opened, .updated, .merged, .closed, .openedFromFork: [.labels: "Bitbucket's pull requests have none"]
        default: [:]
        }
    }

    /// AWS counts a Bitbucket request as closed only when it was merged (spec: triggers-and-webhooks A1).
    func tell(_ chapter: Story.Chapter) -> [Telling] {
        switch chapter {
        case .branchPush: return [push(change("main", Story.first, Story.second))]
        case .newBranch: return [push(change("topic", nil, Story.second))]
        case .forcedPush: return [push(change("main", Story.second, Story.third, forced: true))]
        case .deletedBranch: return [push(change("topic", Story.second, nil))]
        case .annotatedTag: return [push(change("v1", nil, Story.second, type: "tag"))]
        case .deletedTag: return [push(change("v1", Story.second, nil, type: "tag"))]
        case .twoBranches:
            return [
                push(change("main", Story.first, Story.second), change("release/1", Story.second, Story.fourth))
            ]
        case .opened: return [request("created")]
        case .updated: return [request("updated")]
        case .merged: return [request("fulfilled", state: "MERGED")]
        case .closed: return [request("rejected", state: "DECLINED")]
        case .openedFromFork: return [request("created", from: Story.fork)]
        }
    }

    private var repository: [String: Any] { ["full_name": Story.repository, "uuid": "{r}", "name": "app"] }
    private var actor: [String: Any] { ["uuid": "{\(Story.sender)}", "account_id": "x", "nickname": "ann"] }

    private func change(
        _ name: String, _ old: String?, _ new: String?, type: String = "branch", forced: Bool = false
    ) -> [String: Any] {
        func side(_ commit: String?) -> Any {
            guard let commit else { return NSNull() }
            return [
                "type": type, "name": name,
                "target": [
                    "type": "commit", "hash": commit, "message": "A change", "date": "2026-11-01T10:00:00+00:00",
                    "author": ["raw": "Ann <ann@acme.example>"],
                ],
            ]
        }
        return [
            "old": side(old), "new": side(new), "created": old == nil, "closed": new == nil, "forced": forced,
            "truncated": false,
        ]
    }

    private func push(_ changes: [String: Any]...) -> Telling {
        Telling(
            event: "repo:push", body: ["actor": actor, "repository": repository, "push": ["changes": changes]])
    }

    private func request(_ event: String, state: String = "OPEN", from source: String = Story.repository) -> Telling {
        Telling(
            event: "pullrequest:\(event)",
            body: [
                "actor": actor, "repository": repository,
                "pullrequest": [
                    "id": 7, "title": "Mend it", "state": state, "draft": false, "author": actor,
                    "source": [
                        "branch": ["name": "topic"], "commit": ["hash": String(Story.second.prefix(12))],
                        "repository": ["full_name": source],
                    ],
                    "destination": [
                        "branch": ["name": "main"], "commit": ["hash": String(Story.first.prefix(12))],
                        "repository": repository,
                    ],
                ],
            ])
    }
}

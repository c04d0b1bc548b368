import Foundation

/// GitLab's: zeros for new and gone, and nothing about force.
struct GitLabStory: Storyteller {
    let scheme = "GitLab"
    let eventHeader = "X-Gitlab-Event"
    let api = "gitlab"

    func unknown(_ chapter: Story.Chapter) -> Set<Fact> {
        switch chapter {
        case .branchPush, .twoBranches: [.forced]
        case .forcedPush: [.forced, .pathsTakenAway]
        case .opened, .updated, .merged, .closed, .openedFromFork: [.base, .paths]
        default: []
        }
    }

    func untellable(_ chapter: Story.Chapter) -> [Fact: String] { [:] }

    func tell(_ chapter: Story.Chapter) -> [Telling] {
        switch chapter {
        case .branchPush: return [push("refs/heads/main", Story.first, Story.second)]
        case .newBranch: return [push("refs/heads/topic", Story.zero, Story.second)]
        case .forcedPush: return [push("refs/heads/main", Story.second, Story.third)]
        case .deletedBranch: return [push("refs/heads/topic", Story.second, Story.zero)]
        case .annotatedTag: return [push("refs/tags/v1", Story.zero, Story.tagObject, checkout: Story.second)]
        case .deletedTag: return [push("refs/tags/v1", Story.tagObject, Story.zero)]
        case .twoBranches:
            return [
                push("refs/heads/main", Story.first, Story.second),
                push("refs/heads/release/1", Story.second, Story.fourth),
            ]
        case .opened: return [request("open")]
        case .updated: return [request("update", former: Story.first)]
        case .merged: return [request("merge")]
        case .closed: return [request("close")]
        case .openedFromFork: return [request("open", from: 99)]
        }
    }

    private var project: [String: Any] {
        ["id": 1, "path_with_namespace": Story.repository, "default_branch": "main"]
    }

    private func push(_ ref: String, _ before: String, _ after: String, checkout: String? = nil) -> Telling {
        let isTag = ref.hasPrefix("refs/tags/")
        let isDeleted = after == Story.zero
        let commits: [[String: Any]] =
            isDeleted
            ? []
            : [
                [
                    "id": checkout ?? after, "message": "A change", "timestamp": "2026-11-01T10:00:00Z", "added": [],
                    "removed": [], "modified": Story.touched[checkout ?? after] ?? [],
                    "author": ["name": "Ann", "email": "ann@acme.example"],
                ]
            ]
        let checkedOut: Any = isDeleted ? NSNull() : checkout ?? after
        return Telling(
            event: isTag ? "Tag Push Hook" : "Push Hook",
            body: [
                "object_kind": isTag ? "tag_push" : "push", "event_name": isTag ? "tag_push" : "push", "ref": ref,
                "before": before, "after": after, "checkout_sha": checkedOut, "user_id": Story.sender,
                "user_username": "ann", "project_id": 1, "project": project, "commits": commits,
                "total_commits_count": commits.count,
            ])
    }

    private func request(_ action: String, former: String? = nil, from source: Int = 1) -> Telling {
        let path = source == 1 ? Story.repository : Story.fork
        var attributes: [String: Any] = [
            "id": 70, "iid": 7, "title": "Mend it", "action": action, "source_branch": "topic",
            "target_branch": "main", "source_project_id": source, "target_project_id": 1, "author_id": Story.sender,
            "state": action == "merge" ? "merged" : action == "close" ? "closed" : "opened", "draft": false,
            "last_commit": ["id": Story.second, "message": "A change", "timestamp": "2026-11-01T10:00:00Z"],
            "source": ["path_with_namespace": path], "target": ["path_with_namespace": Story.repository],
        ]
        attributes["oldrev"] = former
        return Telling(
            event: "Merge Request Hook",
            body: [
                "object_kind": "merge_request", "event_type": "merge_request",
                "user": ["id": Story.sender, "username": "ann"], "project": project, "labels": [],
                "object_attributes": attributes,
            ])
    }
}

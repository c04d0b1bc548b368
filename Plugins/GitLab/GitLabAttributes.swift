import PluginKit

/// `object_attributes` of a merge request or a pipeline; `merge_request` of a pipeline.
struct GitLabAttributes {
    private(set) var id: String?
    private(set) var iid: Int?
    private(set) var action: String?
    private(set) var title: String?
    private(set) var url: String?
    private(set) var sourceBranch: String?
    private(set) var targetBranch: String?
    /// The head before the update; only where there are new commits.
    private(set) var oldRevision: String?
    private(set) var lastCommit: GitLabCommit?
    private(set) var authorID: String?
    private(set) var source: GitLabProject?
    private(set) var target: GitLabProject?
    private(set) var labels: [String]?
    private var draft: Bool?
    private var workInProgress: Bool?
    private var sourceProject = ProjectID.unsaid
    private var targetProject = ProjectID.unsaid
    // Pipelines.
    private(set) var status: String?
    private(set) var ref: String?
    private(set) var isForTag: Bool?
    private(set) var commit: String?
    /// What made the pipeline, e.g. `push`, `merge_request_event`, `external`.
    private(set) var origin: String?

    private enum ProjectID: Equatable {
        case unsaid, gone
        case id(String)
    }

    private static let names = JSONNames([
        "id", "iid", "action", "title", "url", "source_branch", "target_branch", "oldrev", "last_commit", "author_id",
        "source", "target", "labels", "draft", "work_in_progress", "source_project_id", "target_project_id", "status",
        "ref", "tag", "sha",
    ])
    private static let labelNames = JSONNames(["title"])

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            if try readPipeline(name, &reader) { continue }
            switch name {
            case "id": id = try reader.identifier()
            case "iid": iid = try reader.integer()
            case "action": action = try reader.string()
            case "title": title = try reader.string()
            case "url": url = try reader.string()
            case "source_branch": sourceBranch = try reader.string()
            case "target_branch": targetBranch = try reader.string()
            case "oldrev": oldRevision = try reader.string()
            case "last_commit": lastCommit = try GitLabCommit(reading: &reader)
            case "author_id": authorID = try reader.identifier()
            default: try readProjects(name, &reader)
            }
        }
    }

    private mutating func readPipeline(_ name: String, _ reader: inout JSONReader) throws(JSONFault) -> Bool {
        switch name {
        case "status": status = try reader.string()
        case "ref": ref = try reader.string()
        case "tag": isForTag = try reader.bool()
        case "sha": commit = try reader.string()
        // A pipeline's origin is a word, a merge request's source a project.
        case "source" where try reader.kind() == .string: origin = try reader.string()
        default: return false
        }
        return true
    }

    private mutating func readProjects(_ name: String, _ reader: inout JSONReader) throws(JSONFault) {
        switch name {
        case "source": source = try GitLabProject(reading: &reader)
        case "target": target = try GitLabProject(reading: &reader)
        case "labels": labels = try Self.titles(&reader)
        case "draft": draft = try reader.bool()
        case "work_in_progress": workInProgress = try reader.bool()
        case "source_project_id": sourceProject = try Self.projectID(&reader)
        default: targetProject = try Self.projectID(&reader)
        }
    }

    private static func projectID(_ reader: inout JSONReader) throws(JSONFault) -> ProjectID {
        let isNull = try reader.kind() == .null
        guard let id = try reader.identifier() else { return isNull ? .gone : .unsaid }
        return .id(id)
    }

    /// The titles of a list of labels; `nil` for what is no list.
    static func titles(_ reader: inout JSONReader) throws(JSONFault) -> [String]? {
        guard try reader.openArray() else { return nil }
        var titles: [String] = []
        while try reader.nextElement() {
            guard try reader.openObject() else { continue }
            while try reader.nextMember(of: labelNames) != nil {
                if let title = try reader.string() { titles.append(title) }
            }
        }
        return titles
    }

    /// Before 13.2 drafts were called work in progress.
    var isDraft: Bool? { draft ?? workInProgress }

    /// Of a source project that is gone, `true`.
    var isFromFork: Bool? {
        switch (sourceProject, targetProject) {
        case (.gone, .id): return true
        case (.id(let source), .id(let target)): return source != target
        default:
            guard let source = source?.name, let target = target?.name else { return nil }
            return source.lowercased() != target.lowercased()
        }
    }
}

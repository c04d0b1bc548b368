import Foundation
import PipelineModel

/// The same story, chapter by chapter, as each host tells it: what a delivery says, and in which event.
///
/// The payloads hold the members that the hosts' documentation promises, and no more.
enum Story {
    static let repository = "acme/app"
    static let fork = "stranger/app"
    static let (first, second, third, fourth) = (commit("1"), commit("2"), commit("3"), commit("4"))
    /// `third` is what the branch was forced to, away from `second`.
    static let parents = [second: first, third: first, fourth: second]
    static let touched = [first: ["README.md"], second: ["a.txt"], third: ["b.txt"], fourth: ["c.txt"]]
    static let tagObject = commit("a")
    static let zero = commit("0")
    /// The account behind every change, by the host's own number.
    static let sender = 4711

    static func commit(_ digit: Character) -> String { String(repeating: digit, count: 40) }

    enum Chapter: String, CaseIterable, Sendable {
        case branchPush, newBranch, forcedPush, deletedBranch, annotatedTag, deletedTag, twoBranches
        case opened, updated, merged, closed, openedFromFork
    }

    /// What a chapter comes to, whoever tells it. Ids, links and titles aside.
    static func events(_ chapter: Chapter) -> [SourceEvent.Change] {
        switch chapter {
        case .branchPush: [.branchPushed(branch: "main", before: first, after: second, forced: false)]
        case .newBranch: [.branchPushed(branch: "topic", before: nil, after: second, forced: false)]
        case .forcedPush: [.branchPushed(branch: "main", before: second, after: third, forced: true)]
        case .deletedBranch: [.branchDeleted(branch: "topic", before: second)]
        case .annotatedTag: [.tagPushed(tag: "v1", commit: second)]
        case .deletedTag: [.tagDeleted(tag: "v1")]
        case .twoBranches:
            [
                .branchPushed(branch: "main", before: first, after: second, forced: false),
                .branchPushed(branch: "release/1", before: second, after: fourth, forced: false),
            ]
        case .opened: [request(.open)]
        case .updated: [request(.updated)]
        case .merged: [request(.closed, merged: true)]
        case .closed: [request(.closed, merged: false)]
        case .openedFromFork: [request(.open, fromFork: true)]
        }
    }

    /// What a chapter's changes touched, in their order; a first push has nothing to be compared with.
    static func paths(_ chapter: Chapter) -> [[String]?] {
        switch chapter {
        case .branchPush: [["a.txt"]]
        case .newBranch, .deletedBranch, .annotatedTag, .deletedTag: [nil]
        case .forcedPush: [["a.txt", "b.txt"]]
        case .twoBranches: [["a.txt"], ["c.txt"]]
        case .opened, .updated, .merged, .closed, .openedFromFork: [["a.txt"]]
        }
    }

    private static func request(
        _ event: PullRequestEvent, merged: Bool? = nil, fromFork: Bool = false
    ) -> SourceEvent.Change {
        .pullRequest(
            SourceEvent.PullRequest(
                event: event, number: 7, title: "Mend it", sourceBranch: "topic",
                sourceRepository: fromFork ? fork : repository,
                targetBranch: "main", head: second, base: first, merged: merged,
                author: SourceEvent.Sender(id: "\(sender)"), fromFork: fromFork, draft: false, labels: []))
    }
}

/// One delivery of a host.
struct Telling {
    let event: String
    let body: [String: Any]
}

/// How a host tells the story. A chapter may take several deliveries, or none where the host stays silent.
protocol Storyteller: Sendable {
    /// The scheme's name.
    var scheme: String { get }
    var eventHeader: String { get }
    func tell(_ chapter: Story.Chapter) -> [Telling]
    /// The facts of a chapter that this host's payload doesn't hold: they are unknown until the host is asked.
    func unknown(_ chapter: Story.Chapter) -> Set<Fact>
    /// Those that its API doesn't hold either, and why.
    func untellable(_ chapter: Story.Chapter) -> [Fact: String]
    /// The path of its API at the played server.
    var api: String { get }
}

enum Fact: Hashable {
    /// Whether a push was forced.
    case forced
    /// All digits of a pull request's head and base.
    case fullIDs
    /// The commit of the target branch that a pull request is compared with.
    case base
    /// A deleted branch's last commit.
    case lastCommit
    /// Which files were changed.
    case paths
    /// Of these, what a forced push took away.
    case pathsTakenAway
    case labels
}

import PipelineModel
import Foundation

/// What a commit says about itself.
struct GitCommit: Sendable, Equatable {
    let id: CommitID
    let authored: Date
    let committed: Date
    let authorName: String
    let authorEmail: String
    /// Without the line break at its end.
    let message: String

    /// For `git log --format`: the fields in order, apart by NUL.
    static let format = "%H%x00%at%x00%ct%x00%an%x00%ae%x00%B"

    /// `nil` when git's output has another form.
    init?(_ output: Data) {
        let fields = output.split(separator: 0, maxSplits: 5, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 6, let id = CommitID(fields[0]), let authored = Double(fields[1]),
            let committed = Double(fields[2])
        else { return nil }
        self.id = id
        self.authored = Date(timeIntervalSince1970: authored)
        self.committed = Date(timeIntervalSince1970: committed)
        authorName = fields[3]
        authorEmail = fields[4]
        message = fields[5].trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The account behind the author, as far as a commit tells: the number in GitHub's `noreply` address, else the
    /// address itself.
    var authorID: String {
        guard authorEmail.hasSuffix("@users.noreply.github.com"), let plus = authorEmail.firstIndex(of: "+"),
            !authorEmail[..<plus].isEmpty, authorEmail[..<plus].allSatisfy(\.isNumber)
        else { return authorEmail }
        return String(authorEmail[..<plus])
    }
}

extension String {
    /// The text cut to at most `limit` bytes of UTF-8, between characters.
    func cut(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

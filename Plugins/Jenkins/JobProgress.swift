import Foundation
import PipelineModel

/// How far a forwarded job has come: the continuation token, and the record on disk by which a stop finds it.
struct JobProgress: Codable, Sendable, Equatable {
    /// The one that this version writes. A token of another version isn't read.
    static let version = 1
    static let longest = 2048

    var v = Self.version
    /// The queue item; absent until the start was confirmed.
    var queue: Int?
    /// The build's number once it has begun.
    var build: Int?
    /// The job's next build number when it was started: ours is that or a later one.
    var next: Int?
    /// When the item entered the queue by Jenkins' clock, in milliseconds.
    var since: Double?
    /// Whether the job has our parameter.
    var marked: Bool?
    /// The offset of the log that everything before is shown of, and how many lines after it are shown.
    var log: Int?
    var lines: Int?
    /// Failures in a row, and looks in a row at what is no more.
    var failures: Int?
    var misses: Int?

    init() {}

    /// - Throws: `jobFailed` for a token that this version didn't write.
    init(token: String) throws(FailureDetails) {
        guard let progress = try? JSONDecoder().decode(Self.self, from: Data(token.utf8)), progress.v == Self.version
        else {
            throw FailureDetails(
                .jobFailed, "The continuation token was written by another version of the module Jenkins; run again.")
        }
        self = progress
    }

    /// A few numbers: always far below ``longest``.
    var token: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Numbers and flags can always be written.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// Hands the files of an archive to threads, a few at a time, and keeps the first failure.
final class UnpackLine: Sendable {
    private struct State: Sendable {
        var next = 0
        var failure: ArchiveError?
    }

    private static let batch = 16
    private let count: Int
    private let state = Monitor(State())

    init(count: Int) {
        self.count = count
    }

    var failure: ArchiveError? {
        state.change { $0.failure }
    }

    /// The next files for a thread, or nil when it should end.
    func take() -> Range<Int>? {
        state.change { state in
            guard state.failure == nil, state.next < self.count else { return nil }
            let first = state.next
            state.next = min(first + Self.batch, self.count)
            return first..<state.next
        }
    }

    func fail(_ error: ArchiveError) {
        state.change { $0.failure = $0.failure ?? error }
    }
}

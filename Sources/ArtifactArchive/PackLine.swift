/// A compressed job: bytes ready for the file and what the archive's directory must know of them.
struct PackedPart: Sendable {
    enum Content: Sendable {
        /// Local headers and data of whole entries.
        case entries([PackedEntry])
        /// Data of one part of a large file; `writer` adds header and descriptor.
        case block(PackBlock, crc: UInt32)
    }

    var bytes: [UInt8]
    var content: Content
}

/// A whole entry inside a part.
struct PackedEntry: Sendable {
    var index: Int
    var offsetInPart: Int
    var crc: UInt32
    var method: UInt16
    var compressedSize: Int
}

/// The conveyor between the compressing threads and the one writer: jobs go out in order, parts come back in any order
/// and leave in order, and never more than `window` of them exist.
final class PackLine: Sendable {
    private struct State: Sendable {
        var jobs: PackJobs
        var isExhausted = false
        var taken = 0
        var written = 0
        var done: [Int: PackedPart] = [:]
        var failure: ArchiveError?
    }

    private enum Step { case part(PackedPart), end, failed(ArchiveError) }

    private let window: Int
    private let state: Monitor<State>

    init(jobs: PackJobs, window: Int) {
        self.window = window
        state = Monitor(State(jobs: jobs))
    }

    /// The next job for a thread, or nil when it should end.
    func take() -> (ordinal: Int, job: PackJob)? {
        state.wait { state -> (ordinal: Int, job: PackJob)?? in
            if state.failure != nil || state.isExhausted { return .some(nil) }
            guard state.taken - state.written < self.window else { return nil }
            guard let job = state.jobs.next() else {
                state.isExhausted = true
                return .some(nil)
            }
            defer { state.taken += 1 }
            return (state.taken, job)
        }
    }

    func put(_ part: PackedPart, ordinal: Int) {
        state.change { $0.done[ordinal] = part }
    }

    /// Ends the line for everybody; the first failure is the one that is told.
    func fail(_ error: ArchiveError) {
        state.change { $0.failure = $0.failure ?? error }
    }

    /// The next part in order, or nil after the last. For the writer only.
    func next() throws(ArchiveError) -> PackedPart? {
        let step: Step = state.wait { state in
            if let failure = state.failure { return .failed(failure) }
            if let part = state.done.removeValue(forKey: state.written) {
                state.written += 1
                return .part(part)
            }
            return state.isExhausted && state.written == state.taken ? .end : nil
        }
        switch step {
        case .part(let part): return part
        case .end: return nil
        case .failed(let error): throw error
        }
    }
}

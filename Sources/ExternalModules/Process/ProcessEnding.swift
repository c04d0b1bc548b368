import Glibc

/// How far the end of a process has been pursued.
struct ProcessEnding {
    /// Why, where we want it.
    private(set) var reason: String?
    /// It was broken, hung or grew too large: nothing that it says counts any more.
    private(set) var isForced = false
    /// When the next signal is due.
    private var nextStep: ContinuousClock.Instant?
    private var isTerminated = false

    var isPursued: Bool { nextStep != nil }

    /// It is left a while to end by itself.
    mutating func begin(_ reason: String, after patience: Duration) {
        self.reason = reason
        nextStep = .now + patience
    }

    /// It seems to be over already: its status says more than any reason of ours.
    mutating func expect(within patience: Duration) { nextStep = .now + patience }

    /// It shall end now. The first of such reasons counts.
    mutating func force(_ reason: String) {
        guard !isForced else { return }
        isForced = true
        self.reason = reason
        nextStep = .now
    }

    /// SIGTERM for all of them; a second later SIGKILL.
    mutating func pursue(_ family: ProcessFamily) {
        guard let step = nextStep, ContinuousClock.now >= step else { return }
        if isTerminated {
            family.kill()
        } else {
            if reason == nil { reason = "it closed its output" }
            isTerminated = true
            family.terminate()
        }
        nextStep = .now + .seconds(1)
    }
}

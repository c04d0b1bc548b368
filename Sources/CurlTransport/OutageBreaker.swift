import Foundation

/// Whether one host may be called now: decided by how the last calls went. Pure: the time is an argument.
///
/// Five failures in a row open it; then one call at a time is let through to try, after pauses that double from five
/// seconds to five minutes. A host that asks us to wait is left alone for as long as it says.
struct OutageBreaker: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case closed
        /// Nothing is sent before that time.
        case open(until: Date, reason: String)
        /// One call is on its way to see whether the host is back.
        case trying(reason: String)
    }

    enum Ending: Sendable, Equatable {
        case answered
        /// No answer, or one that says that the host or a proxy in front of it is down.
        case failed(String)
        /// The host asks us to call less often: until when, if it says so.
        case heldBack(until: Date?)
    }

    static let failuresToOpen = 5
    static let pauses = 5.0...300.0
    /// The shortest wait where the host asks for one and doesn't say how long (spec: triggers-and-webhooks B1).
    static let unnamedWait = 60.0
    /// No host's word keeps us away for longer than this.
    static let longestWait = 3600.0

    private(set) var state = State.closed
    private var failures = 0
    private var openings = 0
    private var waits = 0

    /// - Returns: `nil` when the call may be sent, else for how long the host is left alone and why.
    mutating func refusal(at now: Date) -> (seconds: Int, reason: String)? {
        switch state {
        case .closed: return nil
        case .trying(let reason): return (1, reason)
        case .open(let until, let reason):
            guard now >= until else { return (max(1, Int(until.timeIntervalSince(now).rounded(.up))), reason) }
            state = .trying(reason: reason)
            return nil
        }
    }

    mutating func note(_ ending: Ending, at now: Date) {
        switch ending {
        case .answered:
            self = OutageBreaker()
        case .failed(let reason):
            failures += 1
            guard failures >= Self.failuresToOpen || state != .closed else { return }
            let pause = min(Self.pauses.upperBound, Self.pauses.lowerBound * Double(1 << min(openings, 8)))
            openings += 1
            state = .open(until: now + pause, reason: reason)
        case .heldBack(let until):
            let unnamed = Self.unnamedWait * Double(1 << min(waits, 4))
            waits += 1
            let wait = min(Self.longestWait, until.map { max(1, $0.timeIntervalSince(now)) } ?? unnamed)
            state = .open(until: now + wait, reason: "it asks us to call less often")
        }
    }

    /// A call that was let through to try and has been cancelled says nothing: the next one may try.
    mutating func giveUpTrying(at now: Date) {
        if case .trying(let reason) = state { state = .open(until: now, reason: reason) }
    }
}

/// One thing that somebody does: a caller, a source host, a worker, the clock or the storage.
///
/// A step names what it is about by its place, counted among what is there when it is done (`pick` modulo their
/// number), so that a scenario stays meaningful when steps before it are dropped. Where nothing fits, nothing happens.
package struct SimulationStep: Sendable, Equatable {
    package enum Act: String, Sendable, CaseIterable {
        /// `word` is the sketch.
        case create, update
        case delete
        /// `pick`: 0 without a client token, else which; `choice`: 1 gives the variable a value, 2 an unknown one.
        case start
        /// `pick`: which execution, 0 the newest.
        case stop, abandon
        /// `choice`: 0 the stage that it is or was in, else which.
        case retry, retryAll
        /// `choice`: which stage.
        case open, close, closeOut
        /// `pick`: which execution is the target; `choice`: which stage.
        case rollback
        /// `pick`: which execution; `choice`: which gate of its stage.
        case override
        /// `pick`: which waiting approval, or `word` names its action.
        case approve, reject, wrongToken
        /// `pick`: which answer that was given before.
        case answerAgain
        case tag, untag, disablePolling
        /// `pick`: which revision; `choice`: which source.
        case put, poll
        /// `pick`: which repository; `choice`: what happened there.
        case deliver
        /// `pick`: which earlier delivery, 0 the newest.
        case redeliver, replay
        /// `pick`: which worker; `choice`: how many effects.
        case claim
        /// `pick`: which worker; `choice`: which effect in its hands. How it ends is in the name.
        case done, broken, pending, faulty
        /// `pick`: which report that was sent before; `choice`: 1 with another outcome.
        case reportAgain
        /// `pick`: which worker offers an action in its hands to job workers.
        case offer
        /// A job worker: `choice` 0 asks for jobs (`pick` and one more), 1 acknowledges its `pick`th, 2 succeeds,
        /// 3 fails, 4 continues with a token, 5 succeeds and forgets that it did.
        case outside
        case renew, release, die
        /// `pick`: seconds.
        case wait
        /// A worker takes what is due and ends the running attempt that `word` names, or the `pick`th.
        case ok, fail
        /// As `ok` and `fail`, for a rule.
        case pass, block
        /// All that is due is done well, approvals are given.
        case flow
        case crash
    }

    /// How the commit ends that the step is in.
    package enum Fate: String, Sendable, CaseIterable {
        case committed = ""
        /// The storage fails: nothing has changed.
        case failed = "!failed"
        /// It is on disk, but whoever asked never hears of it.
        case answerLost = "!lost"
        /// The process dies before the commit, or after it.
        case crashBefore = "!crash"
        case crashAfter = "!crashed"
        /// It shares the commit of the step that follows.
        case joined = "&"
    }

    package var act: Act
    /// Which pipeline.
    package var pipeline = 0
    package var pick = 0
    package var choice = 0
    package var word: String?
    package var fate = Fate.committed

    package init(
        _ act: Act, pipeline: Int = 0, pick: Int = 0, choice: Int = 0, word: String? = nil, fate: Fate = .committed
    ) {
        self.act = act
        self.pipeline = pipeline
        self.pick = pick
        self.choice = choice
        self.word = word
        self.fate = fate
    }
}

extension SimulationStep: CustomStringConvertible {
    /// `act pipeline pick choice "word" fate`, without the zeros at the end.
    package var description: String {
        var text = act.rawValue
        var numbers = [pipeline, pick, choice]
        while numbers.last == 0 { numbers.removeLast() }
        for number in numbers { text += " \(number)" }
        if let word { text += " '\(word)'" }
        return fate == .committed ? text : "\(text) \(fate.rawValue)"
    }

    /// Reads what ``description`` writes.
    ///
    /// - Throws: ``UnreadableStep``.
    package init(_ text: some StringProtocol) throws(UnreadableStep) {
        let quoted = text.split(separator: "'", omittingEmptySubsequences: false)
        let head = quoted[0].split(separator: " ")
        let tail = quoted.count > 2 ? quoted[2].split(separator: " ") : []
        guard let first = head.first, let act = Act(rawValue: String(first)) else {
            throw UnreadableStep(text: String(text))
        }
        self.init(act, word: quoted.count > 2 ? String(quoted[1]) : nil)
        var numbers: [Int] = []
        for word in head.dropFirst() + tail {
            if let number = Int(word) {
                numbers.append(number)
            } else if let fate = Fate(rawValue: String(word)) {
                self.fate = fate
            } else {
                throw UnreadableStep(text: String(text))
            }
        }
        if !numbers.isEmpty { pipeline = numbers[0] }
        if numbers.count > 1 { pick = numbers[1] }
        if numbers.count > 2 { choice = numbers[2] }
    }
}

/// A step that nobody understands.
package struct UnreadableStep: Error, Equatable, CustomStringConvertible {
    package var text: String

    package init(text: String) { self.text = text.split(separator: " ").joined(separator: " ") }

    package var description: String { "'\(text)' is no step of a scenario" }
}

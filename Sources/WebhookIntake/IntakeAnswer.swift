/// What became of a delivery at the intake: a status and a bare code. The reason stays in the journal.
package struct IntakeAnswer: Sendable, Equatable {
    package let status: Int
    package let code: String

    package static let accepted = IntakeAnswer(status: 202, code: "accepted")
    package static let ignored = IntakeAnswer(status: 202, code: "ignored")
    package static let duplicate = IntakeAnswer(status: 200, code: "duplicate")
    /// A host's test that it doesn't sign.
    package static let unsignedTest = IntakeAnswer(status: 200, code: "unsigned-test")
    package static let notJSON = IntakeAnswer(status: 400, code: "not-json")
    package static let unexpectedPayload = IntakeAnswer(status: 400, code: "unexpected-payload")
    package static let wrongSignature = IntakeAnswer(status: 401, code: "wrong-signature")
    package static let wrongAddress = IntakeAnswer(status: 403, code: "wrong-address")
    package static let unknownHook = IntakeAnswer(status: 404, code: "unknown-hook")
    /// The sender broke off before its body was complete.
    package static let brokenOff = IntakeAnswer(status: 400, code: "broken-off")
    package static let tooLarge = IntakeAnswer(status: 413, code: "too-large")
    /// Too many bodies are being read; nothing was stored, the sender is to try again.
    package static let busy = IntakeAnswer(status: 503, code: "busy")
    package static let storageUnavailable = IntakeAnswer(status: 503, code: "storage-unavailable")

    /// Those that stand in the journal as a delivery's outcome.
    package static let journaled: [IntakeAnswer] = [
        accepted, ignored, duplicate, unsignedTest, notJSON, unexpectedPayload, wrongSignature, wrongAddress, tooLarge,
    ]

    /// It was refused for what it says, not for who sent it: its bytes are kept, and it can be replayed once we read it
    /// better.
    var isAboutVerified: Bool { self == .notJSON || self == .unexpectedPayload }
}

/// What the sender is told. Whoever has proved that the hook is its own may know what its delivery did (spec:
/// triggers-and-webhooks B7); anybody else gets the bare code.
package struct IntakeReply: Sendable {
    package let answer: IntakeAnswer
    /// JSON for verified senders, else the code.
    package let body: String
    package let isJSON: Bool

    package init(_ answer: IntakeAnswer) {
        self.answer = answer
        body = answer.code + "\n"
        isJSON = false
    }

    init(_ answer: IntakeAnswer, _ verdict: DeliveryVerdict) {
        self.answer = answer
        body = verdict.json
        isJSON = true
    }
}

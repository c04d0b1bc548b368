/// What the sender of a delivery is told: a status and a bare code. The reason stays in the journal.
package struct IntakeAnswer: Sendable, Equatable {
    package let status: Int
    package let code: String

    package static let accepted = IntakeAnswer(status: 202, code: "accepted")
    package static let ignored = IntakeAnswer(status: 200, code: "ignored")
    package static let duplicate = IntakeAnswer(status: 200, code: "duplicate")
    package static let notJSON = IntakeAnswer(status: 400, code: "not-json")
    package static let unexpectedPayload = IntakeAnswer(status: 400, code: "unexpected-payload")
    package static let wrongSignature = IntakeAnswer(status: 401, code: "wrong-signature")
    package static let wrongAddress = IntakeAnswer(status: 403, code: "wrong-address")
    package static let unknownHook = IntakeAnswer(status: 404, code: "unknown-hook")
    /// The sender broke off before its body was complete.
    package static let brokenOff = IntakeAnswer(status: 400, code: "broken-off")
    package static let tooLarge = IntakeAnswer(status: 413, code: "too-large")
    package static let storageUnavailable = IntakeAnswer(status: 503, code: "storage-unavailable")
}

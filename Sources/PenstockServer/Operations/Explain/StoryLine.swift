package import Foundation

/// One sentence of an explanation, with the moment that it is about.
package struct StoryLine: Codable, Sendable, Equatable {
    package var at: Date
    /// Seconds after the execution's start.
    package var after: Double
    /// The fact's kind (`stageEntered`), `delivery`, or `now` for what is true at this moment.
    package var kind: String
    package var text: String

    package init(at: Date, after: Double, kind: String, text: String) {
        self.at = at
        self.after = after
        self.kind = kind
        self.text = text
    }
}

/// `ExplainExecution`'s answer.
package struct ExecutionExplanation: Codable, Sendable {
    package var pipeline: String
    package var execution: String
    package var number: Int
    package var version: Int
    package var status: String
    package var summary: String?
    package var startTime: Date
    package var lines: [StoryLine]
}

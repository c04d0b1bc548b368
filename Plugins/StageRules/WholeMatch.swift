import Dispatch
import Foundation

/// Whether a regular expression matches a whole text, as Java's `matches()` asks.
///
/// Runs on a thread outside of the cooperative pool and gives up after a while: there are short expressions that take
/// years on short texts.
struct WholeMatch: Sendable {
    enum Fault: Error, Equatable, CustomStringConvertible {
        case invalid
        case tookTooLong(seconds: Double)

        var description: String {
            switch self {
            case .invalid: "is no regular expression; correct it"
            case .tookTooLong(let seconds):
                "takes longer than \(seconds.formatted()) seconds to match; write a simpler regular expression"
            }
        }
    }

    private let expression: NSRegularExpression
    private let patience: Double

    init(pattern: String, patience: Double = 2) throws(Fault) {
        // Alone first: ")(" must not become whole by what we put around it.
        guard pattern.isEmpty || (try? NSRegularExpression(pattern: pattern)) != nil else { throw .invalid }
        // Java closes a quotation by itself at the end; a comment of (?x) ends with its line.
        let closed = Self.hasOpenQuotation(pattern) ? pattern + #"\E"# : pattern
        guard
            let whole = (try? NSRegularExpression(pattern: #"\A(?:"# + closed + #")\z"#))
                ?? (try? NSRegularExpression(pattern: #"\A(?:"# + closed + "\n" + #")\z"#))
        else { throw .invalid }
        expression = whole
        self.patience = patience
    }

    func matches(_ text: String) async throws -> Bool {
        let (expression, patience) = (expression, patience)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.search(expression, in: text, patience: patience) })
            }
        }
    }

    private static func search(_ expression: NSRegularExpression, in text: String, patience: Double) throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(patience)
        var found = false
        var isLate = false
        let range = NSRange(location: 0, length: text.utf16.count)
        // Without progress reports the search could not be stopped.
        expression.enumerateMatches(in: text, options: [.reportProgress], range: range) { match, _, stop in
            if match != nil {
                found = true
            } else if ContinuousClock.now > deadline {
                isLate = true
            }
            if found || isLate { stop.pointee = true }
        }
        if isLate && !found { throw Fault.tookTooLong(seconds: patience) }
        return found
    }

    private static func hasOpenQuotation(_ pattern: String) -> Bool {
        guard let start = pattern.range(of: #"\Q"#, options: .backwards) else { return false }
        return pattern.range(of: #"\E"#, range: start.upperBound..<pattern.endIndex) == nil
    }
}

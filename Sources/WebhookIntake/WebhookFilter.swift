import PipelineEngine
import PipelineModel

/// One filter of a webhook against one delivery: what its path selects is told before the write, what that is compared
/// with stands in the target action's configuration and is told inside of it.
struct WebhookFilter: Sendable {
    let filter: WebhookRecord.Filter
    let selection: JSONSelection

    init(_ filter: WebhookRecord.Filter, path: JSONPath, in document: JSONTree) {
        self.filter = filter
        selection = path.selection(in: document)
    }

    /// Why it does not let the delivery pass; `nil` when it does.
    func miss(in configuration: [String: ConfigurationValue]) -> String? {
        switch (filter.matchEquals, selection) {
        case (_, .nothing): return "\(filter.jsonPath) selects nothing"
        case (_, .tooMany): return "\(filter.jsonPath) leads through too many values"
        case (nil, .one), (nil, .several): return nil
        case (_?, .several(let count)): return "\(filter.jsonPath) selects \(count) values, not one"
        case (_?, .one(let value)):
            guard let expected = filter.expectation(in: configuration) else {
                let keys = filter.placeholders.map { "{\($0)}" }.joined(separator: ", ")
                return "\(filter.jsonPath) can't be compared: the target action has no value for \(keys)"
            }
            guard let text = value.text else { return "\(filter.jsonPath) selects no text, number or boolean" }
            guard text != expected else { return nil }
            return "\(filter.jsonPath) is '\(shown(text))', not '\(shown(expected))'"
        }
    }
}

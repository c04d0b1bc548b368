package import PipelineModel

package struct StartRequest: Codable, Sendable, Equatable {
    package var trigger: ExecutionTrigger
    package var input: StartInput
    /// The same token with the same input gives the same execution.
    package var clientRequestToken: String?

    package init(trigger: ExecutionTrigger, input: StartInput = StartInput(), clientRequestToken: String? = nil) {
        self.trigger = trigger
        self.input = input
        self.clientRequestToken = clientRequestToken
    }
}

/// What a start request asks for beyond starting.
package struct StartInput: Codable, Sendable, Equatable {
    package var sourceRevisions: [SourceRevisionOverride]
    /// Pipeline variables by name.
    package var variables: [String: String]
    /// The pipelines whose actions led to this start, outermost first.
    package var invokedBy: [PipelineName]?
    /// Who made the change or asked for the start: names, ids, addresses.
    package var authors: [String]?
    /// What the event that starts it says beyond the revision, as output variables of its source action.
    package var eventVariables: [String: String]?

    package init(
        sourceRevisions: [SourceRevisionOverride] = [], variables: [String: String] = [:],
        invokedBy: [PipelineName]? = nil, authors: [String]? = nil, eventVariables: [String: String]? = nil
    ) {
        self.sourceRevisions = sourceRevisions
        self.variables = variables
        self.invokedBy = invokedBy
        self.authors = authors
        self.eventVariables = eventVariables
    }
}

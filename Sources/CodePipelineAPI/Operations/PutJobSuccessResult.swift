import PipelineEngine
import PipelineModel

/// A worker's job succeeded: its action has, or goes on with another job that carries the continuation token.
struct PutJobSuccessResult: APIOperation {
    struct Input: Decodable, Sendable {
        struct Revision: Decodable, Sendable {
            var revision: String
            var changeIdentifier: String
            var created: Double?
            var revisionSummary: String?
        }

        struct Details: Decodable, Sendable {
            var summary: String?
            var externalExecutionId: String?
            var percentComplete: Int?
        }

        var jobId: JobID
        var currentRevision: Revision?
        var continuationToken: String?
        var executionDetails: Details?
        var outputVariables: [String: String]?
    }

    static let name = "PutJobSuccessResult"

    /// Bytes of names and values (spec: job-workers §2).
    private static let variablesLimit = 122_880

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["jobId": .jobID],
            optional: [
                "currentRevision": .currentRevision, "continuationToken": .continuationToken,
                "executionDetails": .executionDetails,
                "outputVariables": .map(
                    key: .text(.oneOrMore(#"A-Za-z0-9@\-_"#)), value: .text(), min: nil, max: nil),
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        try check(input)
        let work = try await service.workInProgress(of: input.jobId)
        let type = try await service.actionTypeCatalogue().custom[work.action.type]
        let url = type?.executionURL(
            of: input.executionDetails?.externalExecutionId ?? work.action.externalExecutionID,
            configuration: work.action.resolvedConfiguration)
        try await service.report(input.outcome(of: work.action, url: url), of: input.jobId)
        return NoOutput()
    }

    /// - Throws: `ValidationException`, `OutputVariablesSizeExceededException`.
    private func check(_ input: Input) throws(APIError) {
        let variables = input.outputVariables ?? [:]
        guard variables.isEmpty || input.continuationToken == nil else {
            throw .validation(
                "Output variables can't be given together with a continuation token: give them with the last job")
        }
        let size = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= Self.variablesLimit else {
            throw APIError(
                "OutputVariablesSizeExceededException",
                "The output variables have \(size) bytes; \(Self.variablesLimit) are allowed")
        }
    }
}

extension PutJobSuccessResult.Input {
    fileprivate func outcome(of action: ActionExecution, url: String?) -> JobOutcome {
        let details = executionDetails
        // Of other actions than sources, a revision belongs to what they have made.
        let saysRevision = action.type.category == .source || !action.outputArtifacts.isEmpty
        if let continuationToken {
            return .continues(
                ActionContinuation(
                    token: continuationToken, pollAgainIn: 0, summary: details?.summary,
                    externalExecutionID: details?.externalExecutionId, externalExecutionURL: url,
                    percentComplete: details?.percentComplete))
        }
        return .succeeded(
            ActionResult(
                variables: outputVariables ?? [:],
                revision: saysRevision ? currentRevision.map { SourceRevision($0, of: action.action) } : nil,
                summary: details?.summary, externalExecutionID: details?.externalExecutionId,
                externalExecutionURL: url))
    }
}

extension SourceRevision {
    fileprivate init(_ revision: PutJobSuccessResult.Input.Revision, of action: ActionName) {
        self.init(
            actionName: action, revisionID: revision.revision, summary: revision.revisionSummary,
            changeIdentifier: revision.changeIdentifier, created: revision.created)
    }
}

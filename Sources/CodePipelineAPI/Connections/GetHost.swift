import PipelineEngine

/// The input of operations on one host.
struct ConnectionHostInput: Decodable, Sendable {
    static let shape = Shape.structure(required: ["HostArn": .connectionHostARN])

    var arn: String

    enum CodingKeys: String, CodingKey { case arn = "HostArn" }
}

/// Shows a host.
struct GetHost: APIOperation {
    static let name = "GetHost"

    static func inputShape(_ settings: APISettings) -> Shape { ConnectionHostInput.shape }

    let service: CodePipelineService

    func callAsFunction(
        _ input: ConnectionHostInput, in context: CallContext
    ) async throws(APIError) -> ConnectionHostView {
        ConnectionHostView(try await ConnectionBook.open(service).host(input.arn).record, listed: false)
    }
}

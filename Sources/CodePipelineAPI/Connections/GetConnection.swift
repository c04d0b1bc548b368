import PipelineEngine
import PipelineModel

/// The input of operations on one connection.
struct ConnectionInput: Decodable, Sendable {
    static let shape = Shape.structure(required: ["ConnectionArn": .connectionARN])

    var arn: ConnectionARN

    enum CodingKeys: String, CodingKey { case arn = "ConnectionArn" }
}

/// Shows a connection.
struct GetConnection: APIOperation {
    struct Output: Encodable, Sendable {
        var connection: ConnectionView

        enum CodingKeys: String, CodingKey { case connection = "Connection" }
    }

    static let name = "GetConnection"

    static func inputShape(_ settings: APISettings) -> Shape { ConnectionInput.shape }

    let service: CodePipelineService

    func callAsFunction(_ input: ConnectionInput, in context: CallContext) async throws(APIError) -> Output {
        let book = try await ConnectionBook.open(service)
        if let found = book.connection(input.arn) {
            return Output(connection: ConnectionView(found.record, account: context.account))
        }
        guard let declared = book.declared(input.arn) else {
            throw .connectionResourceNotFound("Connection", input.arn.rawValue)
        }
        return Output(connection: ConnectionView(declared, account: context.account))
    }
}

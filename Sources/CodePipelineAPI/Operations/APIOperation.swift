/// One operation of the service, ignorant of protocol.
///
/// Its input has passed ``inputShape(_:)`` and is decoded; it answers an output that any door can encode.
protocol APIOperation: Sendable {
    associatedtype Input: Decodable & Sendable
    associatedtype Output: Encodable & Sendable

    /// AWS's name.
    static var name: String { get }
    static func inputShape(_ settings: APISettings) -> Shape

    init(service: CodePipelineService)

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output
}

/// The answer of operations that have none: doors send an empty body.
package struct NoOutput: Encodable, Sendable {}

/// The answer of operations whose answer has no members: doors send an empty structure.
package struct EmptyOutput: Encodable, Sendable {}

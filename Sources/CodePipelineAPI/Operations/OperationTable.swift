/// The operations of one service by name.
struct OperationTable: Sendable {
    private struct Entry: Sendable {
        let shape: Shape
        let run: @Sendable (Document, CallContext) async throws(APIError) -> any Encodable & Sendable
    }

    private let entries: [String: Entry]

    init(_ operations: [any APIOperation.Type], service: CodePipelineService) {
        entries = Dictionary(
            uniqueKeysWithValues: operations.map { ($0.name, Self.entry($0, service: service)) })
    }

    func inputShape(of name: String) -> Shape? { entries[name]?.shape }

    func perform(
        _ name: String, input: Document, in context: CallContext
    ) async throws(APIError) -> (any Encodable & Sendable)? {
        guard let entry = entries[name] else { throw .unknownOperation(name) }
        try ShapeCheck(input, against: entry.shape).report()
        let output = try await entry.run(input, context)
        return output is NoOutput ? nil : output
    }

    private static func entry<Call: APIOperation>(_ type: Call.Type, service: CodePipelineService) -> Entry {
        let operation = Call(service: service)
        return Entry(shape: Call.inputShape(service.settings)) { document, context throws(APIError) in
            let input: Call.Input
            do {
                input = try document.decode(Call.Input.self)
            } catch {
                throw .internalFailure("the input of \(Call.name) passed its shape and can't be decoded: \(error)")
            }
            return try await operation(input, in: context)
        }
    }
}

import PipelineEngine

/// The tags of one webhook.
struct WebhookTags: Sendable {
    private static let limit = 50

    let service: CodePipelineService
    let name: String
    let arn: String

    init(_ service: CodePipelineService, _ name: String, arn: String) {
        self.service = service
        self.name = name
        self.arn = arn
    }

    func read() async throws(APIError) -> [String: String] { try await webhook().record.tags }

    /// - Throws: `TooManyTagsException`, `ConcurrentModificationException`.
    func change(_ body: (inout [String: String]) -> Void) async throws(APIError) {
        let former = try await webhook()
        var record = former.record
        body(&record.tags)
        guard record.tags.count <= Self.limit else { throw .tooManyTags(on: arn) }
        try await service.put(record, over: former)
    }

    private func webhook() async throws(APIError) -> Registered<WebhookRecord> {
        guard let found = try await service.all(WebhookRecord.self).first(where: { $0.record.name == name }) else {
            throw .resourceNotFound(arn)
        }
        return found
    }
}

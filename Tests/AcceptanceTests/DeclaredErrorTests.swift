import Foundation
import Testing

/// Every error that botocore's model declares for the operations of webhooks and connections: met through boto3, or
/// listed with the reason why nobody meets it. ``SDK`` complains of each answer that the model doesn't declare.
@Suite(.serialized) struct DeclaredErrorTests {
    enum Reach: Sendable {
        /// The parameters that are refused so.
        case by(JSON)
        /// These, called at once, in rounds until one of them is refused so. `before` makes each round's start.
        case race([JSON], before: (operation: String, parameters: JSON)? = nil)
        case never(because: String)
    }

    struct Row: Sendable {
        let operation: String
        let error: String
        let reach: Reach

        init(_ operation: String, _ error: String, _ reach: Reach) {
            self.operation = operation
            self.error = error
            self.reach = reach
        }
    }

    private func check(_ rows: [Row], of operations: [String], _ sdk: SDK, service: String) async throws {
        for operation in operations {
            let listed = Set(rows.filter { $0.operation == operation }.map(\.error))
            #expect(try await sdk.declaredErrors(of: operation, service: service) == listed, "\(operation)")
        }
        for row in rows {
            let place: Comment = "\(service) \(row.operation): \(row.error)"
            switch row.reach {
            case .by(let parameters):
                let answer = try await sdk.answer(row.operation, parameters, service: service)
                #expect(answer.error == row.error && answer.status == 400, place)
                #expect(answer.output.string?.isEmpty == false, place)
            case .race(let calls, let before):
                let isMet = try await meets(row, calls, before, sdk, service: service)
                #expect(isMet, place)
            case .never(let reason): #expect(!reason.isEmpty, place)
            }
        }
    }

    private func meets(
        _ row: Row, _ calls: [JSON], _ before: (operation: String, parameters: JSON)?, _ sdk: SDK, service: String
    ) async throws -> Bool {
        for _ in 0..<100 {
            if let before { try await sdk(before.operation, before.parameters, service: service) }
            let errors = try await withThrowingTaskGroup(of: String?.self) { group in
                for parameters in calls {
                    group.addTask { try await sdk.answer(row.operation, parameters, service: service).error }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            if errors.contains(row.error) { return true }
        }
        return false
    }

    /// Calls by eights; what each was refused with.
    private func errors(
        _ operation: String, _ calls: [JSON], _ sdk: SDK, service: String = "codepipeline"
    ) async throws -> [String?] {
        try await withThrowingTaskGroup(of: String?.self) { group in
            var waiting = calls.makeIterator()
            func addNext() {
                guard let parameters = waiting.next() else { return }
                group.addTask { try await sdk.answer(operation, parameters, service: service).error }
            }
            for _ in 0..<8 { addNext() }
            var errors: [String?] = []
            while let error = try await group.next() {
                errors.append(error)
                addNext()
            }
            return errors
        }
    }

    // MARK: Webhooks

    private static func webhook(
        _ name: String, filter: JSON = ["jsonPath": "$.ref"], authentication: String = "UNAUTHENTICATED",
        configuration: JSON = [:], pipeline: String = "hooked", tags: [JSON] = []
    ) -> JSON {
        [
            "webhook": [
                "name": .string(name), "targetPipeline": .string(pipeline), "targetAction": "Repository",
                "filters": [filter], "authentication": .string(authentication),
                "authenticationConfiguration": configuration,
            ], "tags": .array(tags),
        ]
    }

    private static let signed = (0..<8).map {
        webhook("w0", authentication: "GITHUB_HMAC", configuration: ["SecretToken": .string("secret \($0)")])
    }

    private static let webhookRows: [Row] =
        [
            Row("PutWebhook", "ValidationException", .by(webhook(""))),
            Row("PutWebhook", "LimitExceededException", .by(webhook("one-more"))),
            Row("PutWebhook", "InvalidWebhookFilterPatternException", .by(webhook("w0", filter: ["jsonPath": "$.a["]))),
            Row(
                "PutWebhook", "InvalidWebhookAuthenticationParametersException",
                .by(webhook("w0", authentication: "IP", configuration: ["AllowedIPRange": "everywhere"]))),
            Row("PutWebhook", "PipelineNotFoundException", .by(webhook("w0", pipeline: "none"))),
            Row(
                "PutWebhook", "TooManyTagsException",
                .by(webhook("w0", tags: (0..<51).map { ["key": .string("k\($0)"), "value": ""] }))),
            Row("PutWebhook", "InvalidTagsException", .by(webhook("w0", tags: [["key": "aws:x", "value": ""]]))),
            Row("PutWebhook", "ConcurrentModificationException", .race(signed)),
            Row("ListWebhooks", "ValidationException", .by(["MaxResults": 101])),
            Row("ListWebhooks", "InvalidNextTokenException", .by(["NextToken": "x"])),
            Row("DeleteWebhook", "ValidationException", .by(["name": "no name"])),
            Row(
                "DeleteWebhook", "ConcurrentModificationException",
                .race(
                    Array(repeating: ["name": "w1"], count: 8), before: ("PutWebhook", webhook("w1")))),
        ]
        + ["RegisterWebhookWithThirdParty", "DeregisterWebhookWithThirdParty"].flatMap {
            [
                Row($0, "ValidationException", .by(["webhookName": "no name"])),
                Row($0, "WebhookNotFoundException", .by(["webhookName": "none"])),
            ]
        }

    @Test func `every error declared for webhooks is met, and 300 of them are the most however they come`()
        async throws
    {
        let walk = try await Walk.begin()
        try await walk.create("hooked", Definition.approval)
        let errors = try await errors("PutWebhook", (0..<320).map { Self.webhook("w\($0)") }, walk.sdk)
        #expect(errors.count { $0 == nil } == 300)
        #expect(errors.count { $0 == "LimitExceededException" } == 20)
        // Those that are there can still be changed. Which of 320 were too many is chance: these two must be there.
        for name in ["w0", "w1"] { try await walk.sdk("PutWebhook", Self.webhook(name)) }
        let operations = [
            "PutWebhook", "ListWebhooks", "DeleteWebhook", "RegisterWebhookWithThirdParty",
            "DeregisterWebhookWithThirdParty",
        ]
        try await check(Self.webhookRows, of: operations, walk.sdk, service: "codepipeline")
    }

    // MARK: Connections

    private static let absent = "arn:aws:codeconnections:us-east-1:000000000000:connection/none"
    private static let absentHost = "arn:aws:codeconnections:us-east-1:000000000000:host/none-1"

    /// - Parameters:
    ///   - connection: has 200 tags.
    ///   - host: a connection uses it.
    private static func connectionRows(connection: String, host: String) -> [Row] {
        let inTransit = "a host or a connection is of use as soon as it is made: none is ever being set up"
        let (absent, host) = (JSON.string(absent), JSON.string(host))
        let other = ["ProviderType": "GitHub", "ConnectionName": "one-more"] as JSON
        return [
            Row("CreateConnection", "LimitExceededException", .by(other)),
            Row(
                "CreateConnection", "ResourceNotFoundException",
                .by(["ConnectionName": "b", "HostArn": .string(absentHost)])),
            Row(
                "CreateConnection", "ResourceUnavailableException",
                .never(because: "only when the host is changed in the same milliseconds: see ConnectionTests")),
            Row(
                "CreateHost", "LimitExceededException",
                .by(["Name": "h", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "https://git.example"])),
            Row("DeleteConnection", "ResourceNotFoundException", .by(["ConnectionArn": absent])),
            Row("DeleteHost", "ResourceNotFoundException", .by(["HostArn": .string(absentHost)])),
            Row("DeleteHost", "ResourceUnavailableException", .by(["HostArn": host])),
            Row("GetConnection", "ResourceNotFoundException", .by(["ConnectionArn": absent])),
            Row("GetConnection", "ResourceUnavailableException", .never(because: inTransit)),
            Row("GetHost", "ResourceNotFoundException", .by(["HostArn": .string(absentHost)])),
            Row("GetHost", "ResourceUnavailableException", .never(because: inTransit)),
            Row(
                "ListConnections", "ResourceNotFoundException",
                .never(because: "a filter by a host that isn't there finds nothing, which is an answer")),
            Row("ListTagsForResource", "ResourceNotFoundException", .by(["ResourceArn": absent])),
            Row("TagResource", "ResourceNotFoundException", .by(["ResourceArn": absent, "Tags": []])),
            Row(
                "TagResource", "LimitExceededException",
                .by(["ResourceArn": .string(connection), "Tags": [["Key": "more", "Value": ""]]])),
            Row("UntagResource", "ResourceNotFoundException", .by(["ResourceArn": absent, "TagKeys": ["a"]])),
            Row(
                "UpdateHost", "ConflictException",
                .race(
                    (0..<8).map { ["HostArn": host, "ProviderEndpoint": .string("https://git\($0).example")] })),
            Row("UpdateHost", "ResourceNotFoundException", .by(["HostArn": .string(absentHost)])),
            Row("UpdateHost", "ResourceUnavailableException", .never(because: inTransit)),
            Row(
                "UpdateHost", "UnsupportedOperationException",
                .never(because: "every host can be changed at any time: \(inTransit)")),
        ]
    }

    private static let connectionOperations = [
        "CreateConnection", "CreateHost", "DeleteConnection", "DeleteHost", "GetConnection", "GetHost",
        "ListConnections", "ListHosts", "ListTagsForResource", "TagResource", "UntagResource", "UpdateHost",
    ]

    @Test func `every error declared for connections is met, under both names, and the quotas hold`() async throws {
        let walk = try await Walk.begin()
        let service = "codeconnections"
        let tags = (0..<200).map { ["Key": .string("k\($0)"), "Value": ""] as JSON }
        let tagged = try await walk.sdk(
            "CreateConnection", ["ConnectionName": "tagged", "ProviderType": "GitHub", "Tags": .array(tags)],
            service: service)
        let forge: JSON = [
            "Name": "forge", "ProviderType": "GitHubEnterpriseServer", "ProviderEndpoint": "https://git.example",
        ]
        let host = try await walk.sdk("CreateHost", forge, service: service)["HostArn"]
        try await walk.sdk("CreateConnection", ["ConnectionName": "user", "HostArn": host], service: service)
        let connections = try await errors(
            "CreateConnection",
            (0..<260).map { ["ConnectionName": .string("c\($0)"), "ProviderType": "GitHub"] }, walk.sdk,
            service: service)
        #expect(connections.count { $0 == nil } == 248)
        let hosts = try await errors("CreateHost", Array(repeating: forge, count: 60), walk.sdk, service: service)
        #expect(hosts.count { $0 == nil } == 49)
        let rows = Self.connectionRows(
            connection: try #require(tagged["ConnectionArn"].string), host: try #require(host.string))
        for service in [service, "codestar-connections"] {
            try await check(rows, of: Self.connectionOperations, walk.sdk, service: service)
        }
        // What only the configuration can change is refused with an error that every service has.
        let declared = JSON.string(Corridor.connection)
        let refused = try await walk.sdk.answer(
            "DeleteConnection", ["ConnectionArn": declared], service: service)
        #expect(refused.error == "ValidationException")
        #expect(refused.output.string?.contains("configuration file") == true)
    }
}

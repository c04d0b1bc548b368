import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import Testing

@Suite("Webhooks")
struct WebhookTests {
    private func room(settings: APISettings = APISettings(), rushed: Bool = false) async throws -> Room {
        let room = Room(settings: settings, rushed: rushed)
        try await room.create(try Pipelines.withSecret("t0ken", name: "app"))
        return room
    }

    private func webhook(
        _ name: String = "hook", pipeline: String = "app", action: String = "Fetch", path: String = "$.ref",
        equals: String? = "refs/heads/{Branch}", _ authentication: String = "GITHUB_HMAC",
        _ configuration: String = #"{"SecretToken": "hush"}"#
    ) -> String {
        let matches = equals.map { #", "matchEquals": "\#($0)""# } ?? ""
        return #"""
            {"name": "\#(name)", "targetPipeline": "\#(pipeline)", "targetAction": "\#(action)",
             "filters": [{"jsonPath": "\#(path)"\#(matches)}], "authentication": "\#(authentication)",
             "authenticationConfiguration": \#(configuration)}
            """#
    }

    private func put(_ room: Room, _ webhook: String, tags: String? = nil) async throws -> Document {
        let more = tags.map { #", "tags": \#($0)"# } ?? ""
        return try await room.call("PutWebhook", #"{"webhook": \#(webhook)\#(more)}"#)["webhook"] ?? .null
    }

    private func record(_ room: Room, _ name: String = "hook") async throws -> WebhookRecord? {
        try await room.registry.all(WebhookRecord.self).map(\.record).first { $0.name == name }
    }

    @Test func `a webhook gets an opaque URL that it keeps, and shows no secret`() async throws {
        let room = try await room()
        let made = try await put(room, webhook(), tags: #"[{"key": "team", "value": "a"}]"#)
        let url = try #require(made["url"]?.text)
        let id = try #require(url.split(separator: "/").last)
        #expect(url.hasPrefix("https://penstock.example/hooks/") && id.count == 32)
        #expect(made["arn"] == .string("arn:aws:codepipeline:us-east-1:000000000000:webhook:hook"))
        #expect(made.at("definition.authenticationConfiguration.SecretToken") == .string("****"))
        let again = try await put(room, webhook(path: "$.after", equals: nil))
        #expect(again["url"]?.text == url)
        #expect(again.at("tags.0.value") == .string("a"), "tags that aren't given stay")
        #expect(again.at("definition.filters.0.jsonPath") == .string("$.after"))
        let record = try #require(try await record(room))
        #expect(record.authentication == .gitHubHMAC(secret: room.vault.seal("hush")))
        let stored = try await room.registry.registered(.webhook).map { String(decoding: $0.record, as: UTF8.self) }
        #expect(!stored.joined().contains("hush"))
    }

    @Test func `the mask keeps the stored secret`() async throws {
        let room = try await room()
        _ = try await put(room, webhook())
        _ = try await put(room, webhook("hook", path: "$.x", equals: nil, "GITHUB_HMAC", #"{"SecretToken": "****"}"#))
        #expect(try await record(room)?.authentication == .gitHubHMAC(secret: room.vault.seal("hush")))
    }

    @Test func `a deleted webhook that is put again has a new URL, and deleting twice is no error`() async throws {
        let room = try await room()
        let first = try await put(room, webhook())["url"]
        for _ in 0..<2 { #expect(try await room.call("DeleteWebhook", #"{"name": "hook"}"#) == .structure([:])) }
        #expect(try await room.call("ListWebhooks", "{}")["webhooks"] == .list([]))
        #expect(try await put(room, webhook())["url"] != first)
    }

    @Test func `webhooks are listed by name, a page at a time`() async throws {
        let room = try await room()
        for name in ["c", "a", "b"] { _ = try await put(room, webhook(name)) }
        let first = try await room.call("ListWebhooks", #"{"MaxResults": 2}"#)
        #expect(first["webhooks"]?.items.compactMap { $0.at("definition.name")?.text } == ["a", "b"])
        let token = try #require(first["NextToken"]?.text)
        let second = try await room.call("ListWebhooks", #"{"NextToken": "\#(token)"}"#)
        #expect(second["webhooks"]?.items.compactMap { $0.at("definition.name")?.text } == ["c"])
        #expect(second["NextToken"] == nil)
    }

    @Test func `a host's refusal is shown by the list, and registering succeeds`() async throws {
        let room = try await room()
        _ = try await put(room, webhook("broken"))
        let input = #"{"webhookName": "broken"}"#
        #expect(try await room.call("RegisterWebhookWithThirdParty", input) == .structure([:]))
        let listed = try await room.call("ListWebhooks", "{}")
        #expect(listed.at("webhooks.0.errorCode") == .string("PermissionError"))
        #expect(listed.at("webhooks.0.errorMessage") == .string("the token may not manage hooks"))
        try await room.call("DeregisterWebhookWithThirdParty", input)
        #expect(try await room.call("ListWebhooks", "{}").at("webhooks.0.errorCode") == nil)
    }

    @Test func `webhooks have tags`() async throws {
        let room = try await room()
        _ = try await put(room, webhook(), tags: #"[{"key": "team", "value": "a"}]"#)
        let arn = #""resourceArn": "arn:aws:codepipeline:us-east-1:000000000000:webhook:hook""#
        try await room.call("TagResource", #"{\#(arn), "tags": [{"key": "cost", "value": "1"}]}"#)
        try await room.call("UntagResource", #"{\#(arn), "tagKeys": ["team"]}"#)
        let tags = try await room.call("ListTagsForResource", "{\(arn)}")["tags"]
        #expect(try tags == document(#"[{"key": "cost", "value": "1"}]"#))
        let fifty = (0..<50).map { #"{"key": "k\#($0)", "value": ""}"# }.joined(separator: ",")
        #expect(
            try await room.refusal("TagResource", #"{\#(arn), "tags": [\#(fifty)]}"#).code == "TooManyTagsException")
        #expect(try await record(room)?.tags == ["cost": "1"])
    }

    // MARK: Refusals

    struct Refusal: Sendable, CustomTestStringConvertible {
        var operation = "PutWebhook"
        let code: String
        let message: String
        var rushed = false
        var before: String?
        let input: String
        var testDescription: String { "\(operation): \(code): \(message)" }
    }

    private static let suite = WebhookTests()

    private static func put(
        _ code: String, _ message: String, _ webhook: String, tags: String = "[]", before: String? = nil,
        rushed: Bool = false
    ) -> Refusal {
        Refusal(
            code: code, message: message, rushed: rushed, before: before,
            input: #"{"webhook": \#(webhook), "tags": \#(tags)}"#)
    }

    private static let authentication = "InvalidWebhookAuthenticationParametersException"
    private static let pattern = "InvalidWebhookFilterPatternException"
    private static let onlySecret =
        "Optional['authenticationConfig' should contain only one property: 'SecretToken']"
    private static let onlyRange =
        "Optional['authenticationConfig' should contain only one property: 'AllowedIPRange']"
    private static let manyTags = (0..<51).map { #"{"key": "k\#($0)", "value": ""}"# }.joined(separator: ",")

    private static let puts: [Refusal] =
        [
            put(
                "PipelineNotFoundException", "does not have a pipeline with name 'none'",
                suite.webhook(pipeline: "none")),
            put("ValidationException", "is not a source action", suite.webhook(action: "Compile")),
            put("ValidationException", "is not a source action", suite.webhook(action: "Nothing")),
            put(authentication, onlySecret, suite.webhook("h", "GITHUB_HMAC", "{}")),
            put(
                authentication, onlySecret,
                suite.webhook("h", "GITHUB_HMAC", #"{"SecretToken": "s", "AllowedIPRange": "192.0.2.0/24"}"#)),
            put(authentication, onlyRange, suite.webhook("h", "IP", #"{"SecretToken": "s"}"#)),
            put(authentication, onlyRange, suite.webhook("h", "IP", "{}")),
            put(authentication, "CIDR", suite.webhook("h", "IP", #"{"AllowedIPRange": "everywhere"}"#)),
            put(
                authentication, "should not contain any",
                suite.webhook("h", "UNAUTHENTICATED", #"{"SecretToken": "s"}"#)),
            put(authentication, "new webhook", suite.webhook("h", "GITHUB_HMAC", #"{"SecretToken": "****"}"#)),
            put(pattern, "not valid", suite.webhook(path: "$.a[")),
            put(pattern, "not valid", suite.webhook(path: "$.a.sum()")),
            put(pattern, "names 'Colour'", suite.webhook(equals: "{Colour}")),
            put(pattern, "secret 'OAuthToken'", suite.webhook(equals: "{OAuthToken}")),
            put("TooManyTagsException", "Tag limit exceeded", suite.webhook(), tags: "[\(manyTags)]"),
            put("InvalidTagsException", "system tags", suite.webhook(), tags: #"[{"key": "aws:x", "value": ""}]"#),
            put(
                "LimitExceededException", "has 1 webhooks already", suite.webhook("second"),
                before: suite.webhook("first")),
            put(
                "ConcurrentModificationException", "changed by somebody else", suite.webhook("first"),
                before: suite.webhook("first"), rushed: true),
            put("ValidationException", "length greater than or equal to 1", suite.webhook("")),
        ]

    private static let others: [Refusal] = [
        Refusal(
            operation: "DeleteWebhook", code: "ConcurrentModificationException",
            message: "changed by somebody else",
            rushed: true, before: suite.webhook("first"), input: #"{"name": "first"}"#),
        Refusal(operation: "DeleteWebhook", code: "ValidationException", message: "name", input: "{}"),
        Refusal(
            operation: "ListWebhooks", code: "InvalidNextTokenException", message: "not valid",
            input: #"{"NextToken": "x"}"#),
        Refusal(
            operation: "ListWebhooks", code: "ValidationException", message: "less than or equal to 100",
            input: #"{"MaxResults": 101}"#),
    ]

    private static let registrations: [Refusal] =
        ["RegisterWebhookWithThirdParty", "DeregisterWebhookWithThirdParty"].flatMap {
            (operation: String) -> [Refusal] in
            let unknown = Refusal(
                operation: operation, code: "WebhookNotFoundException", message: "does not have a webhook",
                input: #"{"webhookName": "none"}"#)
            let nameless = Refusal(
                operation: operation, code: "ValidationException", message: "must be given", input: "{}")
            return [unknown, nameless]
        }

    static let refusals: [Refusal] = puts + others + registrations

    @Test(arguments: refusals)
    func `a refusal has AWS's name`(refusal: Refusal) async throws {
        var settings = APISettings()
        settings.webhooks = 1
        let calm = try await room(settings: settings, rushed: refusal.rushed)
        if let before = refusal.before { _ = try await put(calm, before) }
        let error = try await calm.refusal(refusal.operation, refusal.input)
        #expect(error.code == refusal.code)
        #expect(error.message.contains(refusal.message), "\(error.message)")
        #expect(!error.message.contains("hush"))
    }

    @Test func `however many webhooks are put at once, no more than the quota come to be`() async throws {
        var settings = APISettings()
        settings.webhooks = 5
        let room = try await room(settings: settings)
        let codes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        _ = try await put(room, webhook("w\(number)"))
                        return nil
                    } catch {
                        return (error as? APIError)?.code ?? "\(error)"
                    }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 5)
        #expect(codes.count { $0 == "LimitExceededException" } == 15)
        #expect(try await room.registry.registered(.webhook).count == 5)
    }

    @Test func `every declared error is among the refusals`() throws {
        let model = try ServiceModel.load()
        for operation in [
            "PutWebhook", "ListWebhooks", "DeleteWebhook", "RegisterWebhookWithThirdParty",
            "DeregisterWebhookWithThirdParty",
        ] {
            let reached = Set(Self.refusals.filter { $0.operation == operation }.map(\.code))
            #expect(reached == model.errors(of: operation), "\(operation)")
        }
    }
}

import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import Testing

@Suite("Connections")
struct ConnectionTests {
    private static let vpc = #"""
        {"VpcId": "vpc-12345678", "SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"],
         "TlsCertificate": "PEM"}
        """#

    /// Performs a call and checks its answer against the service's model.
    @discardableResult
    private func call(_ room: Room, _ operation: String, _ json: String) async throws -> Document {
        let model = try ServiceModel.loadConnections()
        let answer = try await room.connect(operation, json)
        let name = try #require(model.outputName(of: operation))
        #expect(model.faults(in: answer, name, at: operation) == [])
        return answer
    }

    private func create(_ room: Room, _ name: String, _ more: String = #""ProviderType": "GitHub""#) async throws
        -> String
    {
        let answer = try await call(room, "CreateConnection", #"{"ConnectionName": "\#(name)", \#(more)}"#)
        return try #require(answer["ConnectionArn"]?.text)
    }

    private func createHost(_ room: Room, _ more: String = "") async throws -> String {
        let answer = try await call(
            room, "CreateHost",
            #"""
            {"Name": "forge", "ProviderType": "GitHubEnterpriseServer",
             "ProviderEndpoint": "https://git.example.com"\#(more)}
            """#)
        return try #require(answer["HostArn"]?.text)
    }

    @Test func `a connection is pending until it is completed, and gone when it is deleted`() async throws {
        let room = Room()
        let arn = try await create(room, "web", #""ProviderType": "GitLab", "Tags": [{"Key": "a", "Value": "1"}]"#)
        let input = #"{"ConnectionArn": "\#(arn)"}"#
        let pending = try await call(room, "GetConnection", input)
        #expect(pending.at("Connection.ConnectionStatus") == .string("PENDING"))
        #expect(pending.at("Connection.ProviderType") == .string("GitLab"))
        let found = try #require(try await room.registry.all(ConnectionRecord.self).first)
        var record = found.record
        record.completion = .init(
            url: "https://x", apiURL: nil, user: nil, token: nil, options: [:], secrets: [:])
        try await room.registry.put(record, over: found)
        let old = arn.replacingOccurrences(of: ":codeconnections:", with: ":codestar-connections:")
        let available = try await call(room, "GetConnection", #"{"ConnectionArn": "\#(old)"}"#)
        #expect(available.at("Connection.ConnectionStatus") == .string("AVAILABLE"))
        #expect(try await call(room, "DeleteConnection", input) == .structure([:]))
        #expect(try await room.connectionRefusal("GetConnection", input).code == "ResourceNotFoundException")
    }

    @Test func `connections are listed with those of the configuration, by provider and host`() async throws {
        let room = Room()
        let host = try await createHost(room)
        let arn = try await create(room, "ghes", #""HostArn": "\#(host)""#)
        _ = try await create(room, "lab", #""ProviderType": "GitLab""#)
        let all = try await call(room, "ListConnections", "{}")["Connections"]?.items ?? []
        #expect(Set(all.compactMap { $0["ConnectionName"]?.text }) == ["ghes", "lab", "github"])
        #expect(all.first { $0["ConnectionName"]?.text == "github" }?["ConnectionStatus"] == .string("AVAILABLE"))
        let mine = try await call(room, "ListConnections", #"{"HostArnFilter": "\#(host)"}"#)["Connections"]?.items
        #expect(mine?.compactMap { $0["ConnectionArn"]?.text } == [arn])
        #expect(mine?.first?["ProviderType"] == .string("GitHubEnterpriseServer"))
        let lab = try await call(room, "ListConnections", #"{"ProviderTypeFilter": "GitLab"}"#)["Connections"]?.items
        #expect(lab?.count == 1)
        var names: [String] = []
        var token = ""
        repeat {
            let page = try await call(room, "ListConnections", #"{"MaxResults": 1\#(token)}"#)
            names += page["Connections"]?.items.compactMap { $0["ConnectionName"]?.text } ?? []
            token = page["NextToken"]?.text.map { #", "NextToken": "\#($0)""# } ?? ""
        } while !token.isEmpty
        #expect(names.count == 3 && Set(names).count == 3)
        #expect(try await call(room, "ListConnections", #"{"MaxResults": 0}"#)["Connections"]?.items.count == 3)
    }

    @Test func `a host is shown, moved and deleted once nobody uses it`() async throws {
        let room = Room()
        let arn = try await createHost(room, #", "VpcConfiguration": \#(Self.vpc)"#)
        let input = #"{"HostArn": "\#(arn)"}"#
        let connection = try await create(room, "ghes", #""HostArn": "\#(arn)""#)
        try await call(room, "UpdateHost", #"{"HostArn": "\#(arn)", "ProviderEndpoint": "https://new.example.com"}"#)
        let host = try await call(room, "GetHost", input)
        #expect(host["ProviderEndpoint"] == .string("https://new.example.com"))
        #expect(host["Status"] == .string("AVAILABLE"))
        #expect(host.at("VpcConfiguration.TlsCertificate") == .string("PEM"))
        #expect(try await call(room, "ListHosts", "{}").at("Hosts.0.HostArn") == .string(arn))
        #expect(try await room.connectionRefusal("DeleteHost", input).code == "ResourceUnavailableException")
        try await call(room, "DeleteConnection", #"{"ConnectionArn": "\#(connection)"}"#)
        try await call(room, "DeleteHost", input)
        #expect(try await call(room, "ListHosts", #"{"MaxResults": 5}"#)["Hosts"] == .list([]))
    }

    @Test func `connections and hosts have tags`() async throws {
        let room = Room()
        for arn in [try await create(room, "a"), try await createHost(room)] {
            let resource = #""ResourceArn": "\#(arn)""#
            let tags = #"[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]"#
            try await call(room, "TagResource", #"{\#(resource), "Tags": \#(tags)}"#)
            try await call(room, "UntagResource", #"{\#(resource), "TagKeys": ["b", "c"]}"#)
            let found = try await call(room, "ListTagsForResource", "{\(resource)}")["Tags"]
            #expect(try found == document(#"[{"Key": "a", "Value": ""}]"#))
        }
        let own = #"{"ResourceArn": "\#(GivenDeclarations.arn)"}"#
        #expect(try await call(room, "ListTagsForResource", own)["Tags"] == .list([]))
    }

    // MARK: Refusals

    struct Refusal: Sendable, CustomTestStringConvertible {
        let operation: String
        let code: String
        let input: String
        var testDescription: String { "\(operation): \(code)" }
    }

    private static let arn = "arn:aws:codeconnections:us-east-1:000000000000:connection/none"
    private static let hostARN = "arn:aws:codeconnections:us-east-1:000000000000:host/none-1"
    private static let tags = (0..<200).map { #"{"Key": "k\#($0)", "Value": ""}"# }.joined(separator: ",")

    static let refusals: [Refusal] = [
        Refusal(
            operation: "CreateConnection", code: "LimitExceededException",
            input: #"{"ConnectionName": "b", "ProviderType": "GitHub"}"#),
        Refusal(
            operation: "CreateConnection", code: "ResourceNotFoundException",
            input: #"{"ConnectionName": "b", "HostArn": "\#(hostARN)"}"#),
        Refusal(operation: "CreateConnection", code: "ValidationException", input: #"{"ConnectionName": "b"}"#),
        Refusal(
            operation: "CreateConnection", code: "ValidationException",
            input: #"{"ConnectionName": "github", "ProviderType": "GitHub"}"#),
        Refusal(
            operation: "CreateConnection", code: "ValidationException",
            input: #"{"ConnectionName": "b", "ProviderType": "SourceForge"}"#),
        Refusal(
            operation: "GetConnection", code: "ResourceNotFoundException", input: #"{"ConnectionArn": "\#(arn)"}"#),
        Refusal(operation: "GetConnection", code: "ValidationException", input: #"{"ConnectionArn": "x"}"#),
        Refusal(
            operation: "DeleteConnection", code: "ResourceNotFoundException", input: #"{"ConnectionArn": "\#(arn)"}"#),
        Refusal(
            operation: "DeleteConnection", code: "ValidationException",
            input: #"{"ConnectionArn": "\#(GivenDeclarations.arn)"}"#),
        Refusal(operation: "ListConnections", code: "ValidationException", input: #"{"NextToken": "x"}"#),
        Refusal(
            operation: "CreateHost", code: "LimitExceededException",
            input: #"{"Name": "b", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "https://x.example"}"#),
        Refusal(
            operation: "CreateHost", code: "ValidationException",
            input: #"{"Name": "b", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "x.example"}"#),
        Refusal(operation: "GetHost", code: "ResourceNotFoundException", input: #"{"HostArn": "\#(hostARN)"}"#),
        Refusal(operation: "UpdateHost", code: "ResourceNotFoundException", input: #"{"HostArn": "\#(hostARN)"}"#),
        Refusal(operation: "UpdateHost", code: "ValidationException", input: "{}"),
        Refusal(operation: "DeleteHost", code: "ResourceNotFoundException", input: #"{"HostArn": "\#(hostARN)"}"#),
        Refusal(operation: "ListHosts", code: "ValidationException", input: #"{"NextToken": "x"}"#),
        Refusal(
            operation: "TagResource", code: "ResourceNotFoundException",
            input: #"{"ResourceArn": "\#(arn)", "Tags": []}"#),
        Refusal(
            operation: "TagResource", code: "ValidationException",
            input: #"{"ResourceArn": "\#(GivenDeclarations.arn)", "Tags": []}"#),
        Refusal(
            operation: "UntagResource", code: "ResourceNotFoundException",
            input: #"{"ResourceArn": "\#(arn)", "TagKeys": []}"#),
        Refusal(
            operation: "ListTagsForResource", code: "ResourceNotFoundException",
            input: #"{"ResourceArn": "\#(arn)"}"#),
        Refusal(operation: "CreateRepositoryLink", code: "UnknownOperationException", input: "{}"),
    ]

    /// One connection and one host are there, and no more are allowed.
    @Test(arguments: refusals)
    func `a refusal has AWS's name`(refusal: Refusal) async throws {
        var settings = APISettings()
        settings.connections = 1
        settings.connectionHosts = 1
        let room = Room(settings: settings)
        _ = try await create(room, "a")
        _ = try await createHost(room)
        #expect(try await room.connectionRefusal(refusal.operation, refusal.input).code == refusal.code)
    }

    @Test func `two changes of one host at a time conflict, and a resource has 200 tags at most`() async throws {
        let rushed = Room(rushed: true)
        let host = try await createHost(rushed)
        #expect(
            try await rushed.connectionRefusal("UpdateHost", #"{"HostArn": "\#(host)"}"#).code == "ConflictException")
        let room = Room()
        let resource = #""ResourceArn": "\#(try await create(room, "a"))""#
        try await call(room, "TagResource", #"{\#(resource), "Tags": [\#(Self.tags)]}"#)
        let more = #"{\#(resource), "Tags": [{"Key": "more", "Value": ""}]}"#
        #expect(try await room.connectionRefusal("TagResource", more).code == "LimitExceededException")
    }
    // MARK: At once

    @Test func `however many make connections and hosts at once, no more than the quota come to be`() async throws {
        var settings = APISettings()
        settings.connections = 5
        settings.connectionHosts = 3
        let room = Room(settings: settings)
        let codes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    await room.code("CreateConnection", #"{"ConnectionName": "c\#(number)", "ProviderType": "GitHub"}"#)
                }
                group.addTask {
                    await room.code(
                        "CreateHost",
                        #"""
                        {"Name": "h\#(number)", "ProviderType": "GitLabSelfManaged",
                         "ProviderEndpoint": "https://git.example.com"}
                        """#)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 8)
        #expect(codes.count { $0 == "LimitExceededException" } == 32)
        #expect(try await room.registry.registered(.connection).count == 5)
        #expect(try await room.registry.registered(.connectionHost).count == 3)
    }

    @Test func `tags that are given while others change are given all the same`() async throws {
        let room = Room(rushed: true, times: 5)
        let resource = #""ResourceArn": "\#(try await create(room, "a"))""#
        try await call(room, "TagResource", #"{\#(resource), "Tags": [{"Key": "k", "Value": "v"}]}"#)
        try await call(room, "UntagResource", #"{\#(resource), "TagKeys": ["none"]}"#)
        let tags = try await call(room, "ListTagsForResource", "{\(resource)}")["Tags"]
        #expect(try tags == document(#"[{"Key": "k", "Value": "v"}]"#))
        let crowded = Room(rushed: true)
        let other = #""ResourceArn": "\#(try await create(crowded, "a"))""#
        let refusal = try await crowded.connectionRefusal("UntagResource", #"{\#(other), "TagKeys": ["k"]}"#)
        #expect(refusal.code == "ThrottlingException")
    }

    @Test func `a host that is changed while a connection to it is made is not available`() async throws {
        let room = Room(rushed: true)
        let host = try await createHost(room)
        let input = #"{"ConnectionName": "a", "HostArn": "\#(host)"}"#
        #expect(
            try await room.connectionRefusal("CreateConnection", input).code == "ResourceUnavailableException")
        #expect(try await room.registry.registered(.connection).isEmpty)
    }
}

extension Room {
    /// The code that a call of CodeConnections is refused with; `nil` when it isn't.
    fileprivate func code(_ operation: String, _ json: String) async -> String? {
        do {
            _ = try await connect(operation, json)
            return nil
        } catch {
            return (error as? APIError)?.code ?? "\(error)"
        }
    }
}

import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Tags")
struct TagTests {
    private let room = Room()
    private static let arn = "arn:aws:codepipeline:us-east-1:000000000000:small"
    private static let operations = ["TagResource", "UntagResource", "ListTagsForResource"]

    private func tags() async throws -> Document? {
        try await room.call("ListTagsForResource", #"{"resourceArn": "\#(Self.arn)"}"#)["tags"]
    }

    private func tag(_ tags: String) -> String { #"{"resourceArn": "\#(Self.arn)", "tags": \#(tags)}"# }

    @Test func `tags of the creation are kept, changed and taken away`() async throws {
        try await room.create(
            Pipelines.small(), tags: #"[{"key": "team", "value": "a"}, {"key": "cost", "value": ""}]"#)
        #expect(
            try await tags() == document(#"[{"key": "cost", "value": ""}, {"key": "team", "value": "a"}]"#))
        let answer = try await room.call("TagResource", tag(#"[{"key": "team", "value": "b"}]"#))
        #expect(answer == .structure([:]))
        let untag = #"{"resourceArn": "\#(Self.arn)", "tagKeys": ["cost", "never"]}"#
        #expect(try await room.call("UntagResource", untag) == .structure([:]))
        #expect(try await tags() == document(#"[{"key": "team", "value": "b"}]"#))
    }

    @Test(arguments: operations)
    func `an ARN that names no pipeline is told from one that isn't there`(operation: String) async throws {
        try await room.create(Pipelines.small())
        for (arn, code) in [
            ("arn:aws:s3:::small", "ValidationException"),
            ("arn:aws:codepipeline:us-east-1:1:small", "ValidationException"),
            ("arn:aws:codepipeline:us-east-1:000000000000:small/Build", "InvalidArnException"),
            ("arn:aws:codepipeline::us-east-1:000000000000:small", "InvalidArnException"),
            ("arn:aws:codepipeline:us-east-1:000000000000:other", "ResourceNotFoundException"),
            ("arn:aws:codepipeline:eu-west-1:000000000000:small", "ResourceNotFoundException"),
            ("arn:aws:codepipeline:us-east-1:111111111111:small", "ResourceNotFoundException"),
            ("arn:aws:codepipeline:us-east-1:000000000000:webhook:w", "ResourceNotFoundException"),
            ("arn:aws:codepipeline:us-east-1:000000000000:actiontype:Custom/Build/x/1", "ResourceNotFoundException"),
        ] {
            let input = #"{"resourceArn": "\#(arn)", "tags": [], "tagKeys": []}"#
            #expect(try await room.refusal(operation, input).code == code, "\(arn)")
        }
    }

    @Test func `tags that can't be are refused`() async throws {
        try await room.create(Pipelines.small(), tags: #"[{"key": "team", "value": "a"}]"#)
        let system = try await room.refusal("TagResource", tag(#"[{"key": "aws:x", "value": ""}]"#))
        #expect(system.code == "InvalidTagsException")
        let untag = #"{"resourceArn": "\#(Self.arn)", "tagKeys": ["aws:x"]}"#
        #expect(try await room.refusal("UntagResource", untag).code == "InvalidTagsException")
        let twice = #"[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]"#
        #expect(try await room.refusal("TagResource", tag(twice)).code == "InvalidTagsException")
        let fifty = (0..<50).map { #"{"key": "k\#($0)", "value": ""}"# }.joined(separator: ",")
        #expect(
            try await room.refusal("TagResource", tag("[\(fifty)]"))
                == APIError("TooManyTagsException", "Tag limit exceeded for resource [\(Self.arn)]."))
        #expect(try await tags()?.items.count == 1)
    }
}

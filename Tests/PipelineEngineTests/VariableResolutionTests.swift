import PipelineModel
import Testing

@testable import PipelineEngine

@Suite struct VariableResolutionTests {
    private static func resolution() -> VariableResolution {
        var execution = PipelineExecution(
            id: "e-1", pipeline: "p", pipelineVersion: 1, number: 1, mode: .superseded,
            trigger: ExecutionTrigger(type: .webhook), startTime: 0, variables: ["size": "big", "shout": "#{a.b}"])
        execution.namespaces = ["src": ["CommitId": "abc", "Message": "naïve ✓"], "a": ["b": "", "@x-1_": "odd"]]
        return VariableResolution(execution)
    }

    static let values: [(text: String, resolved: String)] = [
        ("plain", "plain"), ("", ""), ("#", "#"), ("#{", "#{"), ("#{src.CommitId", "#{src.CommitId"),
        ("#{src.CommitId}", "abc"), ("<#{src.CommitId}>", "<abc>"),
        ("#{src.CommitId}#{variables.size}", "abcbig"), ("#{src.CommitId}-#{src.CommitId}", "abc-abc"),
        ("#{codepipeline.PipelineExecutionId}", "e-1"), ("#{src.Message}", "naïve ✓"), ("[#{a.b}]", "[]"),
        ("#{a.@x-1_}", "odd"),
        // What a value brings is not looked into again.
        ("#{variables.shout}", "#{a.b}"),
        // No reference, so no error: shell text may look like this.
        ("#{}", "#{}"), ("#{name}", "#{name}"), ("#{a.b.c}", "#{a.b.c}"), ("#{a b.c}", "#{a b.c}"), ("#{.b}", "#{.b}"),
        ("#{a.}", "#{a.}"), ("${HOME} # {x}", "${HOME} # {x}"), ("#{x#{src.CommitId}", "#{xabc"),
        ("##{src.CommitId}", "#abc"),
    ]

    @Test(arguments: values) func `references become values`(text: String, resolved: String) throws {
        let result = try Self.resolution().resolve(["K": .plain(text)], of: .action("act"))
        #expect(result == ["K": .plain(resolved)])
    }

    static let unresolvable: [(configuration: [String: String], references: String)] = [
        (["K": "#{src.None}"], "#{src.None}"), (["K": "#{none.CommitId}"], "#{none.CommitId}"),
        (["K": "#{SRC.CommitId}"], "#{SRC.CommitId}"), (["K": "#{codepipeline.Other}"], "#{codepipeline.Other}"),
        (["K": "#{variables.none}"], "#{variables.none}"),
        (["A": "#{z.z}#{src.CommitId}", "B": "#{y.y} #{z.z}"], "#{y.y}, #{z.z}"),
    ]

    @Test(arguments: unresolvable)
    func `what has no value is listed`(configuration: [String: String], references: String) throws {
        let failure = FailureDetails(
            .configurationError,
            "An action in this pipeline failed because one or more variables could not be resolved: Action name=act. "
                + "Unresolved: \(references). Check that the namespaces exist and that the actions before this one "
                + "have put out these variables.")
        #expect(throws: failure) {
            try Self.resolution().resolve(configuration.mapValues { .plain($0) }, of: .action("act"))
        }
    }

    @Test func `a sealed value is left alone`() throws {
        let sealed = ["K": ConfigurationValue.sealed(SealedSecret(keyID: "k", box: "#{none.none}"))]
        #expect(try Self.resolution().resolve(sealed, of: .action("act")) == sealed)
    }

    @Test func `a hundred kilobytes are allowed, not a byte more`() throws {
        let most = String(repeating: "x", count: 100 * 1024 - 4) + "#{src.CommitId}"
        let result = try Self.resolution().resolve(["K": .plain(most)], of: .action("act"))
        #expect(result["K"]?.description.utf8.count == 100 * 1024 - 1)
        let error = #expect(throws: FailureDetails.self) {
            try Self.resolution().resolve(["K": .plain(most + "y")], of: .action("act"))
        }
        #expect(error?.type == .configurationError)
        #expect(error?.message.contains("has 102401 bytes") == true)
    }
}

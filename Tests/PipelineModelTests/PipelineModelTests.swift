import Foundation
import PipelineModel
import Testing

@Suite struct ConfigurationValueTests {
    @Test func `a sealed value prints as the mask and comes back from its stored form`() throws {
        let value = ConfigurationValue.sealed(SealedSecret(keyID: "0a1b2c3d", box: "Ym94"))
        #expect("\(value)" == "****")
        let stored = try JSONEncoder().encode(["OAuthToken": value])
        #expect(try JSONDecoder().decode([String: ConfigurationValue].self, from: stored) == ["OAuthToken": value])
    }

    @Test func `a plain value is stored as plain text`() throws {
        let stored = try JSONEncoder().encode([ConfigurationValue.plain("main")])
        #expect(String(decoding: stored, as: UTF8.self) == #"["main"]"#)
    }
}

@Suite struct ConnectionARNTests {
    @Test(arguments: [
        (
            "arn:aws:codestar-connections:eu-west-1:1:connection/a", "arn:aws:codeconnections:eu-west-1:1:connection/a",
            true
        ),
        ("arn:aws:codeconnections:eu-west-1:1:connection/a", "arn:aws:codeconnections:eu-west-1:1:connection/b", false),
        ("arn:aws:codeconnections:eu-west-1:1:connection/a", "arn:aws:codeconnections:us-east-1:1:connection/a", false),
        ("local", "local", true),
    ])
    func `the service's old and new name make the same connection`(left: String, right: String, same: Bool) {
        #expect((ConnectionARN(left).connectionKey == ConnectionARN(right).connectionKey) == same)
    }
}

@Suite struct PipelineDeclarationTests {
    private let one = ArtifactStoreDeclaration(location: "one")
    private let two = ArtifactStoreDeclaration(location: "two")

    @Test func `an action's artifacts go to the store of its region, else to the only one`() {
        var pipeline = PipelineDeclaration(name: "p", roleArn: "r", artifactStore: one, stages: [])
        #expect(pipeline.artifactStore(forRegion: "eu-west-1") == one)
        pipeline.artifactStores = ["eu-west-1": two]
        #expect(pipeline.artifactStore(forRegion: "eu-west-1") == two)
        #expect(pipeline.artifactStore(forRegion: nil) == one)
    }

    @Test func `run orders are listed once, in the order in which they run`() {
        let type = ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild")
        let actions = [3, 1, 3].enumerated().map {
            ActionDeclaration(name: ActionName("a\($0.offset)"), actionTypeId: type, runOrder: $0.element)
        }
        #expect(StageDeclaration(name: "s", actions: actions).runOrders == [1, 3])
    }
}

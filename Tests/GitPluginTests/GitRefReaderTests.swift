import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

@Suite struct GitRefReaderTests {
    private func connection(_ host: FakeHost) throws -> Connection {
        try #require(host.connections.connection(ConnectionARN(TestRepositories.arn)))
    }

    @Test func `branches and tags with their commits, annotated tags peeled`() async throws {
        let repositories = try TestRepositories()
        let refs = try await GitRefReader().refs(
            of: "acme/storefront", on: try connection(repositories.host), host: repositories.host)
        #expect(refs["refs/heads/main"] == repositories.tip)
        #expect(refs["refs/heads/feature/cards"] == repositories.feature)
        let tag = try TestRepositories.shell(
            "git --git-dir srv/acme/storefront.git rev-parse 'v1^{commit}'", in: repositories.scratch)
        #expect(refs["refs/tags/v1"] == tag.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(refs.keys.allSatisfy { $0.hasPrefix("refs/heads/") || $0.hasPrefix("refs/tags/") })
        let left = try FileManager.default.contentsOfDirectory(
            atPath: try repositories.host.stateFolder(for: "Git").path)
        #expect(!left.contains { $0.hasPrefix("look-") })
    }

    @Test(arguments: ["--upload-pack=touch /tmp/x", "acme/../../etc", "acme/$(id)", "", "acme/a\nb", "acme/none"])
    func `no name reaches git as anything but a path of the connection`(name: String) async throws {
        let repositories = try TestRepositories()
        let connection = try connection(repositories.host)
        await #expect(throws: FailureDetails.self) {
            _ = try await GitRefReader().refs(of: name, on: connection, host: repositories.host)
        }
    }

    @Test func `odd lines are passed over`() {
        let id = String(repeating: "a", count: 40)
        let other = String(repeating: "b", count: 40)
        let lines = [
            "\(id)\trefs/heads/main", "\(id)\trefs/tags/v1", "\(other)\trefs/tags/v1^{}", "nonsense", "\(id)",
            "short\trefs/heads/x", "\(String(repeating: "0", count: 40))\trefs/heads/zero", "",
        ]
        let refs = GitRefReader.refs(in: Data(lines.joined(separator: "\n").utf8))
        #expect(refs == ["refs/heads/main": id, "refs/tags/v1": other])
    }
}

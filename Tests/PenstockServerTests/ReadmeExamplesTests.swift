import Foundation
import Testing
import Yams

@testable import PenstockServer

/// Every piece of `penstock.yaml` that a README shows can be copied: the gateway would start with it.
@Suite struct ReadmeExamplesTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let file: String
        let number: Int
        let yaml: String
        var testDescription: String { "\(file), block \(number)" }
    }

    static let examples: [Example] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let modules = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Plugins").path)) ?? []
        return (["README.md"] + modules.sorted().map { "Plugins/\($0)/README.md" }).flatMap { file -> [Example] in
            guard let text = try? String(contentsOf: root.appending(path: file), encoding: .utf8) else { return [] }
            let blocks = text.components(separatedBy: "```yaml\n").dropFirst().enumerated().map {
                Example(
                    file: file, number: $0 + 1,
                    yaml: String($1.prefix(upTo: $1.range(of: "```")?.lowerBound ?? $1.endIndex)))
            }
            return blocks.filter(\.isConfiguration)
        }
    }()

    @Test func `there are some`() {
        #expect(Self.examples.count >= 8, "\(Self.examples.map(\.testDescription))")
        #expect(Set(Self.examples.map(\.file)).isSuperset(of: ["README.md", "Plugins/Jenkins/README.md"]))
    }

    @Test(arguments: examples)
    func `an example can be used as it is`(example: Example) async throws {
        let folder = try ServerFolder()
        var yaml = example.yaml.replacingOccurrences(of: "/srv/penstock/", with: "\(folder.url.path)/srv/")
        for file in yaml.matches(of: /\/etc\/penstock\/([a-z0-9-]+)/).map(\.output) {
            let path = try folder.write("s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t\n", to: String(file.1))
            yaml = yaml.replacingOccurrences(of: String(file.0), with: path)
        }
        let found = await DoctorCommand.findings(try folder.settings(yaml)).first { $0.check == "configuration" }
        #expect(found?.status == "ok", "\(found?.message ?? "")")
    }
}

extension ReadmeExamplesTests.Example {
    /// Buildspecs are none, nor what says that more belongs there.
    fileprivate var isConfiguration: Bool {
        guard !yaml.contains("# …"), let node = try? Yams.compose(yaml: yaml), let keys = node.mapping?.keys else {
            return false
        }
        return keys.allSatisfy { ConfigurationFile.knownKeys.contains($0.string ?? "") }
    }
}

import CodePipelineAPI
import Foundation
import Testing

@Suite("Pipelines of the corpus")
struct CorpusTests {
    /// Real files hold things that AWS refuses too; what counts is that every fault is named.
    @Test func `every real pipeline is accepted or refused with a reason`() throws {
        guard let corpus = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            say("skipped: PENSTOCK_CORPUS is not set")
            return
        }
        let folder = URL(fileURLWithPath: corpus).appendingPathComponent("pipelines/json")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
        #expect(!files.isEmpty)
        for file in files.sorted(by: { $0.path < $1.path }) {
            let content = try Document(json: Data(contentsOf: file))
            let faults = DeclarationFaults.all(in: content, actionTypes: .everything, region: "us-east-1")
            say("\(file.lastPathComponent): \(faults.isEmpty ? "accepted" : "refused")")
            for fault in faults {
                say("    \(fault.exception) at \(fault.path): \(fault.message)")
                #expect(!fault.message.isEmpty && fault.exception.hasSuffix("Exception"))
            }
        }
    }

    private func say(_ line: String) { FileHandle.standardError.write(Data("corpus: \(line)\n".utf8)) }
}

import Foundation
import PipelineModel
import Testing

@testable import PenstockServer

@Suite struct HooksCommandTests {
    @Test func `hooks are listed with the URLs that the gateway answers`() throws {
        let folder = try ServerFolder()
        let settings = try folder.settings(ServerBench.yaml + "\n  own: {connection: host, secret: s}\n")
        let error = #expect(throws: CommandError.self) { try HooksCommand.list(settings) }
        #expect(error?.message.contains("start 'penstock serve' once") == true)
        try FileManager.default.createDirectory(at: folder.data, withIntermediateDirectories: true)
        try Endpoint.write("http://gateway:1", in: folder.data)
        let hooks = try HooksCommand.list(settings)
        #expect(hooks.map(\.name) == ["main", "open", "own"])
        #expect(hooks[0].url == "http://gateway:1/hooks/main-hook")
        let id = HookTable.id(of: "own", key: try HookTable.idKey(in: folder.data)).rawValue
        #expect(hooks[2].url == "http://gateway:1/hooks/\(id)")
        #expect(try HooksCommand.list(settings).map(\.url) == hooks.map(\.url))
        #expect(!"\(hooks)".contains(ServerBench.secret))
    }
}

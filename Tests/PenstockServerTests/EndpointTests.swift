import Foundation
import Testing

@testable import PenstockServer

@Suite struct EndpointTests {
    @Test func `the noted endpoint counts, else the settings`() throws {
        let folder = try ServerFolder()
        try FileManager.default.createDirectory(at: folder.data, withIntermediateDirectories: true)
        let settings = try folder.settings(listen: "[::1]:99")
        #expect(Endpoint.of(settings) == "http://[::1]:99")
        #expect(Endpoint.of(try folder.settings(listen: "localhost:98")) == "http://localhost:98")
        try Endpoint.write("http://127.0.0.1:1234", in: folder.data)
        #expect(Endpoint.of(settings) == "http://127.0.0.1:1234")
        #expect(try mode(of: Endpoint.file(in: folder.data)) == 0o600)
    }
}

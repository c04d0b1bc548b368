import Foundation
import PluginKit
import Testing

@Suite struct SettingValueTests {
    private struct Entry: Decodable, Equatable {
        var url: String
        var limit: Int?
    }

    private let keys: Set<String> = ["url", "limit"]

    @Test func `a map gets a type`() throws {
        let value = SettingValue.map(["url": .string("https://example.com"), "limit": .integer(3)])
        #expect(
            try value.decode(Entry.self, at: "stores.a", knownKeys: keys) == Entry(url: "https://example.com", limit: 3)
        )
    }

    @Test(arguments: [
        (SettingValue.map(["limit": .integer(3)]), "stores.a: the setting 'url' is missing"),
        (.map(["url": .string("u"), "limit": .string("three")]), "stores.a.limit: expected Int"),
        (
            .map(["url": .string("u"), "limmit": .integer(3)]),
            "stores.a.limmit: unknown setting; known here: limit, url"
        ),
        (.string("u"), "stores.a: expected Dictionary<String, Any>"),
    ])
    func `a fault names its place and what was expected`(value: SettingValue, message: String) {
        let error = #expect(throws: SettingsError.self) {
            try value.decode(Entry.self, at: "stores.a", knownKeys: keys)
        }
        #expect(error?.description == message)
    }
}

@Suite struct HTTPClientBodyTests {
    private func body(_ chunks: [Data]) -> HTTPClientBody {
        HTTPClientBody {
            let left = Chunks(chunks)
            return { await left.next() }
        }
    }

    private actor Chunks {
        private var chunks: [Data]
        init(_ chunks: [Data]) { self.chunks = chunks }
        func next() -> Data? { chunks.isEmpty ? nil : chunks.removeFirst() }
    }

    @Test func `a body is collected up to its limit and no further`() async throws {
        let chunks = [Data("ab".utf8), Data("cd".utf8)]
        #expect(try await body(chunks).collect(upTo: 4) == Data("abcd".utf8))
        await #expect(throws: HTTPClientError.bodyTooLarge(limit: 3)) { try await body(chunks).collect(upTo: 3) }
    }
}

@Suite struct CredentialTests {
    @Test func `a credential shows nothing of itself`() {
        let credential = Credential(user: "ci", secret: "hunter22")
        #expect("\(credential) \(String(reflecting: credential))" == "**** ****")
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains("hunter22"))
    }
}

import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubDeliveriesTests {
    private let wish = HookWish(
        repository: "acme/app", url: GitHubHooksTests.url, secret: Credential(user: "", secret: "s"))
    private static let hook =
        #""hooks":[{"id":7,"active":true,"events":["push"],"config":{"url":"\#(GitHubHooksTests.url)"}}]"#
    private static let start = Date(timeIntervalSince1970: 1_770_800_000)

    /// One attempt, `minute` minutes after the start.
    private static func attempt(
        _ id: Int, _ guid: String, minute: Int, status: String = "OK", event: String = "push", fraction: String = "",
        repository: Int = 4711
    ) -> String {
        let time = start.addingTimeInterval(Double(minute) * 60).ISO8601Format()
            .replacingOccurrences(of: "Z", with: "\(fraction)Z")
        return """
            {"id":\(id),"guid":"\(guid)","delivered_at":"\(time)","redelivery":false,"status":"\(status)",
            "status_code":200,"event":"\(event)","action":null,"repository_id":\(repository),"request":{"headers":{"X-GitHub-Event":"\(event)",
            "X-GitHub-Delivery":"\(guid)","X-Hub-Signature-256":"sha256=00","content-type":"application/x-www-form-urlencoded"},
            "payload":{"number":\(id),"big":9007199254740993,"url":"https://x/y","text":"é"}}}
            """
    }

    private func missed(
        _ attempts: [String], page: Int = 100, since: Double = 0, in world: GitHubWorld
    ) async throws -> [LoggedDelivery] {
        // GitHub lists the newest first.
        let list = attempts.reversed().joined(separator: ",")
        try await world.set(#"{\#(Self.hook),"page":\#(page),"deliveries":{"7":[\#(list)]}}"#)
        return try await GitHubDeliveries().undelivered(
            wish, since: Self.start.addingTimeInterval(since * 60), on: world.connection(), host: world.host)
    }

    @Test func `what was never delivered comes once, oldest first, as it was sent`() async throws {
        try await GitHubWorld.with { world in
            let found = try await missed(
                [
                    Self.attempt(1, "a", minute: 1),
                    Self.attempt(2, "b", minute: 2, status: "Invalid HTTP Response: 503"),
                    Self.attempt(3, "c", minute: 3, status: "failed to connect to host", event: "pull_request"),
                    Self.attempt(4, "b", minute: 4, status: "timed out", fraction: ".123"),
                    Self.attempt(5, "d", minute: 5, status: "timed out"), Self.attempt(6, "d", minute: 6),
                ], page: 2, in: world)
            #expect(found.map(\.id) == ["b", "c"] && found.map(\.event) == ["push", "pull_request"])
            let delivery = try #require(found.first).delivery
            #expect(delivery.header("X-GitHub-Event") == "push" && delivery.header("X-GitHub-Delivery") == "b")
            #expect(delivery.header("Content-Type") == "application/json")
            #expect(delivery.headers.filter { $0.name.lowercased() == "content-type" }.count == 1)
            let body = try JSONDecoder().decode(SettingValue.self, from: delivery.body)
            #expect(
                body
                    == .map([
                        "number": .integer(4), "big": .integer(9_007_199_254_740_993), "url": .string("https://x/y"),
                        "text": .string("é"),
                    ]))
        }
    }

    @Test func `what lies before the time asked for is not read`() async throws {
        try await GitHubWorld.with { world in
            let attempts = (1...20).map { Self.attempt($0, "guid \($0)", minute: $0, status: "timed out") }
            let found = try await missed(attempts, page: 3, since: 16, in: world)
            #expect(found.map(\.id) == (16...20).map { "guid \($0)" })
            let pages = try await world.calls().filter { $0.call.hasSuffix("/deliveries") }
            #expect(pages.count == 2)
        }
    }

    @Test func `a hundred lost deliveries over many pages are all found, each once`() async throws {
        try await GitHubWorld.with { world in
            var attempts: [String] = []
            for number in 0..<100 {
                attempts.append(Self.attempt(2 * number, "lost \(number)", minute: number, status: "timed out"))
                attempts.append(Self.attempt(2 * number + 1, "came \(number)", minute: number))
            }
            let found = try await missed(attempts, page: 7, in: world)
            #expect(found.map(\.id) == (0..<100).map { "lost \($0)" })
        }
    }

    @Test func `what GitHub has dropped from its log meanwhile is left out`() async throws {
        try await GitHubWorld.with { world in
            try await world.fault(#"{"match":"GET /repos/acme/app/hooks/7/deliveries/1","status":404}"#)
            let found = try await missed(
                [
                    Self.attempt(1, "a", minute: 1, status: "timed out"),
                    Self.attempt(2, "b", minute: 2, status: "timed out"),
                    Self.attempt(3, "c", minute: 3, status: "timed out")
                        .replacingOccurrences(of: #""payload":"#, with: #""payload":null,"old":"#),
                ], in: world)
            #expect(found.map(\.id) == ["b"])
        }
    }

    @Test func `a repository without the hook says so`() async throws {
        try await GitHubWorld.with { world in
            let none = await failure {
                _ = try await GitHubDeliveries().undelivered(
                    wish, since: Self.start, on: world.connection(), host: world.host)
            }
            #expect(none?.type == .configurationError && none?.message.contains("register") == true)
        }
    }

    @Test func `an App that delivers by itself has its own log, of which the repository's part is read`() async throws {
        try await GitHubWorld.with { world in
            let attempts = [
                Self.attempt(3, "c", minute: 3, status: "timed out"),
                Self.attempt(2, "b", minute: 2, status: "timed out", repository: 8),
                Self.attempt(1, "a", minute: 1, status: "timed out"),
            ]
            try await world.set(
                #"{"app_hook":"\#(GitHubHooksTests.url)","deliveries":{"app":[\#(attempts.joined(separator: ","))]}}"#)
            let key = try GitHubAppTests.pem()
            let connection = world.connection(
                options: ["app_id": "80177"], secrets: ["private_key": Credential(user: "", secret: key)])
            func missed() async throws -> [String] {
                let log = GitHubDeliveries()
                return try await log.undelivered(wish, since: Self.start, on: connection, host: world.host).map(\.id)
            }
            #expect(try await missed() == ["a", "c"])
            // It need not be allowed to look at the repository's hooks.
            try await world.fault(#"{"match":"GET /repos/acme/app/hooks","status":403,"times":2}"#)
            #expect(try await missed() == ["a", "c"])
            try await world.set(#"{"app_hook":"https://elsewhere.example/"}"#)
            let none = await failure { _ = try await missed() }
            #expect(none?.type == .configurationError)
        }
    }

    @Test func `an answer without a payload is no delivery`() async throws {
        try await GitHubWorld.with { world in
            try await world.fault(#"{"match":"GET /repos/acme/app/hooks/7/deliveries/1","status":200,"body":{"id":1}}"#)
            let broken = await failure {
                _ = try await missed([Self.attempt(1, "a", minute: 1, status: "timed out")], in: world)
            }
            #expect(broken?.type == .systemUnavailable)
        }
    }

    @Test func `it reaches back three days`() { #expect(GitHubDeliveries().reach == 259_200) }
}

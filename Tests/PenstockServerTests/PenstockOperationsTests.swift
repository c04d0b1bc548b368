import Foundation
import HTTPTypes
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct PenstockOperationsTests {
    @Test func `deliveries are listed newest first, page by page`() async throws {
        try await ServerBench.with { bench in
            for number in 1...3 { _ = try await bench.deliver(try ServerBench.push(), id: "d-\(number)") }
            let all = try await list(bench, "{}")
            #expect(all.map(\.deliveryId) == ["d-3", "d-2", "d-1"])
            #expect(all.allSatisfy { $0.hook == "main" && $0.outcome == "accepted" && $0.body == nil })
            #expect(abs(all[0].receivedAt.timeIntervalSinceNow) < 60)
            let first = try await list(bench, #"{"maxResults":2}"#)
            #expect(first.map(\.deliveryId) == ["d-3", "d-2"])
            let rest = try await list(bench, "{\"before\":\(first[1].sequence),\"maxResults\":null}")
            #expect(rest.map(\.deliveryId) == ["d-1"])
        }
    }

    private func list(_ bench: ServerBench, _ body: String) async throws -> [DeliveryView] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return try decoder.decode(DeliveryList.self, from: try await bench.penstock("ListDeliveries", body).body)
            .deliveries
    }

    @Test func `a delivery is shown whole, without what signed it`() async throws {
        try await ServerBench.with { bench in
            let push = try ServerBench.push()
            _ = try await bench.deliver(push, id: "d-1")
            let sequence = try await list(bench, "{}")[0].sequence
            let answer = try await bench.penstock("GetDelivery", "{\"sequence\":\(sequence)}")
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .secondsSince1970
            let view = try decoder.decode(DeliveryView.self, from: answer.body)
            #expect(view.body == push && view.event == "push" && view.bodySize == push.count)
            #expect(view.headers["x-github-event"] == "push")
            #expect(view.headers["x-hub-signature-256"] == nil)
            #expect(!answer.text.contains(ServerBench.secret))
        }
    }

    @Test func `an accepted delivery is replayed and says of what`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.deliver(try ServerBench.push(), id: "d-1")
            let sequence = try await list(bench, "{}")[0].sequence
            let answer = try await bench.penstock("ReplayDelivery", "{\"sequence\":\(sequence)}")
            #expect(answer.status == 200)
            let newest = try await list(bench, "{}")[0]
            #expect(newest.replayOf == sequence && newest.outcome == "accepted")
            #expect(answer.json?["sequence"] == .integer(Int(newest.sequence)))
            let text = PrometheusText(try await bench.send(.get, "/metrics").text)
            #expect(text.value("penstock_deliveries_total", ["outcome": "replayed"]) == 1)
        }
    }

    @Test func `deliveries are found by hook, outcome and time`() async throws {
        try await ServerBench.with { bench in
            let push = try ServerBench.push()
            _ = try await bench.deliver(push, id: "d-1")
            _ = try await bench.deliver(push, id: "d-2", secret: nil, to: "open-hook")
            _ = try await bench.deliver(push, id: "d-3", secret: "wrong")
            func found(_ body: String) async throws -> [String] { try await list(bench, body).map(\.deliveryId) }
            #expect(try await found(#"{"hook":"open"}"#) == ["d-2"])
            #expect(try await found(#"{"hook":"main-hook","outcome":"accepted"}"#) == ["d-1"])
            #expect(try await found(#"{"outcome":"wrong-signature"}"#) == ["d-3"])
            #expect(try await found(#"{"since":\#(Int(Date().timeIntervalSince1970) + 60)}"#).isEmpty)
            #expect(try await found(#"{"parked":true}"#).isEmpty)
            for body in [#"{"outcome":"nope"}"#, #"{"outcome":"parked"}"#] {
                let answer = try await bench.penstock("ListDeliveries", body)
                #expect(answer.exception == "ValidationException" && answer.text.contains("wrong-signature"))
            }
            let nobody = try await bench.penstock("ListDeliveries", #"{"hook":"nope"}"#)
            #expect(nobody.exception == "ResourceNotFoundException" && nobody.text.contains("main, open"))
            #expect(try await found(#"{"parked":false,"maxResults":2}"#) == ["d-3", "d-2"])
        }
    }

    @Test func `a delivery's events come in each vocabulary, the same each time`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.deliver(try ServerBench.push(), id: "d-1")
            let own = try await bench.penstock("GetDelivery", #"{"sequence":1}"#).json?["events"]
            guard case .list(let events)? = own else { return _ = Issue.record("no events") }
            #expect(events.count == 1 && events[0]["sender"]?["id"]?.string?.isEmpty == false)
            let cloud = try await bench.penstock("GetDeliveryEvents", #"{"sequence":1,"format":"cloudevents"}"#)
            guard case .list(let envelopes)? = cloud.json?["events"] else { return _ = Issue.record("no envelopes") }
            #expect(envelopes.map { $0["id"] } == [.string("main-hook/d-1/0")])
            #expect(envelopes[0]["data"] == events[0])
            #expect(try await bench.penstock("GetDeliveryEvents", #"{"sequence":1}"#).json == cloud.json)
            let other = try await bench.penstock("GetDeliveryEvents", #"{"sequence":1,"format":"cdevents"}"#)
            #expect(other.status == 200 && other.json?["events"] == .list([]))
            guard case .list(let left)? = other.json?["withoutForm"] else { return _ = Issue.record("no remark") }
            #expect(left.count == 1 && left[0].string?.contains("pushed of ") == true, "\(left)")
            let wrong = try await bench.penstock("GetDeliveryEvents", #"{"sequence":1,"format":"xml"}"#)
            #expect(wrong.exception == "ValidationException")
        }
    }

    @Test func `webhooks that PutWebhook made are listed with their hooks at hosts`() async throws {
        try await ServerBench.with { bench in
            let registry = bench.gateway.registry
            for name in ["w", "v"] {
                try await registry.put(
                    WebhookRecord(
                        name: name, hook: HookID("hook-of-\(name)"), targetPipeline: "shop", targetAction: "a",
                        filters: [], authentication: .unauthenticated, tags: [:]), over: nil)
            }
            try await registry.put(
                HookRegistrationRecord(
                    origin: .webhook, hook: "w", repository: "acme/app", connection: "arn", url: "u",
                    state: .registered), over: nil)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .secondsSince1970
            let list = try decoder.decode(HookList.self, from: try await bench.penstock("ListHooks").body)
            #expect(list.hooks.map(\.name) == ["main", "open"])
            #expect(list.webhooks?.map(\.path) == ["/hooks/hook-of-v", "/hooks/hook-of-w"])
            #expect(list.webhooks?.map { $0.registrations.map(\.repository) } == [[], ["acme/app"]])
            let rows = HooksCommand.rows(list.webhooks ?? [], at: "http://g:1")
            #expect(rows.map(\.url) == ["http://g:1/hooks/hook-of-v", "http://g:1/hooks/hook-of-w"])
            #expect(rows.map(\.state) == ["for shop, not registered", "acme/app: registered"])
        }
    }

    @Test func `a rehearsal writes nothing`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.deliver(try ServerBench.push(), id: "d-1")
            let answer = try await bench.penstock("RehearseDelivery", #"{"sequence":1}"#)
            guard case .list(let decisions)? = answer.json?["decisions"] else {
                return _ = Issue.record("no decisions")
            }
            #expect(decisions.map { $0["wouldStart"] } == [.bool(false)])
            for operation in ["RehearseDelivery", "ReplayDelivery"] {
                let wrong = try await bench.penstock(operation, #"{"sequence":1,"pipeline":"nosuch"}"#)
                #expect(wrong.status == 400 && wrong.exception == "PipelineNotFoundException")
            }
            #expect(try await bench.journal().count == 1)
        }
    }

    @Test func `a refused delivery can't be replayed`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.deliver(Data("{}".utf8), secret: "wrong")
            let sequence = try await list(bench, "{}")[0].sequence
            let answer = try await bench.penstock("ReplayDelivery", "{\"sequence\":\(sequence)}")
            #expect(answer.status == 400 && answer.exception == "ConflictException")
            #expect(answer.json?["message"]?.string?.contains("wrong-signature") == true)
        }
    }

    /// Operation, body, exception.
    @Test(arguments: [
        ("ListDeliveries", #"{"maxResults":0}"#, "ValidationException"),
        ("ListDeliveries", #"{"maxResults":1001}"#, "ValidationException"),
        ("ListDeliveries", #"{"maxResults":-9223372036854775808}"#, "ValidationException"),
        ("ListDeliveries", #"{"maxResults":"5"}"#, "SerializationException"),
        ("ListDeliveries", #"{"before":1.5}"#, "SerializationException"),
        ("GetDelivery", "{}", "ValidationException"), ("GetDelivery", #"{"sequence":"1"}"#, "SerializationException"),
        ("GetDelivery", #"{"sequence":99}"#, "ResourceNotFoundException"),
        ("ReplayDelivery", #"{"sequence":99}"#, "ResourceNotFoundException"),
        ("Nothing", "{}", "UnknownOperationException"),
    ])
    func `a wrong input is named`(operation: String, body: String, exception: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.penstock(operation, body)
            #expect(answer.status == 400 && answer.exception == exception, "\(answer.text)")
        }
    }

    @Test func `hooks are listed without their secrets`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.penstock("ListHooks")
            let hooks = try JSONDecoder().decode(HookList.self, from: answer.body).hooks
            #expect(hooks.map(\.path) == ["/hooks/main-hook", "/hooks/open-hook"])
            #expect(hooks.map(\.name) == ["main", "open"] && hooks.allSatisfy { $0.connection == "host" })
            #expect(!answer.text.contains(ServerBench.secret))
        }
    }

    @Test func `modules are listed with what they contribute and how they are`() async throws {
        try await ServerBench.with("modules: {CodeBuild: {isolation: none}}") { bench in
            let answer = try await bench.penstock("ListModules")
            let modules = try JSONDecoder().decode(ModuleList.self, from: answer.body).modules
            #expect(modules.map(\.name) == PluginCatalog.all.map { $0.description.name })
            func module(_ name: String) throws -> ModuleView { try #require(modules.first { $0.name == name }) }
            #expect(try module("CodeBuild").health.map(\.status) == ["warning"])
            #expect(try module("CodeBuild").contributions.contains("document buildspec"))
            #expect(try module("GitHub").contributions.contains("webhook GitHub"))
            #expect(try module("Local").contributions == ["object store Local"])
            #expect(
                try module("CodeBuild").settings.contains { $0.key == "isolation" && $0.defaultValue == "bubblewrap" })
        }
    }
}

import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

/// What the gateway shows by its App comes back to it as deliveries: nothing may start by them.
@Suite struct GitHubOwnBuildTests {
    private static func parsed(
        _ event: String, _ action: String, app: String, as own: String?
    ) throws -> ParsedDelivery {
        let run = #"{"id":4,"name":"penstock/app/Build","conclusion":"success","app":\#(app)}"#
        let body = #"{"action":"\#(action)","\#(event)":\#(run),"repository":{"full_name":"acme/app"}}"#
        let connection = Connection(
            name: "github", arn: GitHubWorld.arn, provider: "GitHub", url: "https://github.com",
            options: own.map { ["app_id": $0] } ?? [:])
        let delivery = WebhookDelivery(headers: [("content-type", "application/json")], body: Data(body.utf8))
        return try GitHubWebhook().reader(for: connection).parse(VerifiedDelivery(verified: delivery, event: event))
    }

    private static let app = #"{"id":80177,"client_id":"Iv1.8a61f9b3","name":"Penstock"}"#

    @Test(arguments: ["check_run", "check_suite"], ["80177", "Iv1.8a61f9b3"])
    func `its own runs and suites are no builds`(event: String, own: String) throws {
        for action in ["created", "requested", "completed"] {
            let parsed = try Self.parsed(event, action, app: Self.app, as: own)
            #expect(parsed.events == [] && parsed.ignored == "\(event) \(action): this gateway's own, shown by its App")
        }
        let again = try Self.parsed(event, "rerequested", app: Self.app, as: own)
        #expect(again.events == [] && again.ignored?.contains("not supported; use retry-stage-execution") == true)
    }

    @Test(
        arguments: ["check_run", "check_suite"],
        [#"{"id":15368,"name":"GitHub Actions"}"#, #"{"id":801}"#, "{}", "[]", "null", #"{"id":"80177"}"#])
    func `those of other Apps are`(event: String, app: String) throws {
        #expect(try Self.parsed(event, "completed", app: app, as: "80177").events.count == 1)
        #expect(try Self.parsed(event, "completed", app: Self.app, as: nil).events.count == 1)
    }
}

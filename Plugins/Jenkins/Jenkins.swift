import PipelineModel
package import PluginKit

/// Jenkins: jobs that run as actions of the pipeline, and the notifications of builds that have ended.
///
/// The third way, Jenkins as a job worker that asks for work, needs no module: it speaks the pipeline's own API.
package struct Jenkins: Plugin {
    package static let description = PluginDescription(
        name: "Jenkins", summary: "runs Jenkins jobs as actions, reads notifications of ended builds",
        settings: [
            SettingDescription(
                key: "servers",
                summary: """
                    provider name of the actions → url (a path is kept), user, token or token_file, category \
                    ([Build, Test]), version ("1"), poll (5 seconds), forks (refused or allowed)
                    """, defaultValue: "{}")
        ])

    private let servers: [JenkinsServer]

    package init(settings: SettingValue) throws {
        servers = try JenkinsSettings.servers(settings)
    }

    package var contributions: [Contribution] {
        [.webhook(JenkinsWebhook())]
            + servers.flatMap { server in
                server.categories.map { .action(JenkinsAction(category: $0, server: server)) }
            }
    }

    /// Looks at the configuration and at what the last calls came to; calls nobody.
    package func health(on host: any PluginHost) async -> [HealthFinding] {
        servers.map(Self.finding)
    }

    private static func finding(_ server: JenkinsServer) -> HealthFinding {
        do throws(FailureDetails) {
            _ = try server.secret.credential()
        } catch {
            return HealthFinding(name: server.provider, status: .failed, message: error.message)
        }
        guard let outage = server.circuit.outage else {
            return HealthFinding(name: server.provider, status: .ok, message: "forwards to \(server.base)")
        }
        return HealthFinding(
            name: server.provider, status: .warning, message: "\(server.base) is away, calls are held back: \(outage)")
    }
}

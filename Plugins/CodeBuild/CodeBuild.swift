package import Foundation
package import Isolation
import PipelineModel
package import PluginKit

/// The CodeBuild module: builds and tests run on this machine, as their buildspecs say.
package struct CodeBuild: Plugin {
    package static let description = PluginDescription(
        name: "CodeBuild", summary: "runs buildspecs and the commands of rules on this machine",
        settings: [
            SettingDescription(
                key: "isolation", summary: "bubblewrap keeps builds apart from the machine; none doesn't",
                defaultValue: "bubblewrap"),
            SettingDescription(
                key: "projects",
                summary: """
                    the configuration's top-level projects: name → buildspec (text or a path in the source), \
                    timeout_minutes (60), environment, image
                    """, defaultValue: "{}"),
        ])

    private let settings: CodeBuildSettings
    private let check = makeCheck()
    private let state = BuildState()

    private static func makeCheck() -> IsolationCheck {
        IsolationCheck(setting: "modules.CodeBuild.isolation", subject: "builds")
    }

    static var isolationRemedy: String { makeCheck().remedy }

    package init(settings: SettingValue) throws {
        self.settings = try CodeBuildSettings(settings)
    }

    package var contributions: [Contribution] {
        let room = BuildRoom(settings: settings, check: check, state: state)
        return [
            .action(BuildAction(category: .build, room: room)),
            .action(BuildAction(category: .test, room: room)),
            .rule(BuildRule(room: room)),
            .rule(CommandsRule(room: room)),
            .document(BuildspecValidator()),
        ]
    }

    /// Whether builds can run isolated here, for `serve` and `doctor`. Really runs bubblewrap once.
    ///
    /// - Parameter folder: where a small folder may be made for the moment.
    package func isolationCheck(
        in folder: URL = FileManager.default.temporaryDirectory
    ) async -> IsolationStatus {
        await check.status(settings.isolation, in: folder)
    }

    package func health(on host: any PluginHost) async -> [HealthFinding] {
        let finding =
            switch await isolationCheck() {
            case .works: HealthFinding(name: "isolation", status: .ok, message: "bubblewrap works")
            case .switchedOff:
                HealthFinding(
                    name: "isolation", status: .warning,
                    message: "isolation is none: builds run as any other program of this user")
            case .broken(let reason):
                HealthFinding(name: "isolation", status: .failed, message: "builds are refused: \(reason)")
            }
        return [finding]
    }
}

package import Isolation
import PluginKit

/// What `modules.CodeBuild` and the configuration's `projects` say.
package struct CodeBuildSettings: Sendable, Equatable {
    /// A CodeBuild project. One that isn't declared has these defaults.
    package struct Project: Sendable, Equatable {
        /// Inline text or a path in the source; `nil` is `buildspec.yml`.
        package var buildspec: String?
        package var timeoutMinutes = 60
        package var environment: [String: String] = [:]
        /// Shown in `CODEBUILD_BUILD_IMAGE`; no image is started.
        package var image: String?
    }

    package var isolation = IsolationMode.bubblewrap
    package var projects: [String: Project] = [:]

    package func project(_ name: String) -> Project { projects[name] ?? Project() }
}

extension CodeBuildSettings {
    static let place = "modules.CodeBuild"

    /// - Throws: ``SettingsError`` naming the setting and the remedy.
    init(_ value: SettingValue) throws {
        switch value {
        case .null, .map: break
        default: throw SettingsError(place: Self.place, message: "expected a map with isolation and projects")
        }
        let known = try value.decode(Top.self, at: Self.place, knownKeys: ["isolation", "projects"])
        if let name = known.isolation {
            guard let isolation = IsolationMode(rawValue: name) else {
                throw SettingsError(
                    place: "\(Self.place).isolation", message: "'\(name)' is unknown; write bubblewrap or none")
            }
            self.isolation = isolation
        }
        for (name, project) in known.projects ?? [:] {
            projects[name] = try Project(project, at: "projects.\(name)")
        }
    }

    private struct Top: Decodable {
        var isolation: String?
        var projects: [String: SettingValue]?
    }
}

extension CodeBuildSettings.Project {
    fileprivate init(_ value: SettingValue, at place: String) throws {
        let keys: Set = ["buildspec", "timeout_minutes", "environment", "image"]
        let members = try value.decode(Members.self, at: place, knownKeys: keys)
        buildspec = members.buildspec
        image = members.image
        if let minutes = members.timeoutMinutes {
            guard (1...2160).contains(minutes) else {
                throw SettingsError(place: "\(place).timeout_minutes", message: "\(minutes) is not from 1 to 2160")
            }
            timeoutMinutes = minutes
        }
        for (name, value) in members.environment ?? [:] {
            environment[name] = try Self.text(value, name: name, at: "\(place).environment.\(name)")
        }
    }

    /// Numbers and booleans count as their text.
    private static func text(_ value: SettingValue, name: String, at place: String) throws -> String {
        guard EnvironmentName.isValid(name) else {
            throw SettingsError(place: place, message: "can't name a variable; use letters, digits and '_'")
        }
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case .number(let number): return String(number)
        case .bool(let truth): return String(truth)
        case .null: return ""
        case .list, .map: throw SettingsError(place: place, message: "expected text")
        }
    }

    private struct Members: Decodable {
        var buildspec: String?
        var timeoutMinutes: Int?
        var environment: [String: SettingValue]?
        var image: String?

        enum CodingKeys: String, CodingKey {
            case buildspec, environment, image
            case timeoutMinutes = "timeout_minutes"
        }
    }
}

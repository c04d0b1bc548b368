package import Foundation
package import PluginKit
import Yams

/// `penstock.yaml` as it was written, before anything is made of it.
package struct ConfigurationFile: Sendable {
    /// What may stand at the top.
    static let knownKeys: Set<String> = [
        "listen", "data", "account", "region", "access", "concurrent_jobs", "log_level", "connections", "hooks",
        "stores", "projects", "schedules", "polling", "retention", "modules", "public_url", "webhooks",
    ]

    package let values: SettingValue
    /// Where it lies; `nil` for one that isn't there.
    let path: String?

    package init() {
        values = .map([:])
        path = nil
    }

    /// - Throws: ``SettingsError`` naming the file and the place.
    package init(contentsOf file: URL) throws {
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw SettingsError(place: file.path, message: "can't be read: \(error.localizedDescription)")
        }
        try self.init(yaml: text, name: file.path, path: file.path)
    }

    package init(yaml: String, name: String, path: String? = nil) throws {
        self.path = path
        let node: Node?
        do {
            node = try Yams.compose(yaml: yaml)
        } catch {
            throw SettingsError(place: name, message: "not YAML: \(Self.reason(of: error))")
        }
        guard let node else {
            values = .map([:])
            return
        }
        values = Self.value(of: node)
        guard case .map(let members) = values else {
            throw SettingsError(place: name, message: "must be a map of settings, e.g. 'listen: 127.0.0.1:7420'")
        }
        if let unknown = members.keys.sorted().first(where: { !Self.knownKeys.contains($0) }) {
            throw SettingsError(
                place: "\(name): \(unknown)",
                message: "unknown setting; known here: \(Self.knownKeys.sorted().joined(separator: ", "))")
        }
        try Self.checkScalars(members)
    }

    /// What stands at the top as a plain value must be one: a list or a map there would count as not said.
    private static func checkScalars(_ members: [String: SettingValue]) throws {
        for key in ["listen", "data", "account", "region", "concurrent_jobs", "log_level", "public_url"] {
            switch members[key] {
            case .list, .map: throw SettingsError(place: key, message: "must be one value, not a list or a map")
            default: continue
            }
        }
        switch members["access"] {
        case nil, .null: return
        case .map(let access):
            if let unknown = access.keys.sorted().first(where: { $0 != "roles" }) {
                throw SettingsError(place: "access.\(unknown)", message: "unknown setting; known here: roles")
            }
            guard access["roles"].map({ $0.scalarText != nil }) ?? true else {
                throw SettingsError(place: "access.roles", message: "must be 'lenient' or 'strict'")
            }
        default: throw SettingsError(place: "access", message: "must be a map, e.g. {roles: strict}")
        }
    }

    /// Without the line itself, which Yams would quote: it may hold a secret.
    private static func reason(of error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case YamlError.reader(let problem, _, _, _): problem
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            "line \(context.mark.line): \(keys.sorted().map { "'\($0)'" }.joined(separator: ", ")) stands there twice"
        default: "it can't be read"
        }
    }

    /// What stands under `…_file` anywhere: the files of secrets.
    var secretFiles: [String] { Self.secretFiles(in: values) }

    private static func secretFiles(in value: SettingValue) -> [String] {
        switch value {
        case .map(let members):
            members.flatMap { key, value in
                key.hasSuffix("_file") ? [value.string].compactMap { $0 } : secretFiles(in: value)
            }
        case .list(let items): items.flatMap(secretFiles)
        default: []
        }
    }

    /// The members of one of the maps, in the order of their names.
    func entries(_ key: String) throws -> [(name: String, value: SettingValue)] {
        switch values[key] {
        case nil, .null: []
        case .map(let members): members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        default: throw SettingsError(place: key, message: "must be a map of names to settings")
        }
    }

    /// The scalars at the top, as text, `access.roles` among them.
    var scalars: [String: String] {
        guard case .map(let members) = values else { return [:] }
        var scalars = members.compactMapValues(\.scalarText)
        if let roles = members["access"]?["roles"]?.scalarText { scalars["access.roles"] = roles }
        return scalars
    }

    private static func value(of node: Node) -> SettingValue {
        switch node {
        case .mapping(let mapping): .map(members(of: mapping))
        case .sequence(let sequence): .list(sequence.map(value(of:)))
        case .scalar(let scalar): value(of: scalar)
        case .alias: .null
        }
    }

    /// `<<: *anchor` lends what the map doesn't say itself.
    private static func members(of mapping: Node.Mapping) -> [String: SettingValue] {
        var members = Dictionary(
            mapping.map { ($0.key.string ?? "", value(of: $0.value)) }, uniquingKeysWith: { _, last in last })
        guard mapping.contains(where: { $0.key.string == "<<" && $0.key.scalar?.style == .plain }) else {
            return members
        }
        let lenders: [SettingValue] =
            switch members["<<"] {
            case .list(let items): items
            case .map(let lender): [.map(lender)]
            default: []
            }
        guard !lenders.isEmpty else { return members }
        members["<<"] = nil
        for case .map(let lender) in lenders { members.merge(lender) { own, _ in own } }
        return members
    }

    /// Plain words become booleans and numbers; an account id such as `000000000000` stays text.
    private static func value(of scalar: Node.Scalar) -> SettingValue {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        let hasLeadingZero = text.count > 1 && text.hasPrefix("0") && !text.hasPrefix("0.")
        if !hasLeadingZero, let number = Int(text) { return .integer(number) }
        if text.first.map({ $0.isNumber || $0 == "-" }) == true, !hasLeadingZero, let number = Double(text) {
            return .number(number)
        }
        return .string(text)
    }
}

extension SettingValue {
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .bool(let flag): String(flag)
        case .null, .list, .map: nil
        }
    }
}

import PluginKit
import Yams

/// Reads a buildspec: every fault with its place, and what this executor can't or need not honour.
///
/// Pure. ``BuildspecValidator`` shows the faults before anything runs, ``BuildAction`` fails the build with them.
struct BuildspecParser {
    private(set) var faults: [DocumentFault] = []
    var spec = Buildspec(version: .oneShell)

    enum Result {
        case parsed(Buildspec)
        case faulty([DocumentFault])
    }

    static func parse(_ contents: String) -> Result {
        var parser = BuildspecParser()
        parser.read(contents)
        return parser.faults.isEmpty ? .parsed(parser.spec) : .faulty(parser.faults)
    }

    private mutating func read(_ contents: String) {
        do {
            guard let root = try Yams.compose(yaml: contents.replacing("\r\n", with: "\n")) else {
                fault("", "the buildspec is empty; write at least 'version: 0.2' and 'phases:'")
                return
            }
            readDocument(YAMLPlace(node: root, path: ""))
        } catch let error as YamlError {
            fault("", "the buildspec is not YAML: \(String(describing: error)); check indentation, quotes and tabs")
        } catch {
            fault("", "the buildspec can't be read: \(error)")
        }
    }

    private mutating func readDocument(_ root: YAMLPlace) {
        guard let members = root.members else {
            fault("", "expected a mapping with 'version' and 'phases', found \(root.kind)")
            return
        }
        for required in ["version", "phases"] where !members.contains(where: { $0.key == required }) {
            let example = required == "version" ? "version: 0.2" : "phases: {build: {commands: [make]}}"
            fault(required, "the key '\(required)' is missing; write e.g. '\(example)'")
        }
        for (key, value) in members { readSection(key, value) }
        if members.contains(where: { $0.key == "environment_variables" }), spec.version == .oneShell {
            note("environment_variables", "known to version 0.1 only; write env.variables. Ignored")
            spec.variables = spec.variables.filter { !firstForm.keys.contains($0.key) }
        }
        for (name, value) in firstForm where spec.version == .separateShells && spec.variables[name] == nil {
            spec.variables[name] = value
        }
    }

    /// What `environment_variables.plaintext`, the form before `env.variables`, holds.
    private var firstForm: [String: String] = [:]

    private mutating func readSection(_ key: String, _ value: YAMLPlace) {
        switch key {
        case "version": readVersion(value)
        case "run-as": readUser(value)
        case "env": readEnvironment(value)
        case "environment_variables": readFirstFormVariables(value)
        case "phases": readPhases(value)
        case "artifacts": readArtifacts(value)
        case "batch": refuse(value, "batch builds can't run here; make one action for each build of the batch")
        case "reports", "cache", "proxy": note(value.path, "has no effect here")
        default: note(value.path, "unknown key, ignored")
        }
    }

    private mutating func readVersion(_ place: YAMLPlace) {
        guard let text = place.text, let version = Buildspec.Version(rawValue: text) else {
            fault(place.path, "invalid version \(place.text ?? place.kind); write 'version: 0.2' (or 0.1)")
            return
        }
        spec.version = version
    }

    mutating func readUser(_ place: YAMLPlace) {
        if let name = text(place) { spec.requestedUsers.append(.init(path: place.path, name: name)) }
    }

    private mutating func readFirstFormVariables(_ place: YAMLPlace) {
        for (key, value) in mapping(place) {
            if key == "plaintext" {
                firstForm = variables(value)
            } else {
                note(value.path, "unknown key, ignored")
            }
        }
    }
}

// MARK: - What the sections share

extension BuildspecParser {
    mutating func fault(_ path: String, _ message: String) {
        faults.append(DocumentFault(path: path, message: message, code: "YAML_FILE_ERROR"))
    }

    mutating func note(_ path: String, _ message: String) {
        spec.notes.append(DocumentNote(path: path, message: message))
    }

    mutating func refuse(_ place: YAMLPlace, _ message: String) {
        spec.refusals.append(DocumentNote(path: place.path, message: message))
    }

    /// A scalar's text; a list or mapping is a fault.
    mutating func text(_ place: YAMLPlace) -> String? {
        if let text = place.text { return text }
        let line = place.line.map { " (line \($0))" } ?? ""
        fault(place.path, "expected text, found \(place.kind)\(line); put quotes round text that holds ': ' or '['")
        return nil
    }

    mutating func yesOrNo(_ place: YAMLPlace) -> Bool {
        switch place.text?.lowercased() {
        case "yes", "true", "on", "1": return true
        case "no", "false", "off", "0", "": return false
        default:
            fault(place.path, "expected yes or no, found \(place.text ?? place.kind)")
            return false
        }
    }

    /// The members of a mapping; nothing at all counts as an empty one.
    mutating func mapping(_ place: YAMLPlace) -> [(key: String, value: YAMLPlace)] {
        if let members = place.members { return members }
        if !place.isNull { fault(place.path, "expected a mapping, found \(place.kind)") }
        return []
    }

    /// A list of texts. As AWS does, one text stands for a list of one, and lists in lists are taken as one.
    mutating func texts(_ place: YAMLPlace) -> [String] {
        if place.isNull { return [] }
        guard let items = place.items else { return text(place).map { [$0] } ?? [] }
        return items.flatMap { $0.items == nil ? (text($0).map { [$0] } ?? []) : texts($0) }
    }

    mutating func variables(_ place: YAMLPlace) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in mapping(place) {
            guard EnvironmentName.isValid(name) else {
                fault(value.path, "'\(name)' can't name a variable; use letters, digits and '_', no digit first")
                continue
            }
            variables[name] = text(value)
        }
        return variables
    }
}

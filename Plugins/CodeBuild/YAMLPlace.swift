import PluginKit
import Yams

/// One node of a YAML document together with where it stands, for messages that name the place.
struct YAMLPlace {
    let node: Node
    let path: String

    /// `phases.build.commands`, or the document itself.
    var name: String { path.isEmpty ? "the document" : path }

    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// A scalar's text as it was written: AWS takes numbers and booleans as text where text is wanted.
    var text: String? {
        guard case .scalar(let scalar) = node else { return nil }
        return isNull ? "" : scalar.string
    }

    /// The members in the order of the document, merge keys (`<<`) resolved: a member of the mapping itself wins.
    var members: [(key: String, value: YAMLPlace)]? {
        guard case .mapping(let mapping) = node else { return nil }
        var own: [(key: String, value: YAMLPlace)] = []
        var merged: [(key: String, value: YAMLPlace)] = []
        for (key, value) in mapping {
            guard let key = key.scalar?.string else { continue }
            if key == "<<" {
                merged += YAMLPlace(node: value, path: path).mergedMembers
            } else {
                own.append((key, YAMLPlace(node: value, path: path.isEmpty ? key : "\(path).\(key)")))
            }
        }
        let names = Set(own.map(\.key))
        return own + merged.filter { !names.contains($0.key) }
    }

    private var mergedMembers: [(key: String, value: YAMLPlace)] {
        if let members { return members }
        return (items ?? []).flatMap { $0.members ?? [] }
    }

    var items: [YAMLPlace]? {
        guard case .sequence(let sequence) = node else { return nil }
        return sequence.enumerated().map { YAMLPlace(node: $1, path: "\(path)[\($0)]") }
    }

    var line: Int? { node.mark?.line }

    /// What the node is, for "expected text, found a list".
    var kind: String {
        switch node {
        case .scalar: isNull ? "nothing" : "text"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

import Foundation

/// One `#{…}` in a configuration value.
struct VariableReference: Equatable {
    enum Content: Equatable {
        case variable(namespace: String, key: String)
        /// Not a namespace and a key with a period between them.
        case malformed
    }

    /// As written, with `#{` and `}`.
    let text: String
    let content: Content

    /// Every reference in the order in which they stand. `#{` without its end is plain text.
    static func all(in value: String) -> [VariableReference] {
        var references: [VariableReference] = []
        var rest = value[...]
        while let start = rest.range(of: "#{"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            references.append(
                VariableReference(
                    text: String(rest[start.lowerBound...end]), content: content(of: rest[start.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
        return references
    }

    private static func content(of text: Substring) -> Content {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains("#{") }) else { return .malformed }
        return .variable(namespace: String(parts[0]), key: String(parts[1]))
    }
}

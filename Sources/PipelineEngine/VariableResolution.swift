import PipelineModel

/// Puts values in place of `#{namespace.key}` in an action's configuration (spec: execution-semantics §11).
///
/// Pure. A text between `#{` and `}` that isn't a namespace, a dot and a key stays as it is: AWS has no escape for
/// `#{`, and shell text may hold it.
struct VariableResolution {
    /// Bytes of keys and values that one action's resolved configuration may have.
    static let limit = 100 * 1024

    private let execution: ExecutionID
    private let variables: [String: String]
    private let namespaces: [String: [String: String]]

    init(_ execution: PipelineExecution) {
        self.execution = execution.id
        variables = execution.variables
        namespaces = execution.namespaces
    }

    /// Sealed values are never looked into.
    ///
    /// - Throws: when a reference has no value, naming all such; when the result is too large.
    func resolve(
        _ configuration: [String: ConfigurationValue], of user: User
    ) throws(FailureDetails) -> [String: ConfigurationValue] {
        var resolved = configuration
        var unresolved: [String] = []
        var size = 0
        for (key, value) in configuration {
            guard case .plain(let text) = value else { continue }
            let result = resolve(text, unresolved: &unresolved)
            size += key.utf8.count + (result ?? text).utf8.count
            if let result { resolved[key] = .plain(result) }
        }
        guard unresolved.isEmpty else { throw Self.failure(user, unresolved) }
        guard size <= Self.limit else {
            throw FailureDetails(
                .configurationError,
                "The configuration of \(user) has \(size) bytes after its variables were resolved; "
                    + "\(Self.limit) are allowed. Shorten the variables that it refers to.")
        }
        return resolved
    }

    /// A rule's commands may refer to variables as well.
    func resolve(_ commands: [String], of user: User) throws(FailureDetails) -> [String] {
        var unresolved: [String] = []
        let resolved = commands.map { resolve($0, unresolved: &unresolved) ?? $0 }
        guard unresolved.isEmpty else { throw Self.failure(user, unresolved) }
        return resolved
    }

    /// Whose configuration it is, for messages.
    enum User: CustomStringConvertible {
        case action(ActionName)
        case rule(RuleName)

        var description: String {
            switch self {
            case .action(let name): "action '\(name)'"
            case .rule(let name): "rule '\(name)'"
            }
        }

        /// As AWS words it for actions.
        fileprivate var complaint: String {
            switch self {
            case .action(let name):
                "An action in this pipeline failed because one or more variables could not be resolved: Action name=\(name)."
            case .rule(let name):
                "A rule in this pipeline failed because one or more variables could not be resolved: Rule name=\(name)."
            }
        }
    }

    private static func failure(_ user: User, _ references: [String]) -> FailureDetails {
        FailureDetails(
            .configurationError,
            "\(user.complaint) Unresolved: \(Set(references).sorted().joined(separator: ", ")). Check that the "
                + "namespaces exist and that the actions before this one have put out these variables.")
    }

    /// `nil` when the text holds no reference.
    private func resolve(_ text: String, unresolved: inout [String]) -> String? {
        // Most values hold none: don't walk their characters.
        guard text.utf8.contains(UInt8(ascii: "#")) else { return nil }
        var result = ""
        var rest = text[...]
        var found = false
        while let start = rest.firstRange(of: "#{") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let inner = rest[start.upperBound..<end]
            guard let (namespace, key) = Self.split(inner) else {
                result += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            found = true
            result += rest[..<start.lowerBound]
            if let value = value(namespace, key) { result += value } else { unresolved.append("#{\(inner)}") }
            rest = rest[rest.index(after: end)...]
        }
        return found ? result + rest : nil
    }

    private static func split(_ inner: Substring) -> (namespace: String, key: String)? {
        let parts = inner.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }) else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func value(_ namespace: String, _ key: String) -> String? {
        switch namespace {
        case "codepipeline": key == "PipelineExecutionId" ? execution.rawValue : nil
        case "variables": variables[key]
        default: namespaces[namespace]?[key]
        }
    }
}

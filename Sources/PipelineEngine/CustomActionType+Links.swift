package import PipelineModel

extension CustomActionType {
    private static let configPrefix = "{Config:"
    private static let executionID = "{ExternalExecutionId}"

    /// The properties that a template names with `{Config:NAME}`.
    package static func properties(in template: String) -> [String] {
        var names: [String] = []
        var rest = template[...]
        while let start = rest.firstRange(of: configPrefix), let end = rest[start.upperBound...].firstIndex(of: "}") {
            names.append(String(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return names
    }

    /// Where people see a job of it run; nothing without a template or when something that it names is missing.
    package func executionURL(
        of externalID: String?, configuration: [String: ConfigurationValue]
    ) -> String? {
        guard let template = settings?.executionUrlTemplate else { return nil }
        return Self.filled(template, externalID: externalID, configuration: configuration)
    }

    /// Where people see what an action works on.
    package func entityURL(configuration: [String: ConfigurationValue]) -> String? {
        guard let template = settings?.entityUrlTemplate else { return nil }
        return Self.filled(template, externalID: nil, configuration: configuration)
    }

    private static func filled(
        _ template: String, externalID: String?, configuration: [String: ConfigurationValue]
    ) -> String? {
        var url = template
        for name in properties(in: template) {
            guard case .plain(let value)? = configuration[name] else { return nil }
            url = url.replacing("\(configPrefix)\(name)}", with: encoded(value))
        }
        if url.contains(executionID) {
            guard let externalID else { return nil }
            url = url.replacing(executionID, with: encoded(externalID))
        }
        return url
    }

    /// A worker's words must not become another host, a query or a script: what isn't plainly part of a path is encoded.
    private static func encoded(_ value: String) -> String {
        value.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~/".contains(character) {
                return String(character)
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}

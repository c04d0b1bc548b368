/// A regular expression of the service's model, matched against the whole string.
///
/// The model knows a handful of forms only, so each is matched by hand: no engine, no compilation, no back-tracking.
package struct Pattern: Sendable, Equatable {
    private enum Form: Sendable, Equatable {
        /// One or more of these ASCII characters.
        case oneOrMore(Set<UInt8>)
        /// Any text without line breaks.
        case singleLine
        /// `arn:aws…:iam::ACCOUNT:role/…`
        case roleARN
        /// `arn:aws…:codepipeline:REGION:ACCOUNT:RESOURCE`
        case resourceARN
        /// A UUID in lower case.
        case uuid
        /// One of these words.
        case words(Set<String>)
        /// Twelve digits, or one of these words.
        case account(or: Set<String>)
        /// `arn:aws…:lambda:REGION:ACCOUNT:function:NAME`
        case lambdaARN
        case anything
        /// `arn:aws…:SERVICE:REGION:ACCOUNT:RESOURCE`
        case anyARN
        /// The same of CodeConnections, with `host/…` as resource.
        case connectionHostARN
        /// PREFIX, a hyphen, and 8 or 17 letters, digits or underscores.
        case awsID(String)
    }

    /// As the model writes it and as violations show it.
    package let text: String
    private let form: Form

    private init(text: String, form: Form) {
        self.text = text
        self.form = form
    }

    static let singleLine = Pattern(text: ".*", form: .singleLine)
    static let roleARN = Pattern(text: #"arn:aws(-[\w]+)*:iam::[0-9]{12}:role/.*"#, form: .roleARN)
    static let resourceARN = Pattern(
        text: #"arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+"#, form: .resourceARN)
    static let uuid = Pattern(
        text: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", form: .uuid)

    static let externalOwner = Pattern(text: "AWS|ThirdParty", form: .words(["AWS", "ThirdParty"]))
    static let account = Pattern(text: "[0-9]{12}", form: .account(or: []))
    static let accountOrAll = Pattern(text: #"[0-9]{12}|\*"#, form: .account(or: ["*"]))
    static let lambdaARN = Pattern(
        text: #"arn:aws(-[\w]+)*:lambda:.+:[0-9]{12}:function:.+"#, form: .lambdaARN)
    static let anything = Pattern(text: #"[\s\S]*"#, form: .anything)
    static let oneLine = Pattern(text: "^.*$", form: .singleLine)
    static let connectionARN = Pattern(text: #"arn:aws(-[\w]+)*:.+:.+:[0-9]{12}:.+"#, form: .anyARN)
    static let connectionHostARN = Pattern(
        text: #"arn:aws(-[\w]+)*:(codestar-connections|codeconnections):.+:[0-9]{12}:host\/.+"#,
        form: .connectionHostARN)

    static func awsID(_ prefix: String) -> Pattern {
        Pattern(text: #"\#(prefix)-\w{8}(\w{9})?"#, form: .awsID(prefix))
    }

    /// `[CLASS]+`, where the class holds characters, ranges and escaped characters.
    static func oneOrMore(_ characterClass: String, anchored: Bool = false) -> Pattern {
        let text = "[\(characterClass)]+"
        return Pattern(text: anchored ? "^\(text)$" : text, form: .oneOrMore(bytes(of: characterClass)))
    }

    package func matches(_ value: String) -> Bool {
        switch form {
        case .oneOrMore(let allowed): !value.isEmpty && value.utf8.allSatisfy(allowed.contains)
        case .singleLine: !value.unicodeScalars.contains(where: Self.lineBreaks.contains)
        case .roleARN: Self.isRoleARN(value)
        case .resourceARN: Self.isResourceARN(value)
        case .uuid: Self.isUUID(value)
        case .words(let words): words.contains(value)
        case .account(let words): words.contains(value) || Self.isAccount(value[...])
        case .lambdaARN: Self.isLambdaARN(value)
        case .anything: true
        case .anyARN: Self.isARN(value, service: { !$0.isEmpty }, ofResource: { !$0.isEmpty })
        case .connectionHostARN:
            Self.isARN(
                value, service: { $0 == "codestar-connections" || $0 == "codeconnections" },
                ofResource: { $0.hasPrefix("host/") && $0 != "host/" })
        case .awsID(let prefix): Self.isID(value, prefix)
        }
    }

    private static let lineBreaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
    private static let digits = bytes(of: "0-9")
    private static let hexDigits = bytes(of: "0-9a-f")
    private static let wordCharacters = bytes(of: "a-zA-Z0-9_")
    private static let partition = bytes(of: "a-zA-Z0-9_\\-")

    private static func bytes(of characterClass: String) -> Set<UInt8> {
        var members: Set<UInt8> = []
        var rest = Array(characterClass.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
                members.insert(escaped)
            } else if rest.count >= 2, rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first {
                members.formUnion(byte...last)
                rest = rest.dropFirst(2)
            } else {
                members.insert(byte)
            }
        }
        return members
    }

    private static func isRoleARN(_ value: String) -> Bool {
        let parts = value.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "iam", parts[3].isEmpty else { return false }
        return isPartition(parts[1]) && isAccount(parts[4]) && parts[5].hasPrefix("role/")
            && singleLine.matches(String(parts[5]))
    }

    private static func isARN(
        _ value: String, service: (Substring) -> Bool, ofResource: (Substring) -> Bool
    ) -> Bool {
        let parts = value.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && isPartition(parts[1]) && service(parts[2])
            && !parts[3].isEmpty && isAccount(parts[4]) && ofResource(parts[5]) && singleLine.matches(value)
    }

    private static func isID(_ value: String, _ prefix: String) -> Bool {
        guard value.hasPrefix("\(prefix)-") else { return false }
        let id = value.dropFirst(prefix.count + 1)
        return (id.utf8.count == 8 || id.utf8.count == 17) && id.utf8.allSatisfy(wordCharacters.contains)
    }

    /// The region may be any text: only its end is sought, at the first account that follows.
    private static func isResourceARN(_ value: String) -> Bool {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 6, parts[0] == "arn", parts[2] == "codepipeline", isPartition(parts[1]),
            singleLine.matches(value)
        else { return false }
        return parts.indices.dropFirst(4).dropLast().contains { index in
            isAccount(parts[index]) && parts[3..<index].contains { !$0.isEmpty }
                && parts[(index + 1)...].contains { !$0.isEmpty }
        }
    }

    private static func isLambdaARN(_ value: String) -> Bool {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "lambda", isPartition(parts[1]),
            singleLine.matches(value)
        else { return false }
        return parts.indices.dropFirst(4).dropLast(2).contains { index in
            isAccount(parts[index]) && parts[index + 1] == "function" && parts[3..<index].contains { !$0.isEmpty }
                && parts[(index + 2)...].contains { !$0.isEmpty }
        }
    }

    private static func isPartition(_ text: Substring) -> Bool {
        text == "aws"
            || (text.hasPrefix("aws-") && !text.hasSuffix("-") && !text.contains("--")
                && text.utf8.allSatisfy(partition.contains))
    }

    private static func isAccount(_ text: Substring) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy(digits.contains)
    }

    private static func isUUID(_ value: String) -> Bool {
        let groups = value.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.utf8.allSatisfy(hexDigits.contains) }
    }
}

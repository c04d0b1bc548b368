import PluginKit

/// The part of a payload that an event is made of. What isn't named here may be anything; what has an odd type and can
/// be missed counts as absent.
///
/// Reading takes the whole text and never stops at a member that is wrong: whether the text is JSON comes first.
protocol GitHubPayload {
    /// What it comes to, or what it lacks.
    func parsed() throws(PayloadError) -> ParsedDelivery
}

/// The part of a `push` payload that an event is made of.
struct PushPayload: GitHubPayload {
    private(set) var isObject = false
    private(set) var ref = RequiredText(place: "ref")
    private(set) var before: String?
    private(set) var after: String?
    private(set) var created: Bool?
    private(set) var deleted: Bool?
    private(set) var forced: Bool?
    private(set) var headCommit: HeadCommit?
    private(set) var commits = PushedCommits()
    private(set) var repository = RequiredRepository(place: "repository")
    private(set) var sender: GitHubAccount?

    private static let names = JSONNames([
        "ref", "before", "after", "created", "deleted", "forced", "head_commit", "commits", "repository", "sender",
    ])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "ref": try ref.read(&reader)
            case "before": before = try reader.string()
            case "after": after = try reader.string()
            case "created": created = try reader.bool()
            case "deleted": deleted = try reader.bool()
            case "forced": forced = try reader.bool()
            case "head_commit": headCommit = try HeadCommit(reading: &reader)
            case "commits": commits = try PushedCommits(reading: &reader)
            case "repository": try repository.read(&reader)
            default: sender = try GitHubAccount(reading: &reader)
            }
        }
    }

    struct HeadCommit {
        private(set) var id = ""
        private(set) var message: String?
        private(set) var timestamp: String?
        private(set) var url: String?
        private(set) var authorName: String?
        private(set) var authorEmail: String?

        private static let names = JSONNames(["id", "message", "timestamp", "url", "author"])
        private static let authorNames = JSONNames(["name", "email"])

        /// `nil` for what is no object with an id.
        init?(reading reader: inout JSONReader) throws(JSONFault) {
            guard try reader.openObject() else { return nil }
            while let name = try reader.nextMember(of: Self.names) {
                switch name {
                case "id": id = try reader.string() ?? ""
                case "message": message = try reader.string()
                case "timestamp": timestamp = try reader.string()
                case "url": url = try reader.string()
                default: try readAuthor(&reader)
                }
            }
            if id.isEmpty { return nil }
        }

        private mutating func readAuthor(_ reader: inout JSONReader) throws(JSONFault) {
            guard try reader.openObject() else { return }
            while let name = try reader.nextMember(of: Self.authorNames) {
                if name == "name" { authorName = try reader.string() } else { authorEmail = try reader.string() }
            }
        }
    }
}

/// A text that must be there.
struct RequiredText {
    let place: String
    private var isThere = false
    private var text: String?

    init(place: String) { self.place = place }

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        isThere = true
        text = try reader.string()
    }

    var isAbsent: Bool { !isThere }
    /// Something stands there that is no text.
    var isOdd: Bool { isThere && text == nil }

    var value: String {
        get throws(PayloadError) {
            guard isThere else { throw .unexpectedShape("'\(place)' is missing") }
            guard let text else { throw .unexpectedShape("'\(place)' has another type than expected") }
            return text
        }
    }
}

/// A repository that must be there, and of which the full name is needed, or its two parts.
struct RequiredRepository {
    let place: String
    private var isThere = false
    private var isObject = false
    private var fullName: RequiredText
    private var shortName: String?
    private var owner: String?

    private static let names = JSONNames(["full_name", "name", "owner"])
    private static let ownerNames = JSONNames(["login"])

    init(place: String) {
        self.place = place
        fullName = RequiredText(place: "\(place).full_name")
    }

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        isThere = true
        isObject = try reader.openObject()
        guard isObject else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "full_name": try fullName.read(&reader)
            case "name": shortName = try reader.string()
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.ownerNames) != nil { owner = try reader.string() }
            }
        }
    }

    var name: String {
        get throws(PayloadError) {
            guard isThere else { throw .unexpectedShape("'\(place)' is missing") }
            guard isObject else { throw .unexpectedShape("'\(place)' has another type than expected") }
            if fullName.isAbsent, let owner, let shortName, !owner.isEmpty, !shortName.isEmpty {
                return "\(owner)/\(shortName)"
            }
            let name = try fullName.value
            guard !name.isEmpty else { throw .unexpectedShape("'\(place).full_name' is empty") }
            return name
        }
    }
}

/// Somebody whom GitHub authenticated.
struct GitHubAccount {
    let id: String
    let login: String?

    private static let names = JSONNames(["id", "login"])

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var id: String?
        var login: String?
        while let name = try reader.nextMember(of: Self.names) {
            switch (name, try reader.kind()) {
            case ("id", .number): id = try reader.integer().map(String.init)
            case ("id", _): id = try reader.string()
            default: login = try reader.string()
            }
        }
        guard let id else { return nil }
        self.id = id
        self.login = login
    }
}

/// Any JSON object: for events of which nothing but the action is needed.
struct AnyPayload: GitHubPayload {
    private var isObject = false
    private var action: String?
    private let reason: (_ action: String?) -> String

    private static let names = JSONNames(["action"])

    init(reading reader: inout JSONReader, ignored reason: @escaping (String?) -> String) throws(JSONFault) {
        self.reason = reason
        guard try reader.openObject() else { return }
        isObject = true
        while try reader.nextMember(of: Self.names) != nil { action = try reader.string() }
    }

    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        return ParsedDelivery(ignored: reason(action.map { String($0.prefix(100)) }))
    }
}

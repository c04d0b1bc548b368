import Foundation
import PluginKit

/// The part of a payload that an event is made of. What isn't named here may be anything; what has an odd type and can
/// be missed counts as absent.
///
/// Reading takes the whole text and never stops at a member that is wrong: whether the text is JSON comes first.
protocol BitbucketPayload {
    init(reading reader: inout JSONReader) throws(JSONFault)
}

extension BitbucketPayload {
    static func read(from json: Data) throws(PayloadError) -> Self {
        do throws(JSONFault) {
            var reader = try JSONReader(json)
            let payload = try Self(reading: &reader)
            try reader.finish()
            return payload
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
    }
}

/// Any JSON object: for events of which nothing is needed.
struct AnyPayload: BitbucketPayload {
    private let isObject: Bool

    init(reading reader: inout JSONReader) throws(JSONFault) {
        isObject = try reader.kind() == .object
        try reader.skip()
    }

    func check() throws(PayloadError) {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
    }
}

/// The part of Cloud's `repo:push` payload that events are made of. Its commits hold no paths, so they aren't read.
struct CloudPushPayload: BitbucketPayload {
    private(set) var isObject = false
    /// `nil` when there is no such list.
    private(set) var changes: [CloudRefChange]?
    private(set) var repository: CloudRepository?
    private(set) var actor: CloudAccount?

    private static let names = JSONNames(["push", "repository", "actor"])
    private static let pushNames = JSONNames(["changes"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "push": try readPush(&reader)
            case "repository": repository = try CloudRepository(reading: &reader)
            default: actor = try CloudAccount(reading: &reader)
            }
        }
    }

    private mutating func readPush(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while try reader.nextMember(of: Self.pushNames) != nil {
            guard try reader.openArray() else { continue }
            var found: [CloudRefChange] = []
            while try reader.nextElement() { found.append(try CloudRefChange(reading: &reader)) }
            changes = found
        }
    }
}

/// What became of one ref. A new one has no `old`, a deleted one no `new`.
struct CloudRefChange {
    private(set) var old: CloudRef?
    private(set) var new: CloudRef?
    private(set) var forced: Bool?

    private static let names = JSONNames(["old", "new", "forced"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "old": old = try CloudRef(reading: &reader)
            case "new": new = try CloudRef(reading: &reader)
            default: forced = try reader.bool()
            }
        }
    }
}

struct CloudRef {
    private(set) var type: String?
    private(set) var name: String?
    private(set) var target: CloudCommit?

    private static let names = JSONNames(["type", "name", "target"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let member = try reader.nextMember(of: Self.names) {
            switch member {
            case "type": type = try reader.string()
            case "name": name = try reader.string()
            default: target = try CloudCommit(reading: &reader)
            }
        }
    }
}

struct CloudCommit {
    private(set) var hash: String?
    private(set) var message: String?
    private(set) var date: String?
    /// `Name <address>`, as Git holds it.
    private(set) var author: String?
    private(set) var page: String?

    private static let names = JSONNames(["hash", "message", "date", "author", "links"])
    private static let authorNames = JSONNames(["raw"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "hash": hash = try reader.string()
            case "message": message = try reader.string()
            case "date": date = try reader.string()
            case "links": page = try CloudLinks(reading: &reader).page
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.authorNames) != nil { author = try reader.string() }
            }
        }
    }
}

/// Of all links the one to the page for people.
struct CloudLinks {
    private(set) var page: String?

    private static let names = JSONNames(["html"])
    private static let linkNames = JSONNames(["href"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while try reader.nextMember(of: Self.names) != nil {
            guard try reader.openObject() else { continue }
            while try reader.nextMember(of: Self.linkNames) != nil { page = try reader.string() }
        }
    }
}

struct CloudRepository {
    private(set) var fullName: String?
    private(set) var uuid: String?

    private static let names = JSONNames(["full_name", "uuid"])

    /// `nil` for what is no object, e.g. the repository of a fork that is gone.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            if name == "uuid" { uuid = try reader.string() } else { fullName = try reader.string() }
        }
    }
}

/// Somebody whom Bitbucket Cloud authenticated: a person, a workspace's or a repository's token, an app.
struct CloudAccount {
    let uuid: String
    private(set) var nickname: String?
    /// In old payloads, and of workspaces.
    private(set) var userName: String?

    private static let names = JSONNames(["uuid", "nickname", "username"])

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var uuid: String?
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "uuid": uuid = try reader.string()
            case "nickname": nickname = try reader.string()
            default: userName = try reader.string()
            }
        }
        guard let uuid, !uuid.isEmpty else { return nil }
        self.uuid = uuid
    }
}

import Foundation
import PluginKit

/// The part of Data Center's `repo:refs_changed` payload that events are made of.
struct ServerPushPayload: BitbucketPayload {
    private(set) var isObject = false
    /// `nil` when there is no such list. Empty when there were too many.
    private(set) var changes: [ServerRefChange]?
    private(set) var repository: ServerRepository?
    private(set) var actor: ServerUser?
    /// Newer servers': the commit that one of the refs comes to.
    private(set) var toCommit: ServerCommit?

    private static let names = JSONNames(["changes", "repository", "actor", "toCommit"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "changes":
                guard try reader.openArray() else { continue }
                var found: [ServerRefChange] = []
                while try reader.nextElement() { found.append(try ServerRefChange(reading: &reader)) }
                changes = found
            case "repository": repository = try ServerRepository(reading: &reader)
            case "actor": actor = try ServerUser(reading: &reader)
            default: toCommit = try ServerCommit(reading: &reader)
            }
        }
    }
}

struct ServerRefChange {
    /// The full name, e.g. `refs/heads/main`.
    private(set) var ref: String?
    private(set) var from: String?
    private(set) var to: String?
    /// `ADD`, `UPDATE` or `DELETE`.
    private(set) var type: String?

    private static let names = JSONNames(["ref", "refId", "fromHash", "toHash", "type"])
    private static let refNames = JSONNames(["id"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "refId": ref = try reader.string() ?? ref
            case "fromHash": from = try reader.string()
            case "toHash": to = try reader.string()
            case "type": type = try reader.string()
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.refNames) != nil { ref = try reader.string() ?? ref }
            }
        }
    }
}

struct ServerCommit {
    private(set) var id: String?
    private(set) var message: String?
    private(set) var authorName: String?
    private(set) var authorAddress: String?
    /// ISO 8601.
    private(set) var authoredAt: String?

    private static let names = JSONNames(["id", "message", "author", "authorTimestamp"])
    private static let authorNames = JSONNames(["name", "emailAddress"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.string()
            case "message": message = try reader.string()
            case "authorTimestamp": authoredAt = try Self.time(&reader)
            default:
                guard try reader.openObject() else { continue }
                while let member = try reader.nextMember(of: Self.authorNames) {
                    if member == "name" {
                        authorName = try reader.string()
                    } else {
                        authorAddress = try reader.string()
                    }
                }
            }
        }
    }

    /// Version 10 writes text, earlier ones milliseconds.
    private static func time(_ reader: inout JSONReader) throws(JSONFault) -> String? {
        guard try reader.kind() == .number else { return try reader.string() }
        guard let milliseconds = try reader.integer(), abs(milliseconds) < 1 << 52 else { return nil }
        return Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }
}

struct ServerRepository {
    private(set) var id: Int?
    private(set) var slug: String?
    private(set) var project: String?

    private static let names = JSONNames(["id", "slug", "project"])
    private static let projectNames = JSONNames(["key"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.integer()
            case "slug": slug = try reader.string()
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.projectNames) != nil { project = try reader.string() }
            }
        }
    }

    /// As it stands in the URL to clone from, below `/scm`; of a personal one, the project is `~user`.
    var fullName: String? {
        guard let project, let slug, !project.isEmpty, !slug.isEmpty else { return nil }
        return "\(project)/\(slug)"
    }
}

/// Somebody whom the server authenticated.
struct ServerUser {
    let id: String
    private(set) var name: String?

    private static let names = JSONNames(["id", "name"])

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var id: Int?
        while let member = try reader.nextMember(of: Self.names) {
            if member == "id" { id = try reader.integer() } else { name = try reader.string() }
        }
        guard let id else { return nil }
        self.id = String(id)
    }
}

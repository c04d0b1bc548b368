/// The part of a `push` payload that an event is made of. What isn't named here may be anything.
///
/// Only `ref` and `repository.full_name` must be there and be text; of the rest, what has an odd type counts as absent
/// (`commits`, the largest part of a payload, is never decoded).
struct PushPayload: Decodable {
    let ref: String
    let before: String?
    let after: String?
    let deleted: Bool?
    let forced: Bool?
    let headCommit: HeadCommit?
    let repository: Repository
    let sender: Sender?

    enum CodingKeys: String, CodingKey {
        case ref, before, after, deleted, forced, repository, sender
        case headCommit = "head_commit"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        ref = try members.decode(String.self, forKey: .ref)
        before = members.ifReadable(.before)
        after = members.ifReadable(.after)
        deleted = members.ifReadable(.deleted)
        forced = members.ifReadable(.forced)
        headCommit = members.ifReadable(.headCommit)
        repository = try members.decode(Repository.self, forKey: .repository)
        sender = members.ifReadable(.sender)
    }

    struct Repository: Decodable {
        let fullName: String
        enum CodingKeys: String, CodingKey { case fullName = "full_name" }
    }

    struct HeadCommit: Decodable {
        let id: String
        let message: String?
        let timestamp: String?
        let url: String?
        let author: Author?

        enum CodingKeys: String, CodingKey { case id, message, timestamp, url, author }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            id = try members.decode(String.self, forKey: .id)
            message = members.ifReadable(.message)
            timestamp = members.ifReadable(.timestamp)
            url = members.ifReadable(.url)
            author = members.ifReadable(.author)
        }
    }

    struct Author: Decodable {
        let name: String?
        let email: String?

        enum CodingKeys: String, CodingKey { case name, email }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            name = members.ifReadable(.name)
            email = members.ifReadable(.email)
        }
    }

    struct Sender: Decodable {
        let id: String
        let login: String?

        enum CodingKeys: String, CodingKey { case id, login }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            if let number: Int = members.ifReadable(.id) {
                id = String(number)
            } else {
                id = try members.decode(String.self, forKey: .id)
            }
            login = members.ifReadable(.login)
        }
    }
}

/// Any JSON object: for events of which nothing is needed.
struct AnyPayload: Decodable {
    private enum CodingKeys: CodingKey {}

    init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: CodingKeys.self) }
}

extension KeyedDecodingContainer {
    /// The value, or `nil` where it is absent, null or of another type: no push fails for a field that can be missed.
    fileprivate func ifReadable<T: Decodable>(_ key: Key) -> T? {
        (try? decodeIfPresent(T.self, forKey: key)) ?? nil
    }
}

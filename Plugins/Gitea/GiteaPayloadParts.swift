import PluginKit

struct GiteaRepository {
    private(set) var fullName: String?
    private(set) var id: String?

    private static let names = JSONNames(["full_name", "id"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            if name == "full_name" { fullName = try reader.string() } else { id = try reader.identifier() }
        }
    }
}

/// Somebody whom the forge authenticated.
struct GiteaAccount {
    let id: String
    let login: String?

    private static let names = JSONNames(["id", "login", "username"])

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var id: String?
        var login: String?
        var userName: String?
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.identifier()
            case "login": login = try reader.string()
            default: userName = try reader.string()
            }
        }
        guard let id else { return nil }
        self.id = id
        self.login = login ?? userName
    }
}

extension JSONReader {
    /// A number's digits or a text: hosts write ids as either.
    mutating func identifier() throws(JSONFault) -> String? {
        if try kind() == .number { return try integer().map(String.init) }
        return try string()
    }
}

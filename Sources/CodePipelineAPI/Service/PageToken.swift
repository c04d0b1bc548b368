import Foundation

/// Where a list goes on: opaque to clients and good for one operation and one pipeline only.
struct PageToken: Codable, Equatable {
    private var operation: String
    private var scope: String
    /// The last entry that was sent, as the operation counts them.
    var after: String

    init(operation: String, scope: String, after: String) {
        self.operation = operation
        self.scope = scope
        self.after = after
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Three strings always encode.
        return (try? encoder.encode(self))?.base64EncodedString() ?? ""
    }

    /// What a client's token says, or `nil` without one.
    ///
    /// - Throws: `InvalidNextTokenException` for a token that this operation didn't make for this scope.
    static func read(_ text: String?, operation: String, scope: String) throws(APIError) -> PageToken? {
        guard let text else { return nil }
        guard let data = Data(base64Encoded: text),
            let token = try? JSONDecoder().decode(PageToken.self, from: data),
            token.operation == operation, token.scope == scope
        else { throw .invalidNextToken }
        return token
    }

    /// The cursor as a number.
    func number() throws(APIError) -> Int64 {
        guard let number = Int64(after) else { throw .invalidNextToken }
        return number
    }
}

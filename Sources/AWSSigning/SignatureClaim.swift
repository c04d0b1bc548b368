import Foundation

/// What an `Authorization` header says. Nothing about it has been checked but its form.
package struct SignatureClaim: Sendable, Equatable {
    package let accessKeyID: String
    package let scope: CredentialScope
    /// As the header lists them, in lower case.
    package let signedHeaders: [String]
    let signature: String

    static let algorithm = "AWS4-HMAC-SHA256"

    /// - Throws: ``SignatureError/missingToken`` without a header, ``SignatureError/incomplete(_:)`` for a malformed
    ///   one.
    package init(_ request: SigningRequest) throws(SignatureError) {
        guard let header = request.values(of: "authorization").first, !header.isEmpty else {
            throw .missingToken
        }
        guard header.hasPrefix(Self.algorithm + " ") else {
            throw .incomplete("Unsupported AWS 'algorithm': Authorization must begin with '\(Self.algorithm)'.")
        }
        let parameters = try Self.parameters(header.dropFirst(Self.algorithm.count + 1))
        let missing = ["Credential", "Signature", "SignedHeaders"].filter { (parameters[$0] ?? "").isEmpty }
        guard missing.isEmpty, let credential = parameters["Credential"], let signature = parameters["Signature"],
            let headers = parameters["SignedHeaders"]
        else {
            throw .incomplete(
                missing.map { "Authorization header requires '\($0)' parameter." }.joined(separator: " "))
        }
        (accessKeyID, scope) = try Self.credential(credential)
        signedHeaders = headers.split(separator: ";").map { $0.lowercased() }
        self.signature = signature
    }

    private static func parameters(_ text: Substring) throws(SignatureError) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in text.split(separator: ",") {
            let trimmed = part.trimmingCharacters(in: .whitespaces)
            guard let equals = trimmed.firstIndex(of: "=") else {
                throw .incomplete("Authorization holds a part that is not a key=value pair (missing equal-sign).")
            }
            parameters[String(trimmed[..<equals])] = String(trimmed[trimmed.index(after: equals)...])
        }
        return parameters
    }

    private static func credential(_ text: String) throws(SignatureError) -> (String, CredentialScope) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts.allSatisfy({ !$0.isEmpty }) else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    + "got '\(text.prefix(200))'.")
        }
        guard parts[4] == CredentialScope.terminator else {
            throw .incomplete(
                "Credential should be scoped with a valid terminator: '\(CredentialScope.terminator)', "
                    + "not '\(parts[4].prefix(50))'.")
        }
        return (parts[0], CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }
}

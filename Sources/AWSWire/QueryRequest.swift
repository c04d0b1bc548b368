package import Foundation

/// A request in AWS Query: a form whose `Action` names the operation.
package struct QueryRequest: Sendable, Equatable {
    package let action: String
    /// The service's version, e.g. `2011-06-15`.
    package let version: String?
    /// All parameters, `Action` and `Version` too. Of two equal names the last counts.
    package let parameters: [String: String]

    /// - Throws: ``WireError/unknownOperation(_:)`` without an `Action`, ``WireError/serialization(_:)`` when the
    ///   form isn't UTF-8.
    package init(form body: Data) throws(WireError) {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw .serialization("The form is not UTF-8.")
        }
        var parameters: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = parts.count > 1 ? Self.decoded(parts[1]) : "" else {
                throw .serialization("The form holds a part that is not percent-encoded UTF-8.")
            }
            parameters[name] = value
        }
        guard let action = parameters["Action"], !action.isEmpty else {
            throw .unknownOperation("The form must name an operation, e.g. Action=GetCallerIdentity.")
        }
        self.action = action
        version = parameters["Version"]
        self.parameters = parameters
    }

    package subscript(name: String) -> String? { parameters[name] }

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}

package import Foundation

/// The two JSON protocols: they differ in the content type, and in the body of operations without an output.
package enum JSONVersion: String, Sendable {
    case v10 = "application/x-amz-json-1.0"
    case v11 = "application/x-amz-json-1.1"

    /// The answer speaks as the request does; 1.1 where that says nothing.
    package init(contentType: String?) {
        self = contentType?.lowercased().hasPrefix(JSONVersion.v10.rawValue) == true ? .v10 : .v11
    }
}

/// An answer in AWS JSON 1.1 or 1.0, ready to be sent.
package struct JSON11Response: Sendable {
    package static let contentType = JSONVersion.v11.rawValue

    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: Data

    /// A success.
    ///
    /// - Parameter output: the operation's output; `nil` for operations without one, whose body is empty in 1.1 and
    ///   `{}` in 1.0.
    /// - Throws: `EncodingError`, our own mistake.
    package init(output: (any Encodable)?, requestID: String, version: JSONVersion = .v11) throws {
        status = 200
        headers = [(name: "Content-Type", value: version.rawValue), (name: "x-amzn-RequestId", value: requestID)]
        body = try output.map { try JSONBody.encode($0) } ?? (version == .v10 ? Data("{}".utf8) : Data())
    }

    /// An exception.
    ///
    /// - Parameter status: 400 for everything but our own faults.
    package init(
        errorCode: String, message: String, status: Int = 400, requestID: String, version: JSONVersion = .v11
    ) {
        self.status = status
        headers = [
            (name: "Content-Type", value: version.rawValue), (name: "x-amzn-RequestId", value: requestID),
            (name: "x-amzn-ErrorType", value: errorCode),
        ]
        // Two strings always encode.
        body = (try? JSONBody.encode(["__type": errorCode, "message": message])) ?? Data()
    }
}

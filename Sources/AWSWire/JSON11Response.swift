package import Foundation

/// An answer in AWS JSON 1.1, ready to be sent.
package struct JSON11Response: Sendable {
    package static let contentType = "application/x-amz-json-1.1"

    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: Data

    /// A success.
    ///
    /// - Parameter output: the operation's output; `nil` for operations without one, whose body is empty.
    /// - Throws: `EncodingError`, our own mistake.
    package init(output: (any Encodable)?, requestID: String) throws {
        status = 200
        headers = [(name: "Content-Type", value: Self.contentType), (name: "x-amzn-RequestId", value: requestID)]
        body = try output.map { try JSONBody.encode($0) } ?? Data()
    }

    /// An exception.
    ///
    /// - Parameter status: 400 for everything but our own faults.
    package init(errorCode: String, message: String, status: Int = 400, requestID: String) {
        self.status = status
        headers = [
            (name: "Content-Type", value: Self.contentType), (name: "x-amzn-RequestId", value: requestID),
            (name: "x-amzn-ErrorType", value: errorCode),
        ]
        // Two strings always encode.
        body = (try? JSONBody.encode(["__type": errorCode, "message": message])) ?? Data()
    }
}

package import Foundation

/// An answer in AWS Query, ready to be sent.
package struct QueryResponse: Sendable {
    package static let contentType = "text/xml"

    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: Data

    /// A success: `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`.
    ///
    /// - Parameters:
    ///   - namespace: the service's, e.g. `https://sts.amazonaws.com/doc/2011-06-15/`.
    ///   - result: the operation's output; its members become elements.
    /// - Throws: `EncodingError`, our own mistake.
    package init(action: String, namespace: String, result: some Encodable, requestID: String) throws {
        status = 200
        headers = Self.headers(requestID)
        body = try XMLBody.encode(
            Envelope(action: action, result: result, requestID: requestID), root: "\(action)Response",
            namespace: namespace)
    }

    /// An error: `<ErrorResponse><Error>…`. 4xx statuses are the sender's fault.
    ///
    /// - Throws: `EncodingError`, our own mistake.
    package init(
        errorCode: String, message: String, status: Int = 400, namespace: String, requestID: String
    ) throws {
        self.status = status
        headers = Self.headers(requestID)
        let type = status < 500 ? "Sender" : "Receiver"
        body = try XMLBody.encode(
            ErrorEnvelope(error: .init(type: type, code: errorCode, message: message), requestID: requestID),
            root: "ErrorResponse", namespace: namespace)
    }

    private static func headers(_ requestID: String) -> [(name: String, value: String)] {
        [(name: "Content-Type", value: contentType), (name: "x-amzn-RequestId", value: requestID)]
    }
}

private struct ElementName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

private struct Envelope<Result: Encodable>: Encodable {
    let action: String
    let result: Result
    let requestID: String

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ElementName.self)
        try container.encode(result, forKey: ElementName("\(action)Result"))
        try container.encode(["RequestId": requestID], forKey: ElementName("ResponseMetadata"))
    }
}

private struct ErrorEnvelope: Encodable {
    struct Fault: Encodable {
        let type: String
        let code: String
        let message: String
        enum CodingKeys: String, CodingKey {
            case type = "Type"
            case code = "Code"
            case message = "Message"
        }
    }

    let error: Fault
    let requestID: String
    enum CodingKeys: String, CodingKey {
        case error = "Error"
        case requestID = "RequestId"
    }
}

/// A refusal as AWS words it: every operation throws nothing else.
///
/// Doors write `code` and `message` in their own form. `cause` is for the server's log alone.
package struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: String
    package let message: String
    package let httpStatus: Int
    /// What went wrong inside, without secrets; never sent.
    package let cause: String?

    package init(_ code: String, _ message: String, httpStatus: Int = 400, cause: String? = nil) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.cause = cause
    }

    package var description: String { "\(code): \(message)" }

    static func validation(_ message: String) -> APIError { APIError("ValidationException", message) }

    static func serialization(_ message: String) -> APIError { APIError("SerializationException", message) }

    static let invalidNextToken = APIError(
        "InvalidNextTokenException",
        "The next token is not valid: send the one that the same operation answered last, for the same pipeline")

    static func unknownOperation(_ name: String) -> APIError {
        APIError("UnknownOperationException", "The operation '\(name)' is not available in this version of Penstock")
    }

    static func internalFailure(_ cause: String) -> APIError {
        APIError(
            "InternalFailure", "The request could not be processed because of an internal failure", httpStatus: 500,
            cause: cause)
    }

    static func unavailable(_ cause: String) -> APIError {
        APIError(
            "ServiceUnavailable", "Nothing was changed: the service can't commit at the moment. Try again later",
            httpStatus: 503, cause: cause)
    }
}

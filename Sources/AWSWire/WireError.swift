/// A message that its protocol can't read. `code` is what AWS answers, with status 400.
package enum WireError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The body is malformed, or a member has another type than the operation's shape.
    case serialization(String)
    /// The request doesn't name an operation, or not in the protocol's form.
    case unknownOperation(String)

    package var code: String {
        switch self {
        case .serialization: "SerializationException"
        case .unknownOperation: "UnknownOperationException"
        }
    }

    package var message: String {
        switch self {
        case .serialization(let reason), .unknownOperation(let reason): reason
        }
    }

    package var description: String { "\(code): \(message)" }
}

/// A request that can't be sent as it is. It never reached the network, and sending it again won't help.
package enum CurlRequestError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidMethod(String)
    /// The value isn't part of the message: it may be a secret.
    case invalidHeader(name: String, reason: String)
    case bodyNotAllowed(method: String)
    case unreadableUpload(path: String, reason: String)

    package var description: String {
        switch self {
        case .invalidMethod(let method): "not an HTTP method: \(method.debugDescription)"
        case .invalidHeader(let name, let reason): "the request's header \(name.debugDescription) \(reason)"
        case .bodyNotAllowed(let method): "a \(method) request can't have a body"
        case .unreadableUpload(let path, let reason): "could not read \(path) for the upload: \(reason)"
        }
    }
}

/// Why a request has no answer. Messages never hold a module's words but the last line of its standard error, masked.
package enum ModuleFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The module's process ended, or had to be killed, while the request was in hand.
    case ended(String)
    /// This request took longer than it may; the module was killed.
    case timedOut(String)
    /// The module is not started again yet.
    case down(String)
    /// The module's other requests leave no room.
    case busy

    package var description: String {
        switch self {
        case .ended(let reason), .timedOut(let reason), .down(let reason): reason
        case .busy: "it is busy with its other requests"
        }
    }
}

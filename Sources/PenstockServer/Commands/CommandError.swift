/// Why a command ended without success: what to print, and the exit code.
package struct CommandError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Int32, Sendable {
        /// The pipeline or the check failed.
        case failed = 1
        /// Usage or invalid input.
        case invalidInput = 2
        case unreachable = 3
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}

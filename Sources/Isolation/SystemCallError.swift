import Glibc

/// What the system refused, and at what.
package struct SystemCallError: Error, CustomStringConvertible, Equatable {
    package let doing: String
    package let code: Int32

    package init(_ doing: String, _ code: Int32) {
        self.doing = doing
        self.code = code
    }

    package var description: String { "\(doing): \(String(cString: strerror(code)))" }
}

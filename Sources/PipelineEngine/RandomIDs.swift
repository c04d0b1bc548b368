import Foundation

/// Ids for production: random, never twice.
package struct RandomIDs: IDSource {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    package init() {}

    package mutating func uuid() -> String { UUID().uuidString.lowercased() }

    package mutating func alphanumerics(_ count: Int) -> String {
        String((0..<count).map { _ in Self.letters.randomElement() ?? "A" })
    }
}

import Foundation

/// Files of the repository, found from this one.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    static func data(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }

    static func text(_ path: String) throws -> String { String(decoding: try data(path), as: UTF8.self) }

    /// The quickstart's repository: path to text.
    static func quickstart() throws -> [String: String] {
        let names = ["buildspec.yml", "buildspec-checks.yml", "pages/index.txt", "pages/about.txt"]
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try text("Quickstart/source/\($0)")) })
    }
}

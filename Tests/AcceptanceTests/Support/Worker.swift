import Foundation

/// `Python/worker.py`: a job worker of its own process.
struct Worker: Sendable {
    let corridor: Corridor
    var project = "web"

    /// Runs until it has done one action's jobs, or found none; gives what it said.
    func run(_ mode: String, seconds: Int = 30) async throws -> [JSON] {
        let sdk = try await corridor.sdk()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Python/worker.py")
        let settings: JSON = [
            "endpoint": .string(sdk.endpoint), "key": .string(sdk.accessKey), "secret": .string(sdk.secretKey),
            "store": .string(corridor.weed?.endpoint ?? ""), "category": "Build", "provider": "Jenkins",
            "project": .string(project), "mode": .string(mode), "seconds": .number(Double(seconds)),
        ]
        let text = String(decoding: try settings.data, as: UTF8.self)
        let output = try await Command(.python3, [script.path, text]).checked()
        return try output.text.split(separator: "\n").map { try JSON(parsing: Data($0.utf8)) }
    }
}

extension [JSON] {
    /// What a worker did, in its own words.
    var words: [String] { compactMap { $0["what"].string } }
}

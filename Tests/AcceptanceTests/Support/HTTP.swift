import Foundation
import FoundationNetworking

/// Plain requests of a sender.
enum HTTP {
    struct Answer: Sendable {
        let status: Int
        let body: Data
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 60
        configuration.httpMaximumConnectionsPerHost = 16
        return URLSession(configuration: configuration)
    }()

    static func post(_ body: Data, to url: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("POST", url, headers: headers, body: body)
    }

    static func get(_ url: String) async throws -> Answer { try await send("GET", url, headers: [:], body: nil) }

    private static func send(
        _ method: String, _ url: String, headers: [String: String], body: Data?
    ) async throws -> Answer {
        guard let address = URL(string: url) else { throw Missing("'\(url)' is no URL") }
        var request = URLRequest(url: address)
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await session.data(for: request)
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: data)
    }
}

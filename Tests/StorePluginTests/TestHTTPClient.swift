import Foundation
import PluginKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The way out for the tests of the S3 store.
func makeHTTPClient() -> any HTTPClient { URLSessionHTTPClient() }

/// Just enough of a client for a store on loopback.
private struct URLSessionHTTPClient: HTTPClient {
    private let session = URLSession(configuration: .ephemeral)

    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try Task.checkCancellation()
        guard let url = URL(string: request.url) else { throw HTTPClientError.invalidURL(request.url) }
        var outgoing = URLRequest(url: url)
        outgoing.httpMethod = request.method
        for (name, value) in request.headers { outgoing.setValue(value, forHTTPHeaderField: name) }
        outgoing.httpBody = try body(request.body)
        do {
            let (data, response) = try await session.data(for: outgoing)
            try Task.checkCancellation()
            return answer(data, response)
        } catch let error as URLError {
            if error.code == .cancelled { throw CancellationError() }
            throw HTTPClientError.couldNotConnect(host: url.host ?? "", reason: "\(error.code.rawValue)")
        }
    }

    private func body(_ body: HTTPClientRequest.Body) throws -> Data? {
        switch body {
        case .none: return nil
        case .bytes(let data): return data
        case .file(let path, let offset, let length):
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try file.seek(toOffset: UInt64(offset))
            return try file.read(upToCount: Int(length)) ?? Data()
        }
    }

    private func answer(_ data: Data, _ response: URLResponse) -> HTTPClientResponse {
        let http = response as? HTTPURLResponse
        let headers = (http?.allHeaderFields ?? [:]).map { (name: "\($0)", value: "\($1)") }
        return HTTPClientResponse(
            status: http?.statusCode ?? 0, headers: headers,
            body: HTTPClientBody {
                let chunks = ChunkQueue(data)
                return { await chunks.next() }
            })
    }
}

private actor ChunkQueue {
    private var rest: Data?
    init(_ data: Data) { rest = data.isEmpty ? nil : data }
    func next() -> Data? {
        defer { rest = nil }
        return rest
    }
}

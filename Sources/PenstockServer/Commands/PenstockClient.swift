import AWSSigning
import AWSWire
import CurlTransport
import Foundation
import PluginKit

/// Speaks to a running gateway: signed, JSON 1.1.
package struct PenstockClient: Sendable {
    /// Which of the gateway's services is spoken to.
    package enum Door: Sendable { case penstock, codePipeline }

    private let endpoint: String
    private let door: Door
    private let signer: SigV4Signer
    private let http: CurlClient

    /// Reads the key and, unless it is given, the endpoint from the data folder. Call ``close()`` at the end.
    package init(_ settings: ServerSettings, endpoint: String? = nil, door: Door = .penstock) throws {
        self.endpoint = endpoint ?? Endpoint.of(settings)
        self.door = door
        signer = SigV4Signer(
            region: settings.region, service: door == .penstock ? PenstockOperations.service : "codepipeline",
            credentials: try AccessKeys.read(in: settings.dataFolder).administrator)
        http = CurlClient(logger: try CommandLogger.make(level: "error"))
    }

    package func close() async { await http.stop() }

    /// - Throws: ``CommandError``: `unreachable` when nobody listens, `invalidInput` with the server's message.
    package func call<Answer: Decodable>(
        _ operation: String, _ input: some Encodable = [String: Int64](), as type: Answer.Type
    ) async throws -> Answer {
        let body = try JSONBody.encode(input)
        let headers = headers(operation)
        let signed = signer.headers(
            for: SigningRequest(method: "POST", path: "/", headers: headers, body: body), at: Date())
        let response: HTTPClientResponse
        do {
            response = try await http.send(
                HTTPClientRequest(
                    method: "POST", url: endpoint + "/", headers: headers.filter { $0.name != "Host" } + signed,
                    body: .bytes(body), isIdempotent: door == .penstock && operation != "ReplayDelivery"))
        } catch let error as HTTPClientError {
            throw CommandError(
                .unreachable, "no gateway answers at \(endpoint) (\(error)); start one with 'penstock serve'")
        }
        return try Self.decode(try await response.body.collect(upTo: 64 << 20), status: response.status)
    }

    private func headers(_ operation: String) -> [(name: String, value: String)] {
        let authority = URL(string: endpoint).flatMap { url in
            url.host.map { host in url.port.map { "\(host):\($0)" } ?? host }
        }
        let target = door == .penstock ? PenstockOperations.target : "CodePipeline_20150709"
        return [
            (name: "Host", value: authority ?? ""), (name: "Content-Type", value: JSON11Response.contentType),
            (name: JSON11Request.targetHeader, value: "\(target).\(operation)"),
        ]
    }

    private static func decode<Answer: Decodable>(_ body: Data, status: Int) throws -> Answer {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        guard status == 200 else {
            let fault = try? decoder.decode([String: String].self, from: body)
            throw CommandError(
                status >= 500 ? .failed : .invalidInput,
                fault.map { "\($0["__type"] ?? "error"): \($0["message"] ?? "")" } ?? "the gateway answered \(status)")
        }
        return try decoder.decode(Answer.self, from: body)
    }
}

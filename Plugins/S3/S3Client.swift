import AWSSigning
import AWSWire
import Foundation
import PipelineModel
import PluginKit

/// Sends signed requests about one bucket, and turns refusals into the stores' errors.
struct S3Client: Sendable {
    let bucket: BucketName
    let settings: S3Settings
    let host: any PluginHost

    struct Request {
        var method: String
        var key: String?
        var parameters: [String: String] = [:]
        var headers: [(name: String, value: String)] = []
        var body = HTTPClientRequest.Body.none
        var payloadHash = PayloadHash.empty
        var idleTimeout = Duration.seconds(60)
    }

    /// - Returns: the answer, if its status is 2xx.
    /// - Throws: ``ObjectStoreError``, `CancellationError`.
    func send(_ request: Request) async throws -> HTTPClientResponse {
        let response = try await reporting { try await host.http.send(signed(request)) }
        guard (200..<300).contains(response.status) else { throw await failure(response, of: request) }
        return response
    }

    /// The whole body of a small answer.
    func document(_ request: Request) async throws -> Data {
        let response = try await send(request)
        return try await reporting { try await response.body.collect(upTo: 16 << 20) }
    }

    /// - Throws: what the work throws, a failed exchange as `unavailable`.
    func reporting<T>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let error as HTTPClientError {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "\(error)")
        }
    }

    private func signed(_ request: Request) -> HTTPClientRequest {
        let path = settings.address.path(key: request.key)
        let query = S3Address.query(request.parameters)
        let signer = SigV4Signer(region: settings.region, service: "s3", credentials: settings.credentials)
        let covered = SigningRequest(
            method: request.method, path: path, query: query,
            headers: [(name: "Host", value: settings.address.host)] + request.headers,
            payloadHash: request.payloadHash)
        return HTTPClientRequest(
            method: request.method,
            url: "\(settings.address.scheme)://\(settings.address.host)\(path)\(query.isEmpty ? "" : "?\(query)")",
            headers: request.headers + signer.headers(for: covered, at: host.now()), body: request.body,
            idleTimeout: request.idleTimeout)
    }

    private func failure(_ response: HTTPClientResponse, of request: Request) async -> any Error {
        do {
            let body = try await response.body.collect(upTo: 64 << 10)
            // HEAD has no body, and a proxy's is not XML: then the status alone speaks.
            let refusal = try? XMLBody.decode(S3Refusal.self, from: body)
            return Self.error(
                status: response.status, refusal: refusal, bucket: bucket, key: request.key,
                version: request.parameters["versionId"])
        } catch let error as CancellationError {
            return error
        } catch {
            return ObjectStoreError.unavailable(bucket: bucket, reason: "HTTP \(response.status), and \(error)")
        }
    }

    /// What a refusal means to the gateway.
    static func error(
        status: Int, refusal: S3Refusal?, bucket: BucketName, key: String?, version: String?
    ) -> ObjectStoreError {
        let reason = refusal.map { "\($0.code): \($0.message ?? "") (HTTP \(status))" } ?? "HTTP \(status)"
        switch refusal?.code {
        case "NoSuchBucket": return .noSuchBucket(bucket)
        case "NoSuchKey", "NoSuchVersion": return .noSuchKey(bucket: bucket, key: key ?? "")
        case "KeyTooLongError", "InvalidURI": return .invalidKey(key ?? "")
        case "BadDigest", "XAmzContentSHA256Mismatch":
            return .corrupted(bucket: bucket, key: key ?? "", reason: reason)
        case "RequestTimeTooSkewed":
            return .accessDenied(bucket: bucket, reason: "\(reason); set this machine's clock")
        case "PermanentRedirect", "AuthorizationHeaderMalformed":
            return .unavailable(bucket: bucket, reason: "\(reason); check the store's endpoint and region")
        default: break
        }
        switch status {
        case 401, 403: return .accessDenied(bucket: bucket, reason: reason)
        case 404: return key.map { .noSuchKey(bucket: bucket, key: $0) } ?? .noSuchBucket(bucket)
        // A version id of another store's form, or one that marks a deletion.
        case 400 where version != nil, 405 where version != nil: return .noSuchKey(bucket: bucket, key: key ?? "")
        default: return .unavailable(bucket: bucket, reason: reason)
        }
    }
}

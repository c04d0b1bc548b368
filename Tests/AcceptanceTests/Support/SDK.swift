import Foundation
import Testing

/// boto3, speaking to one endpoint with one key. Every answer is checked against botocore's model: a disagreement
/// is an issue of the test that called.
struct SDK: Sendable {
    var endpoint: String
    var accessKey: String
    var secretKey: String

    private static let server = Once { try await PythonServer("sdk.py") }

    struct Answer: Sendable {
        let status: Int
        /// The raw body.
        let body: JSON
        /// As boto3 reads it; for errors the message.
        let output: JSON
        /// The error's code.
        let error: String?
    }

    struct Refused: Error, CustomStringConvertible {
        let code: String
        let description: String
    }

    init(endpoint: String, accessKey: String, secretKey: String) {
        self.endpoint = endpoint
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    /// The endpoint and keys that `penstock env` gave.
    init(_ environment: [String: String]) {
        self.init(
            endpoint: environment["AWS_ENDPOINT_URL_CODEPIPELINE"] ?? "",
            accessKey: environment["AWS_ACCESS_KEY_ID"] ?? "", secretKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "")
    }

    /// One call, whatever comes of it.
    func answer(
        _ operation: String, _ parameters: JSON = [:], service: String = "codepipeline"
    ) async throws -> Answer {
        let request: JSON = [
            "service": .string(service), "operation": .string(operation), "parameters": parameters,
            "endpoint": .string(endpoint), "key": .string(accessKey), "secret": .string(secretKey),
        ]
        let answer = try await HTTP.post(try request.data, to: try await Self.server.value.url)
        let read = try JSON(parsing: answer.body)
        guard answer.status == 200 else { throw Missing("\(operation): \(read["failure"].string ?? "")") }
        for fault in read["faults"].items {
            Issue.record("\(operation) disagrees with botocore's model: \(fault.string ?? "")")
        }
        return Answer(
            status: Int(read["status"].number ?? 0), body: read["body"], output: read["output"],
            error: read["error"].string)
    }

    /// The errors that botocore's model declares for an operation.
    func declaredErrors(of operation: String, service: String = "codepipeline") async throws -> Set<String> {
        let request: JSON = [
            "service": .string(service), "operation": .string(operation), "parameters": [:], "describe": true,
            "endpoint": .string(endpoint), "key": .string(accessKey), "secret": .string(secretKey),
        ]
        let read = try JSON(parsing: try await HTTP.post(try request.data, to: try await Self.server.value.url).body)
        if let failure = read["failure"].string { throw Missing("\(operation): \(failure)") }
        return Set(read["errors"].items.compactMap(\.string))
    }

    /// One call that succeeds; gives boto3's reading.
    ///
    /// - Throws: ``Refused`` with AWS's code.
    @discardableResult
    func callAsFunction(
        _ operation: String, _ parameters: JSON = [:], service: String = "codepipeline"
    ) async throws -> JSON {
        let answer = try await answer(operation, parameters, service: service)
        if let code = answer.error {
            throw Refused(code: code, description: "\(operation): \(code): \(answer.output.string ?? "")")
        }
        return service == "codepipeline" ? answer.body : answer.output
    }
}

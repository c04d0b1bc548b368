import AWSSigning
import AWSWire
import CodePipelineAPI
import Foundation
import Hummingbird
import HTTPTypes
import NIOCore
import Logging
import PluginKit

/// `POST /`: verifies the signature, then goes by the scope's service to CodePipeline, STS or our own operations.
struct AWSDoor {
    /// The largest declaration is far smaller.
    static let bodyLimit = 4 * 1024 * 1024

    private let gateway: Gateway
    private let verifier: SigV4Verifier
    private let codePipeline: CodePipelineOperations
    private let connections: ConnectionOperations
    private let penstock: PenstockOperations

    init(gateway: Gateway) {
        self.gateway = gateway
        self.verifier = SigV4Verifier(
            region: gateway.settings.region,
            services: [
                "codepipeline", "codeconnections", "codestar-connections", "sts", PenstockOperations.service,
            ])
        self.codePipeline = CodePipelineOperations(service: gateway.api)
        self.connections = ConnectionOperations(service: gateway.api)
        self.penstock = PenstockOperations(gateway: gateway)
    }

    func answer(_ request: Request) async -> Response {
        let requestID = UUID().uuidString.lowercased()
        do {
            guard let body = try await request.bytes(upTo: Self.bodyLimit) else {
                gateway.metrics.count("penstock_api_refusals_total", ["code": "RequestEntityTooLarge"])
                var response = Response(
                    JSON11Response(
                        errorCode: "RequestEntityTooLarge",
                        message: "The request body is larger than \(Self.bodyLimit) bytes.", status: 413,
                        requestID: requestID))
                // As at the hooks' door: what is left of the body is not read.
                response.headers[.connection] = "close"
                return response
            }
            return await answer(request, body: body, requestID: requestID)
        } catch {
            return Response(400, "the request body broke off\n")
        }
    }

    private func answer(_ request: Request, body: Data, requestID: String) async -> Response {
        let isQuery = request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true
        do throws(SignatureError) {
            let caller = try verify(request, body: body)
            if caller.scope.service == "sts" {
                return STSDoor(account: gateway.settings.account).answer(
                    body, caller: caller.principal, requestID: requestID)
            }
            return await answerJSON(request, body: body, caller: caller, requestID: requestID)
        } catch {
            gateway.metrics.count("penstock_api_refusals_total", ["code": error.code])
            if isQuery {
                return STSDoor.refusal(error, requestID: requestID)
            }
            return Response(
                JSON11Response(
                    errorCode: error.code, message: error.message, requestID: requestID, version: request.jsonVersion))
        }
    }

    private func verify(
        _ request: Request, body: Data
    ) throws(SignatureError) -> SigV4Verifier.Verified<String> {
        let uri = request.uri
        let signed = SigningRequest(
            method: request.method.rawValue, path: uri.path, query: uri.query ?? "", headers: request.headerLines,
            body: body)
        let administrator = gateway.keys.administrator
        let principal = "arn:aws:iam::\(gateway.settings.account):user/administrator"
        return try verifier.verify(signed, now: Date()) { accessKeyID in
            accessKeyID == administrator.accessKeyID
                ? SigV4Verifier.KnownKey(credentials: administrator, principal: principal) : nil
        }
    }

    private func answerJSON(
        _ request: Request, body: Data, caller: SigV4Verifier.Verified<String>, requestID: String
    ) async -> Response {
        let version = request.jsonVersion
        do {
            let call = try JSON11Request(target: request.headers[.amzTarget], body: body)
            let context = CallContext(
                principalARN: caller.principal, account: gateway.settings.account, region: gateway.settings.region,
                now: Date().timeIntervalSince1970, requestID: requestID)
            let output = try await perform(call, service: caller.scope.service, context: context)
            return Response(try JSON11Response(output: output, requestID: requestID, version: version))
        } catch let error as WireError {
            return Response(
                JSON11Response(errorCode: error.code, message: error.message, requestID: requestID, version: version))
        } catch let error as APIError {
            return refuse(error, requestID: requestID, version: version)
        } catch {
            gateway.logger.error("an answer could not be written", metadata: ["reason": "\(error)"])
            return Response(
                JSON11Response(
                    errorCode: "InternalFailure", message: "The answer could not be written.", status: 500,
                    requestID: requestID, version: version))
        }
    }

    private func perform(
        _ call: JSON11Request, service: String, context: CallContext
    ) async throws -> (any Encodable & Sendable)? {
        switch (call.prefix, service) {
        case ("CodePipeline_20150709", "codepipeline"):
            return try await codePipeline.perform(call.operation, input: Document(call.input), in: context)
        case ("com.amazonaws.codeconnections.CodeConnections_20231201", "codeconnections"),
            ("com.amazonaws.codestar.connections.CodeStar_connections_20191201", "codestar-connections"):
            return try await connections.perform(call.operation, input: Document(call.input), in: context)
        case (PenstockOperations.target, PenstockOperations.service):
            return try await penstock.perform(call.operation, input: call.input)
        default:
            throw WireError.unknownOperation(
                "The service '\(call.prefix)' is not answered here under the signing scope '\(service)'.")
        }
    }

    private func refuse(_ error: APIError, requestID: String, version: JSONVersion) -> Response {
        gateway.metrics.count("penstock_api_refusals_total", ["code": error.code])
        if let cause = error.cause {
            gateway.logger.error(
                "an operation failed",
                metadata: ["code": "\(error.code)", "cause": "\(cause)", "request": "\(requestID)"])
        }
        return Response(
            JSON11Response(
                errorCode: error.code, message: error.message, status: error.httpStatus, requestID: requestID,
                version: version))
    }
}

extension Request {
    fileprivate var jsonVersion: JSONVersion { JSONVersion(contentType: headers[.contentType]) }
}

extension HTTPField.Name {
    static let amzTarget = HTTPField.Name("X-Amz-Target") ?? .contentType
}

extension Response {
    init(_ response: JSON11Response) {
        self.init(response.status, headers: response.headers, body: response.body)
    }

    init(_ status: Int, headers: [(name: String, value: String)], body: Data) {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        self.init(status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension Document {
    /// The protocol's value as the operations take it.
    init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .integer(let number): .integer(number)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            case .array(let items): .list(items.map(Document.init))
            case .object(let members): .structure(members.mapValues(Document.init))
            }
    }
}

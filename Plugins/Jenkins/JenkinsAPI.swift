import Foundation
import PipelineModel
import PluginKit

/// Calls of one job to its Jenkins. Nothing but the configured base is called, no redirect is followed, and every call
/// tells the server's circuit how it went.
struct JenkinsAPI: Sendable {
    let server: JenkinsServer
    let credential: Credential?
    let http: any HTTPClient

    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: Data
        /// For messages, e.g. `POST /job/web/build at Jenkins`.
        let call: String

        func header(_ name: String) -> String? {
            headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
        }

        /// The first words of the body, for a message.
        var words: String {
            let text = String(decoding: body.prefix(2000), as: UTF8.self)
                .replacing(/<[^>]*>/, with: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return String(text.prefix(300))
        }
    }

    private static let largestAnswer = 16 << 20

    init(server: JenkinsServer, http: any HTTPClient) throws(FailureDetails) {
        self.server = server
        self.credential = try server.secret.credential()
        self.http = http
    }

    /// - Returns: the decoded answer, `nil` for 404.
    func get<Value: Decodable>(
        _ type: Value.Type, _ path: String, tree: String
    ) async throws(JenkinsFault) -> Value? {
        let answer = try await collected(request("GET", path + "/api/json", query: [("tree", tree)]))
        guard answer.status != 404 else { return nil }
        try expectContent(answer.status, answer.call)
        do {
            return try JSONDecoder().decode(type, from: answer.body)
        } catch {
            throw .distrusted("\(answer.call): the answer is not what Jenkins' remote API promises")
        }
    }

    /// A body that is read as it comes: logs and artifacts.
    func stream(_ path: String, query: [(String, String)] = []) async throws(JenkinsFault) -> HTTPClientResponse {
        var request = request("GET", path, query: query)
        request.totalTimeout = nil
        let response = try await send(request)
        let call = shown(request)
        try check(response.status, call)
        guard response.status != 404 else { return response }
        try expectContent(response.status, call)
        return response
    }

    /// Statuses but 401, 429, 502, 503 and 504 are the caller's; 403 is, too, where no crumb would help.
    func post(
        _ path: String, query: [(String, String)] = [], form: [(String, String)]? = nil
    ) async throws(JenkinsFault) -> Answer {
        var request = request("POST", path, query: query)
        if let form {
            request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            request.body = .bytes(Data(Self.encoded(form).utf8))
        }
        var isCrumbed = false
        if let credential, !credential.isAPIToken {
            request.headers += try await crumb()
            isCrumbed = true
        }
        var answer = try await collected(request)
        if answer.status == 403, !isCrumbed, answer.words.lowercased().contains("crumb") {
            request.headers += try await crumb()
            answer = try await collected(request)
        }
        return answer
    }

    // MARK: One exchange

    func collected(_ request: HTTPClientRequest) async throws(JenkinsFault) -> Answer {
        var request = request
        // Logs and artifacts aside, an outage is waited out by the gateway's breaker, whose state is shown.
        request.isHostCall = true
        let response = try await send(request)
        let body: Data
        do { body = try await response.body.collect(upTo: Self.largestAnswer) } catch {
            throw fault(error, shown(request))
        }
        let answer = Answer(status: response.status, headers: response.headers, body: body, call: shown(request))
        try check(answer.status, answer.call)
        return answer
    }

    func request(_ method: String, _ path: String, query: [(String, String)] = []) -> HTTPClientRequest {
        let text = query.isEmpty ? "" : "?" + Self.encoded(query)
        // The job asks again by itself; a POST that may have arrived is looked for before it is sent again.
        var request = HTTPClientRequest(method: method, url: server.base + path + text, isIdempotent: false)
        request.idleTimeout = .seconds(20)
        request.totalTimeout = .seconds(60)
        if let credential {
            let pair = Data("\(credential.user):\(credential.secret)".utf8).base64EncodedString()
            request.headers.append(("Authorization", "Basic \(pair)"))
        }
        return request
    }

    private func send(_ request: HTTPClientRequest) async throws(JenkinsFault) -> HTTPClientResponse {
        do {
            let response = try await http.send(request)
            if response.status < 500 { server.circuit.answered() }
            return response
        } catch { throw fault(error, shown(request)) }
    }

    func fault(_ error: any Error, _ call: String) -> JenkinsFault {
        switch error {
        case let fault as JenkinsFault: return fault
        case is CancellationError: return .cancelled
        case _ where Task.isCancelled: return .cancelled
        case HTTPClientError.certificateRefused, HTTPClientError.bodyTooLarge, HTTPClientError.redirectRefused:
            return .distrusted("\(call): \(error)")
        case HTTPClientError.invalidURL:
            return JenkinsFault(.configurationError, "\(call) can't be written as a URL")
        default:
            server.circuit.failed("\(error)")
            return .away("\(call): \(error)")
        }
    }

    private func check(_ status: Int, _ call: String) throws(JenkinsFault) {
        switch status {
        case 401:
            throw JenkinsFault(.permissionError, "\(call): Jenkins refused the user or the token (401)")
        case 429, 502, 503, 504:
            server.circuit.failed("answered \(status)")
            throw .away("\(call) was answered \(status)")
        default: return
        }
    }

    /// Of an answer that should bring something.
    private func expectContent(_ status: Int, _ call: String) throws(JenkinsFault) {
        switch status {
        case 200..<300: return
        case 300..<400:
            throw .distrusted(
                "\(call): the server redirects elsewhere (\(status)), which is not followed; write the address "
                    + "under which Jenkins answers itself")
        case 403: throw JenkinsFault(.permissionError, "\(call): the user may not do this (403)")
        case 500...:
            server.circuit.failed("answered \(status)")
            throw .away("\(call) was answered \(status)")
        default: throw JenkinsFault(.configurationError, "\(call) was answered \(status)")
        }
    }

    func shown(_ request: HTTPClientRequest) -> String {
        let path = request.url.dropFirst(server.base.utf8.count).prefix { $0 != "?" }
        return "\(request.method) \(path) at \(server.base)"
    }

    static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { "\(HostAPI.encoded($0.0))=\(HostAPI.encoded($0.1))" }.joined(separator: "&")
    }
}

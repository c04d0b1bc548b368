import Crypto
import Foundation
import Hummingbird
import HTTPTypes
import PipelineEngine
import PipelineModel

/// `GET /console/view/PIPELINE/EXECUTION?key=…`: what a commit status links to, one execution on a page to read.
///
/// Whoever has the link may see it, and nobody else: its key is a MAC under the data folder's, so a link shows one
/// execution to those who see the commit's status at its host. The page holds no configuration, variable, artifact or
/// log, and nothing of the repositories.
struct ExecutionPage: Sendable {
    let ledger: any LedgerQueries
    /// The data folder's, which hooks' ids are derived from too.
    let key: Data

    /// - Parameter base: the gateway's public URL.
    static func link(base: String, key: Data) -> @Sendable (PipelineName, ExecutionID) -> String {
        { "\(base)/console/view/\(encoded($0.rawValue))/\(encoded($1.rawValue))?key=\(mac($0, $1, key: key).hex)" }
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_."))) ?? ""
    }

    private static func text(_ pipeline: PipelineName, _ execution: ExecutionID) -> Data {
        Data("view:\(pipeline)\n\(execution)".utf8)
    }

    private static func mac(_ pipeline: PipelineName, _ execution: ExecutionID, key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: text(pipeline, execution), using: SymmetricKey(data: key)))
    }

    /// The same refusal for what isn't there and for what isn't shown.
    func answer(_ path: [Substring], key given: String?) async -> Response {
        let names = path.map { $0.removingPercentEncoding ?? String($0) }
        let (pipeline, execution) = (PipelineName(names.first ?? ""), ExecutionID(names.last ?? ""))
        guard names.count == 2, let given, let code = Data(pairs: given),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Self.text(pipeline, execution), using: SymmetricKey(data: key))
        else { return Self.page(403, "Not shown", Self.refusal) }
        do {
            guard let found = try await ledger.execution(execution), found.pipeline == pipeline else {
                return Self.page(404, "Gone", "<p>This execution is kept no more.</p>")
            }
            return Self.page(
                200, "\(found.pipeline), execution \(found.number): \(found.status.rawValue)", Self.body(of: found))
        } catch {
            return Self.page(503, "Not now", "<p>The ledger does not answer. Try again.</p>")
        }
    }

    static let refusal = """
        <p>An execution is shown here to those who come by the link in a commit's status.</p>
        <p>Who has the gateway's keys asks it: <code>penstock explain pipeline NAME</code>,
        <code>penstock explain execution ID</code>; approvals are answered with
        <code>aws codepipeline put-approval-result</code>.</p>
        """

    // MARK: The page

    private static func body(of execution: PipelineExecution) -> String {
        var html = "<p class=\"\(execution.status.rawValue)\"><b>\(execution.status.rawValue)</b>"
        html += execution.statusSummary.map { ": \(escaped($0))" } ?? ""
        html +=
            "</p>\n<p>Execution <code>\(escaped(execution.id.rawValue))</code>, started \(time(execution.startTime))"
        html += execution.status.isTerminal ? ", ended \(time(execution.lastUpdateTime))</p>\n" : "</p>\n"
        html += execution.stopReason.map { "<p>Stopped: \(escaped($0))</p>\n" } ?? ""
        for stage in execution.stages {
            html += "<h2 class=\"\(stage.status.rawValue)\">\(escaped(stage.name.rawValue)): "
            html += "\(stage.status.rawValue)</h2>\n<table>\n"
            html += stage.actions.map(row).joined()
            for (gate, condition) in stage.judgedConditions {
                html += row(gate.rawValue, condition.status.rawValue, condition.summary, condition.startTime)
                html += condition.rules.map {
                    row(
                        "\(gate.rawValue) / \($0.rule)", $0.status.rawValue, $0.failure?.message ?? $0.summary,
                        $0.startTime)
                }.joined()
            }
            html += "</table>\n"
        }
        return html
    }

    private static func row(_ action: ActionExecution) -> String {
        let waits = action.approvalToken != nil && action.status == .inProgress ? "waits for an approval" : nil
        return row(
            "\(action.action) (\(action.type.provider))", action.status.rawValue,
            action.failure.map { "\($0.type.rawValue): \($0.message)" } ?? waits ?? action.summary, action.startTime)
    }

    private static func row(_ name: String, _ status: String, _ words: String?, _ start: Double) -> String {
        "<tr class=\"\(escaped(status))\"><td>\(escaped(name))</td><td>\(escaped(status))</td>"
            + "<td>\(time(start))</td><td>\(escaped(words ?? ""))</td></tr>\n"
    }

    private static func time(_ seconds: Double) -> String { Date(timeIntervalSince1970: seconds).formatted(.iso8601) }

    private static func escaped(_ text: String) -> String {
        TerminalText.printable(text, keeping: ["\n", "\t"]).replacingOccurrences(of: "&", with: "&amp;")
            .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
            .replacingOccurrences(of: "\"", with: "&quot;").replacingOccurrences(of: "'", with: "&#39;")
    }

    private static let style = """
        body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}td{padding:.2em 1em .2em 0;\
        vertical-align:top;white-space:pre-wrap}.Failed{color:#b00020}.Succeeded{color:#1b6e2d}
        """

    static func page(_ status: Int, _ title: String, _ body: String) -> Response {
        var response = Response(
            status,
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title><style>\(style)</style></head>
            <body><h1>\(escaped(title))</h1>
            \(body)</body></html>

            """, contentType: "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        // The link is the key: it goes to nobody else, and no search engine keeps it.
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", "noindex, nofollow")] {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }
}

extension Data {
    fileprivate var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// Bytes of pairs of hexadecimal digits; `nil` for anything else.
    fileprivate init?(pairs text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(bytes)
    }
}

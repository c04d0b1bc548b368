package import Foundation
package import PipelineModel
package import PluginKit

/// Reads a hook's log of deliveries (GitLab 17.3 and newer), which reaches back seven days.
package struct GitLabDeliveries: DeliveryLog {
    package init() {}

    package var provider: String { "GitLab" }
    package var reach: Double { 7 * 24 * 3600 }

    /// GitLab gives no more than this on a page.
    private static let pageSize = 20
    /// 10,000 deliveries; what lies further back is found by comparing refs.
    private static let mostPages = 500

    package func undelivered(
        _ hook: HookWish, since: Date, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [LoggedDelivery] {
        let gitLab = try await GitLabAPI(connection, host: host)
        let path = GitLabAPI.project(hook.repository) + "/hooks"
        var missed: [LoggedDelivery] = []
        for found in try await GitLabHooks.hooks(hook, path, gitLab) {
            missed += try await Self.failures(of: "\(path)/\(found.id)/events", since: since, gitLab.api)
        }
        return missed
    }

    /// Newest first as GitLab lists them, until one is older than asked for; given back oldest first.
    private static func failures(
        of path: String, since: Date, _ api: HostAPI
    ) async throws(FailureDetails) -> [LoggedDelivery] {
        var arrived: Set<String> = []
        var failed: [(key: String, entry: Entry)] = []
        var seen: Set<String> = []
        for page in 1...mostPages {
            let query = [("page", "\(page)"), ("per_page", "\(pageSize)")]
            let answer = try await api.call("GET", path, query: query)
            if answer.status == 404 {
                throw FailureDetails(
                    .configurationError, "\(answer.call): this server keeps no log of deliveries (GitLab 17.3 has one)")
            }
            let entries = try answer.expect([200]).decode([Entry].self)
            for entry in entries where !entry.isOlder(than: since) {
                if entry.arrived {
                    arrived.insert(entry.key)
                } else if seen.insert(entry.key).inserted {
                    failed.append((entry.key, entry))
                }
            }
            if entries.contains(where: { $0.isOlder(than: since) })
                || GitLabAPI.isLast(answer, count: entries.count, pageSize: pageSize)
            {
                break
            }
        }
        return failed.reversed().filter { !arrived.contains($0.key) }.compactMap(\.entry.delivery)
    }

    private struct Entry: Decodable {
        let id: Int
        let requestHeaders: [String: SettingValue]?
        let requestData: SettingValue?
        let responseHeaders: [String: SettingValue]?
        let responseStatus: SettingValue?
        let createdAt: String?

        private enum CodingKeys: String, CodingKey {
            case id
            case requestHeaders = "request_headers"
            case requestData = "request_data"
            case responseHeaders = "response_headers"
            case responseStatus = "response_status"
            case createdAt = "created_at"
        }

        /// Redirects count as arrived; `internal error` stands for a connection that failed.
        var arrived: Bool {
            let status: Int? =
                switch responseStatus {
                case .integer(let number)?: number
                case .string(let text)?: Int(text)
                default: nil
                }
            return status.map { 200..<400 ~= $0 } ?? false
        }

        func header(_ name: String) -> String? {
            requestHeaders?.first { $0.key.lowercased() == name.lowercased() }?.value.string
        }

        /// What the gate takes as the delivery's id.
        var key: String { header("Idempotency-Key") ?? header("X-Gitlab-Event-UUID") ?? "log-\(id)" }

        /// `false` where nothing tells when it was sent: older servers don't say, and a failed one has no answer.
        func isOlder(than time: Date) -> Bool {
            guard let sent else { return false }
            return sent < time
        }

        private var sent: Date? {
            if let createdAt { return LoggedTime.iso8601(createdAt) }
            let date = responseHeaders?.first { $0.key.lowercased() == "date" }?.value.string
            return date.flatMap(LoggedTime.http)
        }

        /// `nil` when the log doesn't hold the payload: those above its size are left out.
        var delivery: LoggedDelivery? {
            guard let requestData, requestData != .map(["oversize": .bool(true)]), requestData != .map([:]),
                let body = try? JSONEncoder().encode(requestData)
            else { return nil }
            let secret = ["x-gitlab-token", "webhook-signature", "authorization"]
            let headers = (requestHeaders ?? [:]).compactMap { name, value in
                secret.contains(name.lowercased()) ? nil : value.string.map { (name: name, value: $0) }
            }
            return LoggedDelivery(
                id: key, event: header("X-Gitlab-Event") ?? "",
                delivery: WebhookDelivery(headers: headers.sorted { $0.name < $1.name }, body: body))
        }
    }
}

/// The times that a log of deliveries holds.
enum LoggedTime {
    /// `2026-05-26T03:03:17.123Z`, with or without fractions.
    static func iso8601(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }

    /// `Sun, 26 May 2024 03:03:17 GMT`.
    static func http(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }
}

import Foundation
import PipelineModel
import PluginKit

/// Crumbs: what Jenkins wants to see from a browser, and so from whoever shows a password. API tokens need none.
extension JenkinsAPI {
    private struct Crumb: Decodable {
        let crumb: String
        let crumbRequestField: String
    }

    /// The crumb's header and the cookies of the session that it holds in; nothing where crumbs are switched off.
    func crumb() async throws(JenkinsFault) -> [(name: String, value: String)] {
        let answer = try await collected(request("GET", "/crumbIssuer/api/json"))
        if answer.status == 404 { return [] }
        if answer.status >= 500 { throw .away("\(answer.call) was answered \(answer.status)") }
        guard answer.status == 200, let crumb = try? JSONDecoder().decode(Crumb.self, from: answer.body) else {
            throw JenkinsFault(.permissionError, "\(answer.call): no crumb was given (\(answer.status))")
        }
        let cookies = answer.headers.filter { $0.name.lowercased() == "set-cookie" }
            .compactMap { $0.value.split(separator: ";").first.map(String.init) }
        return [(crumb.crumbRequestField, crumb.crumb)]
            + (cookies.isEmpty ? [] : [("Cookie", cookies.joined(separator: "; "))])
    }
}

extension Credential {
    /// `11` and 32 hex digits, or 32 of them in the older form. Everything else is taken for a password.
    var isAPIToken: Bool {
        let digits = secret.utf8.count == 34 && secret.hasPrefix("11") ? secret.dropFirst(2) : secret[...]
        return digits.utf8.count == 32 && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}

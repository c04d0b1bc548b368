import PipelineModel
import PluginKit

/// What both of Bitbucket's forms need of a status.
enum StatusText {
    static func cut(_ text: String, to most: Int) -> String {
        text.unicodeScalars.count <= most
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(most - 1))) + "…"
    }

    static func missing(_ status: CommitStatus) -> FailureDetails {
        FailureDetails(
            .revisionUnavailable,
            "'\(status.repository.prefix(200))' has no commit \(status.commit.prefix(64)), or the connection's "
                + "credential may not see it")
    }
}

extension HostAPI.Answer {
    /// - Throws: `systemUnavailable` for a page where the API's answer is due, e.g. a proxy's that asks to log in.
    func checkIsNoPage() throws(FailureDetails) {
        guard let first = body.first(where: { !" \t\r\n".utf8.contains($0) }), first == UInt8(ascii: "<") else {
            return
        }
        throw FailureDetails(.systemUnavailable, "\(call): the answer is not what the host's API promises")
    }

    /// Whether this is a status that says the same.
    func shows(_ build: [String: SettingValue]) -> Bool {
        struct Build: Decodable {
            let state: String
            let url: String?
            let description: String?
        }
        guard status == 200, let found = try? decode(Build.self) else { return false }
        return [found.state, found.url, found.description]
            == [build["state"]?.string, build["url"]?.string, build["description"]?.string]
    }
}

import PipelineModel
import PluginKit

/// A repository's name, which came from a payload or a pipeline, as it stands in the paths of the API.
struct GitHubRepository {
    let owner: String
    let name: String

    /// - Throws: `configurationError` when no repository of GitHub can be called that.
    init(_ fullName: String) throws(FailureDetails) {
        let parts = fullName.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.isName) else {
            throw FailureDetails(
                .configurationError,
                "a repository of GitHub is OWNER/NAME in letters, digits and -_. , not '\(shown(fullName))'")
        }
        (owner, name) = (parts[0], parts[1])
    }

    /// Below `/repos/OWNER/NAME`.
    func path(_ segments: String...) -> String {
        HostAPI.path("repos", owner, name) + segments.map { "/" + HostAPI.encoded($0) }.joined()
    }

    private static func isName(_ text: String) -> Bool {
        1...100 ~= text.utf8.count && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

/// A text of somebody else's in a message: short, and without what would break a line or turn its order.
func shown(_ text: String) -> String {
    String(
        text.unicodeScalars.prefix(100).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Character("\u{fffd}")
            default: Character(scalar)
            }
        })
}

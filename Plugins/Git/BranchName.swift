import PipelineModel

/// A branch's short name that Git would accept (git-check-ref-format), so that it can stand in a refspec.
///
/// It is only ever passed as `refs/heads/NAME` in an argument of its own: no option, no shell.
struct BranchName: Sendable, CustomStringConvertible {
    let text: String

    init(_ text: String, key: String) throws(FailureDetails) {
        guard Self.isValid(text) else {
            throw FailureDetails(
                .configurationError,
                "\(key) '\(printable(text))' can't be a branch's name; write it as Git shows it, e.g. main")
        }
        self.text = text
    }

    var description: String { text }
    var ref: String { "refs/heads/\(text)" }

    private static func isValid(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255, !text.hasPrefix("-"), text != "@" else { return false }
        guard !text.contains(".."), !text.contains("@{"), !text.hasSuffix(".") else { return false }
        guard
            text.unicodeScalars.allSatisfy({
                $0.value > 32 && $0.value != 127 && !"~^:?*[\\".unicodeScalars.contains($0)
            })
        else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
        }
    }
}

/// Text from a declaration as a message may show it: control characters become `?`, and it ends after 200 characters.
func printable(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? "?" : String($0) }
    return shown.joined()
}

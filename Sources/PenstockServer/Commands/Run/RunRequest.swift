package import Foundation

/// What `penstock run` was asked for.
package struct RunRequest: Sendable {
    package enum Approvals: String, Sendable, CaseIterable { case ask, all, none }

    package var definition: URL
    package var sources: [RunSource]
    /// Pipeline variables by name.
    package var variables: [String: String]
    package var approvals: Approvals
    /// A throw-away folder when absent.
    package var dataFolder: URL?
    package var exports: [RunExport]

    package init(
        definition: URL, sources: [RunSource], variables: [String: String], approvals: Approvals, dataFolder: URL?,
        exports: [RunExport]
    ) {
        self.definition = definition
        self.sources = sources
        self.variables = variables
        self.approvals = approvals
        self.dataFolder = dataFolder
        self.exports = exports
    }
}

/// `NAME=DIR_OR_URL[@REF]`: what a source action reads in this run instead of what it declares.
package struct RunSource: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        /// The folder's files as they are, without `.git`.
        case folder(String)
        /// The tip of a branch of a repository: `base/repository`.
        case repository(base: String, repository: String, branch: String)
    }

    package let action: String
    package let place: Place

    /// - Throws: ``CommandError`` that says how to write it.
    package init(parsing text: String) throws {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw CommandError(.invalidInput, "--source must be NAME=DIR_OR_URL[@REF], not '\(text)'")
        }
        action = String(text[..<equals])
        place = try Self.place(String(text[text.index(after: equals)...]))
    }

    private static func place(_ text: String) throws -> Place {
        let (location, ref) = split(text)
        if location.contains("://") { return try repository(location, branch: ref ?? "main") }
        let folder = URL(fileURLWithPath: (location as NSString).expandingTildeInPath).standardizedFileURL
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandError(.invalidInput, "--source \(text): there is no folder \(folder.path)")
        }
        return try ref.map { try repository("file://" + folder.path, branch: $0) } ?? .folder(folder.path)
    }

    /// A ref follows the last `@` (branches may hold `/`), unless that one belongs to a URL's user or to the name of a
    /// folder that is there.
    private static func split(_ text: String) -> (location: String, ref: String?) {
        let path = text.hasPrefix("file://") ? String(text.dropFirst("file://".count)) : text
        if FileManager.default.fileExists(atPath: (path as NSString).expandingTildeInPath) { return (text, nil) }
        var start = text.startIndex
        if let scheme = text.range(of: "://") {
            guard let slash = text[scheme.upperBound...].firstIndex(of: "/") else { return (text, nil) }
            start = slash
        }
        guard let at = text[start...].lastIndex(of: "@") else { return (text, nil) }
        return (String(text[..<at]), String(text[text.index(after: at)...]))
    }

    private static func repository(_ url: String, branch: String) throws -> Place {
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard let slash = trimmed.lastIndex(of: "/"), !branch.isEmpty, let scheme = trimmed.range(of: "://"),
            slash >= scheme.upperBound, trimmed.index(after: slash) != trimmed.endIndex
        else {
            throw CommandError(
                .invalidInput,
                "--source: '\(url)@\(branch)' must be the URL of a repository and a branch, "
                    + "e.g. https://example.com/acme/app@main")
        }
        return .repository(
            base: String(trimmed[..<slash]), repository: String(trimmed[trimmed.index(after: slash)...]), branch: branch
        )
    }
}

/// `BUCKET=DIR`: where to put a bucket's objects as files once the run has succeeded.
package struct RunExport: Sendable, Equatable {
    package let bucket: String
    package let folder: URL

    /// - Throws: ``CommandError`` that says how to write it.
    package init(parsing text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandError(.invalidInput, "--export must be BUCKET=DIR, not '\(text)'")
        }
        bucket = parts[0]
        folder = URL(fileURLWithPath: (parts[1] as NSString).expandingTildeInPath).standardizedFileURL
    }
}

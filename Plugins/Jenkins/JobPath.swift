import PipelineModel
import PluginKit

/// A job by its full name, folders first, as a path below the server's base.
///
/// A multibranch item's own name holds its branch with `/` written as `%2F`; as a part of a URL, that is `%252F`.
struct JobPath: Sendable, Equatable {
    /// E.g. `apps/web/feature%2Flogin`.
    let name: String
    /// E.g. `/job/apps/job/web/job/feature%252Flogin`.
    let path: String

    /// - Throws: `configurationError` for what is no job's name. Jenkins has no such jobs, and a proxy might take
    ///   `..` for something else.
    init(_ name: String) throws(FailureDetails) {
        let segments = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSound = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && !segment.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        guard isSound, name.utf8.count <= 2000 else {
            throw FailureDetails(
                .configurationError,
                "ProjectName must be a job's full name, e.g. 'web', 'folder/web' or 'folder/web/feature%2Flogin' "
                    + "for a branch of a multibranch job; it has an empty part, '.', '..' or a control character, "
                    + "or is too long.")
        }
        self.name = name
        self.path = segments.map { "/job/" + HostAPI.encoded($0) }.joined()
    }
}

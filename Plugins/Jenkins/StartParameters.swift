import Foundation
import PipelineModel
import PluginKit

/// What a build is started with.
struct StartParameters {
    /// Carries the action's id through Jenkins, so that a build is found again whatever happens.
    static let marker = "PENSTOCK_JOB_ID"
    static let inputPrefix = "PENSTOCK_INPUT_"

    /// `nil` for a job without parameters.
    let fields: [(String, String)]?
    let isMarked: Bool
    /// For the action's log.
    let remarks: [String]

    /// - Throws: `configurationError` when the action's `Parameters` can't be sent.
    init(_ job: ActionJob, _ info: JobInfo) throws(JenkinsFault) {
        let given = try Self.given(job.configuration["Parameters"])
        guard let known = info.parameters else {
            guard given.isEmpty else {
                throw JenkinsFault(
                    .configurationError,
                    "The job has no parameters, but the action gives \(given.map(\.0).joined(separator: ", ")). "
                        + "(Jenkins knows the parameters of a Jenkinsfile after its first build.)")
            }
            fields = nil
            isMarked = false
            remarks = [Self.unmarked]
            return
        }
        let links = job.inputs.map {
            (Self.inputPrefix + $0.name.rawValue, "s3://\($0.stored.bucket)/\($0.stored.key)")
        }
        let withheld = job.isUntrusted ? given.map(\.0).filter(info.secretParameters.contains) : []
        fields = given.filter { !withheld.contains($0.0) } + [(Self.marker, job.id.rawValue)] + links
        isMarked = known.contains(Self.marker)
        let dropped = (given + links).map(\.0).filter { !known.contains($0) }
        remarks =
            (isMarked ? [] : [Self.unmarked])
            + withheld.map {
                "[Penstock] The value of the secret parameter \($0) is withheld: a pull request from a fork started this "
                    + "execution."
            }
            + (dropped.isEmpty
                ? [] : ["[Penstock] Jenkins drops what the job doesn't declare: \(dropped.joined(separator: ", "))"])
    }

    private static let unmarked =
        "[Penstock] Give the job a parameter \(marker), so that its build is found again after a crash."

    private static func given(_ text: String?) throws(JenkinsFault) -> [(String, String)] {
        guard let text, !text.isEmpty else { return [] }
        guard let values = try? JSONDecoder().decode([String: SettingValue].self, from: Data(text.utf8)) else {
            throw JenkinsFault(
                .configurationError, #"Parameters must be a JSON object, e.g. {"TARGET": "staging", "DRY_RUN": true}."#)
        }
        var fields: [(String, String)] = []
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let text: String? =
                switch value {
                case .string(let text): text
                case .bool(let flag): flag ? "true" : "false"
                case .integer(let number): String(number)
                case .number(let number): String(number)
                case .null, .list, .map: nil
                }
            guard let text else {
                throw JenkinsFault(.configurationError, "Parameters.\(name) must be a text, a number, true or false.")
            }
            guard name != marker, !name.hasPrefix(inputPrefix) else {
                throw JenkinsFault(.configurationError, "Parameters.\(name): this name is Penstock's own.")
            }
            fields.append((name, text))
        }
        return fields
    }
}

import Foundation
import Isolation
import PipelineModel
import PluginKit

/// The variables that a build sees: nothing of the server's own but `PATH`.
struct BuildEnvironment {
    let variables: [String: String]
    /// Variables that were declared in vain, for the log.
    let ignored: [String]

    struct Facts {
        var buildID: String
        var number: Int
        var started: Date
        var home: String
        var sourceFolder: String
        var image: String?
        var marker: BuildMarker
        var path: String
    }

    /// The project's variables that a stranger's code doesn't get to see, for the log.
    let withheld: [String]

    /// Precedence: the action's variables, then the project's, then the buildspec's; `CODEBUILD_*` is reserved. The
    /// project's are where secrets stand: what a fork's pull request runs gets none of them.
    init(
        job: ActionJob, action: ActionSettings, project: CodeBuildSettings.Project, spec: Buildspec, facts: Facts
    ) {
        withheld = job.isUntrusted ? project.environment.keys.sorted() : []
        let projects = job.isUntrusted ? [:] : project.environment
        let declared = spec.variables.merging(projects) { $1 }.merging(action.environment) { $1 }
        let reserved = declared.keys.filter { $0.hasPrefix("CODEBUILD_") || $0 == BuildMarker.variable }
        ignored = reserved.sorted()
        variables = Self.base(job, facts)
            .merging(declared.filter { !reserved.contains($0.key) && !$0.value.utf8.contains(0) }) { $1 }
            .merging(Self.build(job, action, facts)) { $1 }
    }

    private static func base(_ job: ActionJob, _ facts: Facts) -> [String: String] {
        [
            "PATH": facts.path, "HOME": facts.home, "LANG": "C.UTF-8", "AWS_REGION": job.region,
            "AWS_DEFAULT_REGION": job.region,
        ]
    }

    private static func build(_ job: ActionJob, _ action: ActionSettings, _ facts: Facts) -> [String: String] {
        var variables = [
            BuildMarker.variable: facts.marker.value,
            "CODEBUILD_CI": "true",
            "CODEBUILD_BUILD_ID": facts.buildID,
            "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:\(job.region):\(job.account):build/\(facts.buildID)",
            "CODEBUILD_BUILD_NUMBER": String(facts.number),
            "CODEBUILD_BUILD_IMAGE": facts.image ?? "local",
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": "codepipeline/\(job.pipeline)",
            "CODEBUILD_KMS_KEY_ID": "arn:aws:kms:\(job.region):\(job.account):alias/aws/s3",
            "CODEBUILD_LOG_PATH": job.id.rawValue,
            "CODEBUILD_SOURCE_REPO_URL": "",
            "CODEBUILD_SRC_DIR": facts.sourceFolder,
            "CODEBUILD_START_TIME": String(Int64(facts.started.timeIntervalSince1970 * 1000)),
        ]
        for input in job.inputs {
            if input.name == action.primary {
                variables["CODEBUILD_SOURCE_VERSION"] = "arn:aws:s3:::\(input.stored.bucket)/\(input.stored.key)"
                variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] = input.stored.revision?.revisionID
            } else {
                let folder = Sandbox.realFolder(input.contents.path) ?? input.contents.path
                variables["CODEBUILD_SRC_DIR_\(EnvironmentName.made(from: input.name.rawValue))"] = folder
            }
        }
        return variables
    }
}

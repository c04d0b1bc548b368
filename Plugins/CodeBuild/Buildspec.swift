/// A buildspec as it was read: what to run, in which shell, and what to hand on.
///
/// Made by ``BuildspecParser``; the keys and their rules: docs.aws.amazon.com/codebuild, "Build
/// specification reference".
struct Buildspec: Equatable {
    enum Version: String, Equatable {
        /// Each command in a fresh shell.
        case separateShells = "0.1"
        /// One shell for all commands of the build.
        case oneShell = "0.2"
    }

    enum Shell: Equatable {
        case sh, bash

        var executable: String {
            switch self {
            case .sh: "/bin/sh"
            case .bash: "/bin/bash"
            }
        }
    }

    var version: Version
    var shell: Shell = .sh
    var variables: [String: String] = [:]
    /// In the order in which they are declared.
    var exportedVariables: [String] = []
    /// The user that the whole build or one phase asks for.
    var requestedUsers: [RequestedUser] = []
    var phases: [BuildPhase: Commands] = [:]
    var artifacts: Artifacts?
    /// By identifier: the name of the output artifact.
    var secondaryArtifacts: [String: Artifacts] = [:]
    /// Keys without which the build would not mean what it says, and that this executor can't honour.
    var refusals: [DocumentNote] = []
    /// Keys that have no effect here. Each gives one line in the build's log.
    var notes: [DocumentNote] = []

    struct RequestedUser: Equatable {
        let path: String
        let name: String
    }

    struct Commands: Equatable {
        enum OnFailure: String, Equatable, CaseIterable {
            case abort = "ABORT"
            case proceed = "CONTINUE"
        }

        var commands: [String] = []
        var finally: [String] = []
        /// `nil`: the usual way from phase to phase.
        var onFailure: OnFailure?
    }

    struct Artifacts: Equatable {
        var files: [String] = []
        var baseDirectory: String?
        var excludePaths: [String] = []
        var discardPaths = false
        var keepLinks = false
    }
}

/// The phases that run commands, in their order.
enum BuildPhase: String, CaseIterable, Equatable {
    case install, preBuild = "pre_build", build, postBuild = "post_build"

    /// As AWS writes it in logs, e.g. `PRE_BUILD`.
    var title: String { rawValue.uppercased() }
}

/// A remark on one place of a document.
struct DocumentNote: Equatable {
    let path: String
    let message: String
}

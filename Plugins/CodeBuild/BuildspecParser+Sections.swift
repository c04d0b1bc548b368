import PluginKit

/// The sections `env`, `phases` and `artifacts`.
extension BuildspecParser {
    mutating func readEnvironment(_ place: YAMLPlace) {
        for (key, value) in mapping(place) {
            switch key {
            case "shell": readShell(value)
            case "variables": spec.variables.merge(variables(value)) { $1 }
            case "exported-variables": readExportedVariables(value)
            case "parameter-store":
                refuseUnlessEmpty(
                    value, "there is no Parameter Store here; give the value in the project's environment")
            case "secrets-manager":
                refuseUnlessEmpty(
                    value, "there is no Secrets Manager here; give the value in the project's environment")
            case "git-credential-helper":
                if yesOrNo(value) { note(value.path, "has no effect here") }
            default: note(value.path, "unknown key, ignored")
            }
        }
    }

    private mutating func refuseUnlessEmpty(_ place: YAMLPlace, _ message: String) {
        if !mapping(place).isEmpty { refuse(place, message) }
    }

    private mutating func readShell(_ place: YAMLPlace) {
        switch text(place) {
        case "sh", "/bin/sh": spec.shell = .sh
        case "bash", "/bin/bash": spec.shell = .bash
        case .some(let name): fault(place.path, "the shell '\(name)' can't be used; write bash or /bin/sh")
        case nil: break
        }
    }

    private mutating func readExportedVariables(_ place: YAMLPlace) {
        for name in texts(place) where !spec.exportedVariables.contains(name) {
            if !EnvironmentName.isValid(name) {
                fault(place.path, "'\(name)' can't name a variable; use letters, digits and '_', no digit first")
            } else if name.hasPrefix("AWS_") {
                fault(place.path, "'\(name)' can't be exported: names that start with AWS_ are reserved")
            } else {
                spec.exportedVariables.append(name)
            }
        }
    }

    mutating func readPhases(_ place: YAMLPlace) {
        let known = BuildPhase.allCases.map(\.rawValue).joined(separator: ", ")
        for (key, value) in mapping(place) {
            if let phase = BuildPhase(rawValue: key) {
                spec.phases[phase] = readPhase(value)
            } else {
                note(value.path, "no such phase (there are \(known)); ignored")
            }
        }
    }

    private mutating func readPhase(_ place: YAMLPlace) -> Buildspec.Commands {
        var phase = Buildspec.Commands()
        for (key, value) in mapping(place) {
            switch key {
            case "commands": phase.commands = texts(value)
            case "finally": phase.finally = texts(value)
            case "on-failure": phase.onFailure = onFailure(value)
            case "run-as": readUser(value)
            case "runtime-versions": note(value.path, "has no effect here: the tools of this machine are used")
            default: note(value.path, "unknown key, ignored")
            }
        }
        return phase
    }

    private mutating func onFailure(_ place: YAMLPlace) -> Buildspec.Commands.OnFailure? {
        guard let text = text(place) else { return nil }
        if let choice = Buildspec.Commands.OnFailure(rawValue: text.uppercased()) { return choice }
        if text.uppercased().hasPrefix("RETRY") {
            refuse(place, "a phase can't be retried here; write ABORT or CONTINUE")
        } else {
            fault(place.path, "'\(text)' is unknown here; write ABORT or CONTINUE")
        }
        return nil
    }

    mutating func readArtifacts(_ place: YAMLPlace) {
        spec.artifacts = artifacts(place, isTop: true)
    }

    private mutating func artifacts(_ place: YAMLPlace, isTop: Bool) -> Buildspec.Artifacts {
        var artifacts = Buildspec.Artifacts()
        for (key, value) in mapping(place) {
            switch key {
            case "files": artifacts.files = texts(value)
            case "base-directory": artifacts.baseDirectory = text(value)
            case "exclude-paths": artifacts.excludePaths = texts(value)
            case "discard-paths": artifacts.discardPaths = yesOrNo(value)
            case "enable-symlinks": artifacts.keepLinks = yesOrNo(value)
            case "name", "s3-prefix", "type": note(value.path, "has no effect in a pipeline")
            case "secondary-artifacts" where isTop: readSecondaryArtifacts(value)
            default: note(value.path, "unknown key, ignored")
            }
        }
        if artifacts.files.isEmpty, !isTop || spec.secondaryArtifacts.isEmpty, !place.isNull {
            fault("\(place.path).files", "the files of this artifact are missing; write e.g. \"files: ['**/*']\"")
        }
        return artifacts
    }

    private mutating func readSecondaryArtifacts(_ place: YAMLPlace) {
        for (identifier, value) in mapping(place) {
            spec.secondaryArtifacts[identifier] = artifacts(value, isTop: false)
        }
    }
}

import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting

@testable import GitPlugin

/// A folder of real bare repositories, `acme/storefront.git` among them, and a host whose connections name it.
///
/// `storefront` has three commits on `main` (`first` is two below the tip), one on `feature/cards`, an annotated tag
/// `v1`, an executable, a symlink, a submodule, and attributes that ask for filters and conversions.
final class TestRepositories: Sendable {
    struct Failure: Error { let output: String }

    let scratch: URL
    let host: FakeHost
    let first: String
    let tip: String
    let feature: String
    static let arn = "arn:aws:codeconnections:us-east-1:000000000000:connection/0f0e"

    var folder: URL { scratch.appending(path: "srv") }

    /// - Parameter url: the connection's base, made from the folder of repositories.
    init(credential: Credential? = nil, url: (URL, URL) throws -> String = { folder, _ in folder.path }) throws {
        scratch = URL(filePath: NSTemporaryDirectory()).appending(
            path: "penstock-git-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let ids = try Self.shell(Self.script, in: scratch).split(separator: "\n").map(String.init)
        (first, tip, feature) = (ids[0], ids[1], ids[2])
        let base = try url(scratch.appending(path: "srv"), scratch)
        host = try FakeHost(connections: [
            Connection(
                name: "github", arn: ConnectionARN(Self.arn), provider: "GitHub", url: base, credential: credential)
        ])
    }

    deinit {
        host.remove()
        // A folder that stays behind in /tmp is no failure of what was tested.
        try? FileManager.default.removeItem(at: scratch)
    }

    func job(
        _ changes: [String: String] = [:], commit: String? = nil,
        provider: any ActionProvider = ConnectionSourceAction(), eventVariables: [String: String] = [:]
    ) throws -> ActionJob {
        let configuration = ["ConnectionArn": Self.arn, "FullRepositoryId": "acme/storefront", "BranchName": "main"]
        let revision = commit.map {
            SourceRevisionOverride(actionName: "Action", revisionType: .commitID, revisionValue: $0)
        }
        return try host.job(
            provider.type.id, configuration: configuration.merging(changes) { $1 }, outputs: ["App"],
            revision: revision, eventVariables: eventVariables)
    }

    @discardableResult
    static func shell(_ script: String, in folder: URL) throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(path: "penstock-sh-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let process = try ChildProcess(
            ["/bin/sh", "-c", "cd \"$1\" && sh -ec \"$2\" > \"$3\" 2>&1", "sh", folder.path, script, output.path],
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path,
                "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_NAME": "Zoë Brandt", "GIT_AUTHOR_EMAIL": "1234+zoe@users.noreply.github.com",
                "GIT_COMMITTER_NAME": "Zoë Brandt", "GIT_COMMITTER_EMAIL": "zoe@acme.example",
                "GIT_AUTHOR_DATE": "2026-02-11T12:39:51+01:00", "GIT_COMMITTER_DATE": "2026-02-11T12:40:00+01:00",
            ])
        let code = process.wait()
        let text = try String(contentsOf: output, encoding: .utf8)
        guard code == 0 else { throw Failure(output: "git is needed (apt-get install git): \(text)") }
        return text
    }

    private static let script = #"""
        mkdir work && cd work
        git init -q -b main && git config core.safecrlf false
        echo one > README; printf 'a\nb\n' > notes.txt; printf '$Id$\n' > version.id
        printf '*.txt filter=evil text eol=crlf\n*.id ident\nREADME export-subst\n' > .gitattributes
        mkdir bin && printf '#!/bin/sh\n' > bin/run && chmod 755 bin/run && ln -s ../README bin/link
        git add . && git commit -q -m 'First'
        git rev-parse HEAD
        git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),vendor/lib
        printf '[submodule "vendor/lib"]\n\tpath = vendor/lib\n\turl = ./lib\n' > .gitmodules
        git add .gitmodules && git commit -q -m 'A submodule'
        echo three > README && git add README && git commit -q -m 'Checkout: round — per line

        The "body" of it.'
        git rev-parse HEAD
        git tag -a -m 'Version 1' v1
        git checkout -q -b feature/cards && echo cards > cards && git add cards && git commit -q -m 'Cards'
        git rev-parse HEAD
        cd .. && git clone -q --bare work srv/acme/storefront.git
        mkdir -p srv/acme/storefront.git/hooks
        printf '#!/bin/sh\ntouch %s/hook-ran\n' "$PWD" > srv/acme/storefront.git/hooks/post-checkout
        chmod 755 srv/acme/storefront.git/hooks/post-checkout
        git -C srv/acme/storefront.git config filter.evil.smudge "touch $PWD/filter-ran; cat"
        """#
}

extension ActionOutcome {
    var success: ActionSuccess? {
        guard case .succeeded(let success) = self else { return nil }
        return success
    }

    var failure: FailureDetails? {
        guard case .failed(let failure) = self else { return nil }
        return failure
    }
}

import Foundation
import PluginKit
import Testing

@testable import CodeBuildPlugin

@Suite struct BuildspecParserTests {
    static let good: [(String, Buildspec)] = [
        (
            "version: 0.2\nphases:\n  build:\n    commands: make",
            Buildspec(version: .oneShell, phases: [.build: .init(commands: ["make"])])
        ),
        (
            "version: '0.1'\nenvironment_variables: {plaintext: {A: 1}}\nphases: {install: {commands: [a, [b, c]]}}",
            Buildspec(
                version: .separateShells, variables: ["A": "1"], phases: [.install: .init(commands: ["a", "b", "c"])])
        ),
        (
            """
            version: 0.2
            env: {shell: bash, variables: {N: 1.10, B: true, E: , T: "~"}, exported-variables: [X]}
            phases:
              pre_build: {on-failure: CONTINUE, commands: [x], finally: [y]}
            artifacts: {files: '**/*', base-directory: out, discard-paths: yes, enable-symlinks: no, exclude-paths: [z]}
            """,
            Buildspec(
                version: .oneShell, shell: .bash, variables: ["N": "1.10", "B": "true", "E": "", "T": "~"],
                exportedVariables: ["X"],
                phases: [.preBuild: .init(commands: ["x"], finally: ["y"], onFailure: .proceed)],
                artifacts: .init(files: ["**/*"], baseDirectory: "out", excludePaths: ["z"], discardPaths: true))
        ),
        (
            "x: &c\n  commands: [m]\nversion: 0.2\nphases:\n  build:\n    <<: *c\n    finally: [f]\r\n",
            Buildspec(
                version: .oneShell, phases: [.build: .init(commands: ["m"], finally: ["f"])],
                notes: [DocumentNote(path: "x", message: "unknown key, ignored")])
        ),
    ]

    @Test(arguments: good) func `a good buildspec is read`(text: String, expected: Buildspec) throws {
        guard case .parsed(let spec) = BuildspecParser.parse(text) else {
            Issue.record("\(BuildspecParser.parse(text))")
            return
        }
        #expect(spec == expected)
    }

    static let bad: [(String, String)] = [
        ("", ""), ("- a", ""), ("a: b: c", ""), ("version: 0.2\nphases:\n\t- x", ""), ("phases: {}", "version"),
        ("version: 0.2", "phases"), ("version: 0.3\nphases: {}", "version"), ("version: 0.2\nphases: [a]", "phases"),
        ("version: 0.2\nphases: {build: make}", "phases.build"),
        ("version: 0.2\nphases:\n  build:\n    commands:\n      - ok\n      - echo a: b", "phases.build.commands[1]"),
        ("version: 0.2\nphases: {build: {on-failure: STOP}}", "phases.build.on-failure"),
        ("version: 0.2\nphases: {}\nenv: {shell: powershell.exe}", "env.shell"),
        ("version: 0.2\nphases: {}\nenv: {variables: {A-B: c}}", "env.variables.A-B"),
        ("version: 0.2\nphases: {}\nenv: {variables: {A: [c]}}", "env.variables.A"),
        ("version: 0.2\nphases: {}\nenv: {exported-variables: [AWS_X]}", "env.exported-variables"),
        ("version: 0.2\nphases: {}\nenv: {exported-variables: ['a;b']}", "env.exported-variables"),
        ("version: 0.2\nphases: {}\nartifacts: {name: x}", "artifacts.files"),
        ("version: 0.2\nphases: {}\nartifacts: {files: [a], discard-paths: maybe}", "artifacts.discard-paths"),
        (
            "version: 0.2\nphases: {}\nartifacts: {secondary-artifacts: {a: {name: b}}}",
            "artifacts.secondary-artifacts.a.files"
        ),
    ]

    @Test(arguments: bad) func `a fault names its place`(text: String, path: String) {
        let faults = BuildspecValidator().faults(in: text)
        #expect(faults.map(\.path) == [path])
        #expect(faults.allSatisfy { $0.code == "YAML_FILE_ERROR" && !$0.message.isEmpty })
    }

    @Test func `every fault is told, not the first alone`() {
        let faults = BuildspecValidator().faults(
            in: "version: 9\nphases: {build: {commands: [{a: b}], finally: {c: d}}}")
        #expect(faults.map(\.path) == ["version", "phases.build.commands[0]", "phases.build.finally"])
    }

    @Test(arguments: [
        ("batch: {fast-fail: true}", "batch"), ("env: {parameter-store: {A: /a}}", "env.parameter-store"),
        ("env: {secrets-manager: {A: b}}", "env.secrets-manager"),
    ])
    func `what can't be honoured is a fault of its own kind`(text: String, path: String) {
        let faults = BuildspecValidator().faults(in: "version: 0.2\nphases: {}\n\(text)")
        #expect(faults.map(\.path) == [path])
        #expect(faults.map(\.code) == ["UNSUPPORTED"])
    }

    @Test(arguments: [
        "reports: {u: {files: [a]}}", "cache: {paths: [a]}", "proxy: {logs: yes}", "env: {git-credential-helper: yes}",
        "artifacts: {files: [a], name: b}", "colour: red", "environment_variables: {plaintext: {A: b}}",
    ])
    func `what has no effect gives one note`(text: String) {
        guard case .parsed(let spec) = BuildspecParser.parse("version: 0.2\nphases: {}\n\(text)") else {
            Issue.record("not parsed")
            return
        }
        #expect(spec.notes.count == 1)
        #expect(spec.variables.isEmpty)
    }

    @Test(arguments: [("buildspec.yml", true), ("ci/BuildSpec-test.yaml", true), ("appspec.yml", false)])
    func `a buildspec is known by its name`(name: String, expected: Bool) {
        #expect(BuildspecValidator().recognises(fileName: name) == expected)
    }

    @Test func `real buildspecs parse or have a stated fault`() throws {
        guard let corpus = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            return NSLog("PENSTOCK_CORPUS is not set: the real buildspecs were not read")
        }
        let folder = URL(filePath: corpus).appending(path: "buildspecs")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap {
            $0 as? URL
        }
        var counts = ["parsed": 0, "faulty": 0, "unsupported": 0]
        for file in files ?? [] where file.pathExtension.hasPrefix("y") {
            let faults = BuildspecValidator().faults(in: String(decoding: try Data(contentsOf: file), as: UTF8.self))
            let kind = faults.isEmpty ? "parsed" : faults[0].code == "UNSUPPORTED" ? "unsupported" : "faulty"
            counts[kind, default: 0] += 1
            for fault in faults { NSLog("%@", "\(file.lastPathComponent) \(fault.path): \(fault.message.prefix(160))") }
        }
        NSLog("%@", "real buildspecs: \(counts)")
        #expect(counts["parsed", default: 0] > 120)
    }
}

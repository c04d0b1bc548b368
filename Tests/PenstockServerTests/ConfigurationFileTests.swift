import Foundation
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct ConfigurationFileTests {
    private func project(_ yaml: String) throws -> SettingValue? {
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
        return try ConfigurationFile(yaml: "projects:\n" + lines.joined(separator: "\n"), name: "f").values["projects"]
    }

    @Test(arguments: [
        ("a: 1", SettingValue.integer(1)), ("a: -3", .integer(-3)), ("a: 1.5", .number(1.5)), ("a: 0", .integer(0)),
        ("a: 0.5", .number(0.5)), ("a: 007", .string("007")), ("a: '1'", .string("1")),
        ("a: \"true\"", .string("true")),
        ("a: true", .bool(true)), ("a: false", .bool(false)), ("a: ~", .null), ("a: null", .null), ("a:", .null),
        ("a: ''", .string("")), ("a: 1.2.3", .string("1.2.3")), ("a: yes", .string("yes")),
        ("a: [1, x]", .list([.integer(1), .string("x")])), ("a: {b: c}", .map(["b": .string("c")])),
        ("a: 99999999999999999999", .number(1e20)), ("a: |\n  x\n", .string("x\n")), ("a: ٣", .string("٣")),
    ])
    func `plain words become what they say`(yaml: String, value: SettingValue) throws {
        #expect(try project(yaml)?["a"] == value)
    }

    @Test func `an alias stands for what its anchor names`() throws {
        let value = try project(
            """
            one: &base {timeout_minutes: 5, environment: &env {A: b}}
            two: *base
            three: {environment: *env}
            """)
        #expect(value?["two"] == value?["one"])
        #expect(value?["three"]?["environment"]?["A"] == .string("b"))
    }

    @Test func `a merge key lends what the map does not say itself`() throws {
        let value = try project(
            """
            one: &one {a: 1, b: 1}
            two: &two {b: 2, c: 2}
            three: {<<: *one, a: 3}
            four: {<<: [*two, *one]}
            five: {"<<": *one}
            """)
        #expect(value?["three"] == .map(["a": .integer(3), "b": .integer(1)]))
        #expect(value?["four"] == .map(["a": .integer(1), "b": .integer(2), "c": .integer(2)]))
        #expect(value?["five"]?["<<"] == value?["one"])
    }

    @Test(arguments: [
        "hooks:\n  main: {secret: \"s3cr3t-text}\n", "hooks:\n  main:\n    secret: s3cr3t-text: x\n",
        "hooks:\n  main: {secret: *s3cr3t-text }\n", "a: s3cr3t-text\na: s3cr3t-text\n", "\ts3cr3t-text: x",
        "%s3cr3t-text", "x: s3cr3t-text\u{1}",
    ])
    func `what is no YAML is placed without quoting the line`(yaml: String) {
        let error = #expect(throws: SettingsError.self) { try ConfigurationFile(yaml: yaml, name: "penstock.yaml") }
        #expect(error?.place.hasPrefix("penstock.yaml") == true)
        #expect(error?.message.contains("not YAML: ") == true)
        #expect(error?.description.contains("s3cr3t-text") == false, "\(error?.description ?? "")")
    }

    @Test func `what is no map is refused, and nothing is nothing`() throws {
        #expect(throws: SettingsError.self) { try ConfigurationFile(yaml: "- a", name: "f") }
        #expect(throws: SettingsError.self) { try ConfigurationFile(yaml: "text", name: "f") }
        #expect(try ConfigurationFile(yaml: "# only a comment\n", name: "f").values == .map([:]))
        #expect(try ConfigurationFile(yaml: "", name: "f").values == .map([:]))
    }

    @Test func `bytes that are no text are refused`() throws {
        let folder = try ServerFolder()
        let file = folder.url.appending(path: "penstock.yaml")
        try Data([0x61, 0x3A, 0x20, 0xFF, 0xFE]).write(to: file)
        let error = #expect(throws: SettingsError.self) { try ConfigurationFile(contentsOf: file) }
        #expect(error?.place == file.path)
    }
}

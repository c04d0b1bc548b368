import Foundation
import PipelineEngine
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct JSONSelectionTests {
    static let document = #"""
        {"ref": "refs/heads/main", "count": 3, "ratio": 1.50, "big": 12345678901234567890, "flag": true, "none": null,
         "a.b": "dotted", "build": {"phase": "COMPLETED", "scm": {"branch": "origin/main"}, "tags": ["x"]},
         "commits": [{"id": "1", "added": ["a.swift"], "n": 1}, {"id": "2", "added": [], "n": 2, "main": true}],
         "empty": [], "ref2": "first", "ref2": "last", "ünï": "\u00e4"}
        """#

    static let singles: [(String, String?)] = [
        ("$.ref", "refs/heads/main"), ("ref", "refs/heads/main"), ("$['ref']", "refs/heads/main"), ("$.count", "3"),
        ("$.ratio", "1.50"), ("$.big", "12345678901234567890"), ("$.flag", "true"), ("$.none", nil),
        ("$['a.b']", "dotted"), ("$.build.scm.branch", "origin/main"), ("$.build.tags", "x"), ("$.build", nil),
        ("$.commits[0].id", "1"), ("$.commits[-1].id", "2"), ("$.commits[0].added", "a.swift"),
        ("$.commits.length()", "2"), ("$.commits[1:].id", "2"), ("$.commits[:1].id", "1"), ("$.commits[0,5].id", "1"),
        ("$..branch", "origin/main"), ("$..phase", "COMPLETED"), ("$.build.*.branch", "origin/main"),
        ("$.commits[?(@.main)].id", "2"), ("$.commits[?(@.n > 1)].id", "2"), ("$.commits[?(@.id == '1')].n", "1"),
        ("$.commits[?(@.n >= 1 && @.n < 2)].id", "1"), ("$.commits[?(@.main == true || @.n == 7)].id", "2"),
        ("$.commits[?(!@.main)].id", "1"), ("$.commits[?(@.main != true)].id", "1"), ("$.ref2", "last"),
        ("$['ünï']", "ä"), ("$['ref','nothing']", "refs/heads/main"), ("$.empty.length()", "0"), ("$", nil),
    ]

    private func select(_ path: String) throws -> JSONSelection {
        try JSONPath(path).selection(in: JSONTree(Data(Self.document.utf8)))
    }

    @Test(arguments: singles)
    func `a path selects one value`(path: String, text: String?) throws {
        guard case .one(let value) = try select(path) else {
            Issue.record("\(path) selects \(try select(path))")
            return
        }
        #expect(value.text == text)
    }

    @Test(arguments: [
        "$.nothing", "$.ref.x", "$.commits.id", "$.commits[2]", "$.commits[-3]", "$.empty[*]", "$..nothing",
        "$.commits[?(@.n > 5)]", "$.ref.length()", "$.commits[5:]", "$.Ref", "$.commits[?(@.id > 0)]",
    ])
    func `a path selects nothing`(path: String) throws {
        #expect(try select(path) == .nothing)
    }

    @Test func `a path selects several values`() throws {
        #expect(try select("$.commits[*].id") == .several(2))
        #expect(try select("$..id") == .several(2))
        #expect(try select("$['ref','count']") == .several(2))
    }

    @Test func `a path that leads through everything again and again is given up`() throws {
        let wide = "[" + (0..<2000).map { _ in "{\"a\":[1,2,3]}" }.joined(separator: ",") + "]"
        let document = try JSONTree(Data(wide.utf8))
        #expect(try JSONPath("$..*..*").selection(in: document) != .nothing)
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        let nested = try JSONTree(Data(deep.utf8))
        let path = try JSONPath("$..*..*..*..*..*..*")
        let time = ContinuousClock().measure { #expect(path.selection(in: nested) == .tooMany) }
        #expect(time < .seconds(10))
    }

    @Test(arguments: ["", "{", "{\"a\":}", "[1,]", "{\"a\":1} x", "nul", "\u{1}"])
    func `what is no JSON is refused`(text: String) {
        let error = #expect(throws: PayloadError.self) { try JSONTree(Data(text.utf8)) }
        guard case .notJSON? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `more values than memory is worth are refused`() {
        let text = "[" + String(repeating: "0,", count: JSONTree.greatestCount) + "0]"
        #expect(throws: PayloadError.unexpectedShape("it holds more than 1000000 values")) {
            try JSONTree(Data(text.utf8))
        }
    }
}

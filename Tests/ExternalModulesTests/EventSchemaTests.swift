import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import ExternalModules

/// The published schema says what the code reads and writes: no more, no less.
@Suite struct EventSchemaTests {
    private let schema: SchemaCheck

    init() throws {
        schema = SchemaCheck(root: try JSONDecoder().decode(SettingValue.self, from: Data(EventSchema.text.utf8)))
    }

    private func faults(_ json: String) throws -> [String] {
        schema.faults(in: try JSONDecoder().decode(SettingValue.self, from: Data(json.utf8)))
    }

    @Test func `every golden event of every host is of the vocabulary`() throws {
        let folders = try FileManager.default.subpathsOfDirectory(atPath: ModuleWorld.fixtures.path)
        let goldens = folders.filter {
            $0.hasSuffix(".golden.json") && ($0.contains("/webhooks/") || $0.hasPrefix("Modules/anvil/samples/"))
        }
        #expect(goldens.count >= 30)
        var count = 0
        for path in goldens {
            let data = try Data(contentsOf: ModuleWorld.fixtures.appending(path: path))
            guard case .list(let events)? = try JSONDecoder().decode(SettingValue.self, from: data)["events"] else {
                continue
            }
            for event in events {
                #expect(schema.faults(in: event) == [], "\(path)")
                count += 1
            }
        }
        #expect(count >= 20)
    }

    @Test func `every kind of change that the code can write is of the vocabulary, with all its members`() throws {
        let sender = SourceEvent.Sender(id: "7", login: "ines")
        let changes: [SourceEvent.Change] = [
            .branchPushed(branch: "b", before: "1", after: "2", forced: true), .branchDeleted(branch: "b", before: "1"),
            .tagPushed(tag: "t", commit: "1"), .tagDeleted(tag: "t"), .refsChanged,
            .release(.init(action: "a", tag: "t", name: "n", draft: true, prerelease: false, url: "u")),
            .buildCompleted(
                .init(system: "s", job: "j", number: "1", status: .unstable, url: "u", branch: "b", commitID: "c")),
            .pullRequest(
                .init(
                    event: .updated, number: 1, title: "t", sourceBranch: "s", sourceRepository: "r", targetBranch: "t",
                    head: "h", base: "b", merged: true, author: sender, fromFork: true, draft: true, labels: ["l"],
                    url: "u")),
        ]
        for change in changes {
            let event = SourceEvent(
                repository: "acme/app", change: change,
                commit: .init(
                    id: "1", message: "m", authorName: "n", authorEmail: "e", authoredAt: "2026-01-01T00:00:00Z",
                    url: "u"),
                sender: sender, changedPaths: ["p"], unresolved: .refs)
            let json = String(decoding: try JSONEncoder().encode(event), as: UTF8.self)
            #expect(try faults(json) == [], "\(json)")
        }
    }

    @Test(arguments: [
        (#"{"change": {"tagDeleted": {"tag": "t"}}}"#, "repository is missing"),
        (#"{"repository": "a", "change": {}}"#, "change has too few members"),
        (
            #"{"repository": "a", "change": {"tagDeleted": {"tag": "t"}, "refsChanged": {}}}"#,
            "change has too many members"
        ),
        (#"{"repository": "a", "change": {"exploded": {}}}"#, "change.exploded is unknown"),
        (#"{"repository": 1, "change": {"refsChanged": {}}}"#, "repository is no string"),
        (#"{"repository": "a", "change": {"refsChanged": {}}, "unresolved": "all"}"#, "unresolved is none of"),
        (#"{"repository": "a", "change": {"refsChanged": {}}, "changedPaths": [1]}"#, "changedPaths[0] is no string"),
    ])
    func `what is not of the vocabulary is told`(json: String, fault: String) throws {
        let found = try faults(json)
        #expect(found.contains { $0.hasPrefix(fault) }, "\(found)")
    }
}

/// As much of JSON Schema as the vocabulary uses. An unknown keyword is a fault, so that nothing passes unread.
struct SchemaCheck {
    let root: SettingValue

    func faults(in value: SettingValue) -> [String] { faults(value, root, "") }

    private func faults(_ value: SettingValue, _ schema: SettingValue, _ place: String) -> [String] {
        guard case .map(let keywords) = schema else { return ["\(place): the schema is no object"] }
        return keywords.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
            switch keyword {
            case "$schema", "$id", "$defs", "title", "description", "properties": return []
            case "$ref":
                let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
                return root["$defs"]?[name].map { faults(value, $0, place) } ?? ["no definition \(name)"]
            case "type": return isOfType(value, rule.string ?? "") ? [] : ["\(place) is no \(rule.string ?? "")"]
            case "enum":
                guard case .list(let known) = rule else { return ["\(place): enum is no list"] }
                return known.contains(value) ? [] : ["\(place) is none of \(known.compactMap(\.string))"]
            case "required":
                guard case .list(let names) = rule else { return ["\(place): required is no list"] }
                return names.compactMap(\.string).filter { value[$0] == nil }.map { "\(join(place, $0)) is missing" }
            case "minProperties", "maxProperties": return count(value, keyword, rule, place)
            case "items":
                guard case .list(let items) = value else { return [] }
                return items.enumerated().flatMap { faults($1, rule, "\(place)[\($0)]") }
            case "additionalProperties": return members(value, schema["properties"], place)
            default: return ["the schema has an unknown keyword \(keyword)"]
            }
        }
    }

    private func members(_ value: SettingValue, _ properties: SettingValue?, _ place: String) -> [String] {
        guard case .map(let members) = value else { return [] }
        return members.sorted { $0.key < $1.key }.flatMap { name, member in
            properties?[name].map { faults(member, $0, join(place, name)) } ?? ["\(join(place, name)) is unknown"]
        }
    }

    private func count(_ value: SettingValue, _ keyword: String, _ rule: SettingValue, _ place: String) -> [String] {
        guard case .map(let members) = value, case .integer(let limit) = rule else { return [] }
        if keyword == "minProperties" { return members.count >= limit ? [] : ["\(place) has too few members"] }
        return members.count <= limit ? [] : ["\(place) has too many members"]
    }

    private func isOfType(_ value: SettingValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.map, "object"), (.list, "array"), (.string, "string"), (.integer, "integer"), (.bool, "boolean"): true
        default: false
        }
    }

    private func join(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
}

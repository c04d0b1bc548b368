import Foundation
import PluginKit
import Testing

@Suite struct JSONReaderTests {
    /// Whether the reader takes the text to be JSON.
    private static func isTaken(_ text: Data) -> Bool {
        do throws(JSONFault) {
            var reader = try JSONReader(text)
            try reader.skip()
            try reader.finish()
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: [
        "{}", "[]", "0", "-0", "1e5", "-1.5E+10", "0.1", "\"\"", "true", "false", "null", " [ ] ", "\t{\n}\r\n",
        "[1,2]", "[[],{}]", "{\"a\":{\"b\":[null]}}", "{\"a\":1,\"a\":2}", "\"\\u00e9\\n\\\"\\\\\\/\"",
        "\"\\ud83d\\ude00\"",
        "\"é😀\"", "\"\u{7f}\"", "\u{feff}{}",
    ])
    func `what is JSON is taken`(text: String) { #expect(Self.isTaken(Data(text.utf8))) }

    @Test(arguments: [
        "", " ", "{", "[", "}", "]", "{]", "[}", "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1",
        "NaN", "Infinity", "tru", "trues", "nul", "True", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"a\nb\"", "\"\u{1}\"", "{}{}", "[] x", "1 2", "[1]]", "/**/1", "\u{a0}1", "\"\\u",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(!Self.isTaken(Data(text.utf8)))
        // Foundation takes a comma at the end.
        guard !Self.hasCommaAtEnd(text) else { return }
        #expect(throws: (any Error).self) {
            try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
        }
    }

    private static func hasCommaAtEnd(_ text: String) -> Bool { text.contains(/,\s*[\]}]/) }

    @Test(arguments: [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x7b, 0x7d, 0x80]])
    func `bytes that are no UTF-8 are refused`(bytes: [UInt8]) { #expect(!Self.isTaken(Data(bytes))) }

    @Test func `nesting has a bound`() {
        func nested(_ depth: Int) -> Data {
            Data((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(Self.isTaken(nested(512)))
        #expect(!Self.isTaken(nested(513)))
        #expect(!Self.isTaken(Data(repeating: UInt8(ascii: "["), count: 1_000_000)))
    }

    @Test func `wanted members are read, others passed over, whatever their order`() throws {
        let text = #"{"x":[1,{"name":"no"}],"n\u0061me":"yes","inner":{"list":["a","b"],"y":{}},"odd":7,"flag":true}"#
        let names = JSONNames(["name", "inner", "odd", "flag", "list"])
        var reader = try JSONReader(Data(text.utf8))
        var found: [String] = []
        #expect(try reader.openObject())
        while let name = try reader.nextMember(of: names) {
            switch name {
            case "name": found.append("name \(try reader.string() ?? "nil")")
            case "inner":
                #expect(try reader.openObject())
                while try reader.nextMember(of: names) != nil { found.append("list \(try reader.strings() ?? [])") }
            case "odd": found.append("odd \(try reader.string() ?? "nil")")
            default: found.append("flag \(try reader.bool() == true)")
            }
        }
        try reader.finish()
        #expect(found == ["name yes", #"list ["a", "b"]"#, "odd nil", "flag true"])
    }

    @Test func `a value of another kind is passed over and reads as nothing`() throws {
        var reader = try JSONReader(Data(#"[{"a":1}, "x", 1.5, null, ["a", 1], [], 12, "y"]"#.utf8))
        #expect(try reader.openArray())
        var values: [String] = []
        while try reader.nextElement() {
            switch values.count {
            case 0: values.append("\(try reader.string() ?? "nil")")
            case 1: values.append("\(try reader.integer() ?? -1)")
            case 2: values.append("\(try reader.integer() ?? -1)")
            case 3: values.append("\(try reader.openObject())")
            case 4: values.append("\(try reader.strings() ?? ["nil"])")
            case 5: values.append("\(try reader.strings() ?? ["nil"])")
            case 6: values.append("\(try reader.integer() ?? -1)")
            default: values.append("\(try reader.bool() ?? false) \(try reader.kind(atEnd: ()))")
            }
        }
        try reader.finish()
        #expect(values == ["nil", "-1", "-1", "false", #"["nil"]"#, "[]", "12", "false end"])
    }

    @Test func `half a surrogate pair becomes the replacement character`() throws {
        var reader = try JSONReader(Data(#"["\ud83d", "\ude00x", "\ud83d\u0041", "\uD83D\uDE00"]"#.utf8))
        #expect(try reader.strings() == ["\u{fffd}", "\u{fffd}x", "\u{fffd}A", "😀"])
    }

    // MARK: Against Foundation

    private static func randomValue(_ depth: Int, _ generator: inout SystemRandomNumberGenerator) -> Any {
        let texts = ["", "a", "é😀", "\"\\/", "\n\t\u{1}", "key", String(repeating: "long ", count: 9)]
        switch Int.random(in: 0...(depth > 4 ? 4 : 6), using: &generator) {
        case 0: return texts.randomElement(using: &generator) ?? ""
        case 1: return Int.random(in: -1000...1000, using: &generator)
        case 2: return Double.random(in: -1e10...1e10, using: &generator)
        case 3: return Bool.random(using: &generator)
        case 4: return NSNull()
        case 5: return (0..<Int.random(in: 0...4, using: &generator)).map { _ in randomValue(depth + 1, &generator) }
        default:
            var members: [String: Any] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                members[texts.randomElement(using: &generator) ?? ""] = randomValue(depth + 1, &generator)
            }
            return members
        }
    }

    /// Reads by the shape that Foundation found, and compares each value.
    private static func agrees(_ reader: inout JSONReader, with value: Any) throws -> Bool {
        switch value {
        case let members as [String: Any]:
            guard try reader.openObject() else { return false }
            let names = JSONNames(Array(members.keys))
            // Of members that occur twice, Foundation has one.
            var same: [String: Bool] = [:]
            while let name = try reader.nextMember(of: names) {
                guard let member = members[name] else { return false }
                same[name] = try agrees(&reader, with: member) || same[name] == true
            }
            return same.count == members.count && same.values.allSatisfy(\.self)
        case let elements as [Any]:
            guard try reader.openArray() else { return false }
            var same = true
            for element in elements {
                guard try reader.nextElement() else { return false }
                same = try agrees(&reader, with: element) && same
            }
            return try !reader.nextElement() && same
        case let text as String: return try reader.string() == text
        case is NSNull:
            let isNull = try reader.kind() == .null
            try reader.skip()
            return isNull
        default:
            switch try reader.kind() {
            case .bool: return try reader.bool() == (value as? Bool)
            case .number:
                guard let found = try reader.integer() else { return true }
                return found == (value as? NSNumber)?.intValue
            default: return false
            }
        }
    }

    private static func agrees(_ text: Data) throws -> Bool {
        let value = try JSONSerialization.jsonObject(with: text, options: [.fragmentsAllowed])
        var reader = try JSONReader(text)
        let same = try agrees(&reader, with: value)
        try reader.finish()
        return same
    }

    @Test func `random JSON reads as Foundation reads it`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let text = try JSONSerialization.data(
                withJSONObject: [Self.randomValue(0, &generator)],
                options: Bool.random(using: &generator) ? [.prettyPrinted] : [])
            #expect(try Self.agrees(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Where a text was damaged in one place, both take it or both refuse it.
    @Test func `damaged JSON is refused where Foundation refuses it`() throws {
        var generator = SystemRandomNumberGenerator()
        let bytes = Array(#"{}[]",:\ 0123456789eE+-.truefalsnl"#.utf8)
        for _ in 0..<5000 {
            var text = try JSONSerialization.data(withJSONObject: [Self.randomValue(0, &generator)])
            let place = Int.random(in: 0..<text.count, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: text[place] = bytes.randomElement(using: &generator) ?? 0
            case 1: text.remove(at: place)
            default: text.insert(bytes.randomElement(using: &generator) ?? 0, at: place)
            }
            let foundation = (try? JSONSerialization.jsonObject(with: text, options: [.fragmentsAllowed])) != nil
            let shown = String(decoding: text, as: UTF8.self)
            guard Self.isTaken(text) != foundation, !Self.hasCommaAtEnd(shown) else { continue }
            // Foundation also refuses what a Double can't hold and half surrogate pairs.
            #expect(!foundation && (shown.contains("e") || shown.contains("E") || shown.contains("\\u")), "\(shown)")
        }
    }

    @Test func `each payload of the corpus reads as Foundation reads it`() throws {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            try FileHandle.standardError.write(contentsOf: Data("corpus: skipped, PENSTOCK_CORPUS is not set\n".utf8))
            return
        }
        let folder = URL(filePath: root).appending(path: "webhooks")
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
        var count = 0
        for case let file as String in files where file.hasSuffix(".json") {
            let text = try Data(contentsOf: folder.appending(path: file))
            guard (try? JSONSerialization.jsonObject(with: text, options: [.fragmentsAllowed])) != nil else {
                #expect(!Self.isTaken(text), "\(file)")
                continue
            }
            #expect(try Self.agrees(text), "\(file)")
            count += 1
        }
        #expect(count > 10)
        try FileHandle.standardError.write(contentsOf: Data("corpus: \(count) payloads read alike\n".utf8))
    }
}

extension JSONReader {
    /// `end`, when nothing but the closing bracket follows.
    fileprivate mutating func kind(atEnd: Void) throws -> String {
        var ahead = self
        return try ahead.nextElement() ? "more" : "end"
    }
}

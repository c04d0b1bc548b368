import AWSWire
import Foundation
import Testing

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("{}", [:]), ("[]", []), (" [ 1 , -2 ] \n", [1, -2]), ("9223372036854775807", .integer(.max)),
            ("9007199254740993", .integer(9_007_199_254_740_993)), ("-0", 0), ("1.5e2", .number(150)),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("true", true), ("false", false),
            ("null", nil), (#""a\u00e9\ud83d\ude00\n\/\"""#, "aé😀\n/\""), ("\"é😀\"", "é😀"),
            (#"{"a":1,"b":{"c":[null]},"a":2}"#, ["a": 2, "b": ["c": [nil]]]),
        ] as [(String, JSONValue)])
    func `reads JSON`(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONValue(parsing: Data(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "1.", "-", "1e", ".5", "+1", "tru", "nul",
        "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "1e999",
        "'a'", "NaN", "\"\\", "]",
    ])
    func `refuses what is not JSON`(_ text: String) {
        #expect {
            try JSONValue(parsing: Data(text.utf8))
        } throws: {
            ($0 as? WireError)?.code == "SerializationException"
        }
    }

    @Test func `refuses strings that are not UTF-8`() {
        #expect(throws: WireError.self) { try JSONValue(parsing: Data([0x22, 0xC3, 0x28, 0x22])) }
    }

    @Test func `refuses depth beyond the limit`() throws {
        func nested(_ depth: Int) -> Data {
            Data((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONValue(parsing: nested(64))
        #expect(throws: WireError.self) { try JSONValue(parsing: nested(65)) }
        #expect(throws: WireError.self) { try JSONValue(parsing: nested(100_000)) }
    }

    @Test func `writes what it reads`() throws {
        let value: JSONValue = ["a": [1, 2.5, "x/y", true, nil, .integer(.max)], "b": [:]]
        #expect(try JSONValue(parsing: JSONBody.encode(value)) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONBody.encode(value)) == value)
    }

    @Test func `finds members and elements, and nothing in the wrong kind`() {
        let value: JSONValue = ["list": [1, "two", 3.5, false], "object": ["k": nil]]
        #expect(value["list"]?[0]?.integer == 1)
        #expect(value["list"]?[0]?.number == 1)
        #expect(value["list"]?[1]?.string == "two")
        #expect(value["list"]?[2]?.number == 3.5)
        #expect(value["list"]?[3]?.bool == false)
        #expect(value["list"]?[4] == nil)
        #expect(value["list"]?["k"] == nil)
        #expect(value["object"]?["k"] == .null)
        #expect(value["object"]?.object?.count == 1)
        #expect(value["list"]?.array?.count == 4)
        #expect(value[0] == nil)
        #expect(value.string == nil && value.bool == nil && value.integer == nil && value.number == nil)
        #expect(value.array == nil && value["list"]?.object == nil)
    }

    struct Shape: Codable, Equatable {
        struct Inner: Codable, Equatable { var count: Int }
        var name: String
        var at: Date?
        var blob: Data?
        var inner: [Inner]?
        var flag: Bool?
    }

    @Test func `types follow AWS's rules`() throws {
        let value: JSONValue = ["name": "n", "at": 1_700_000_000.5, "blob": "aGk=", "inner": [["count": 1]], "?": 1]
        let shape = try value.decode(Shape.self)
        #expect(
            shape
                == Shape(
                    name: "n", at: Date(timeIntervalSince1970: 1_700_000_000.5), blob: Data("hi".utf8),
                    inner: [.init(count: 1)]))
        let written = try JSONValue(parsing: JSONBody.encode(shape))
        #expect(written["at"]?.number == 1_700_000_000.5)
        #expect(written["blob"] == "aGk=")
        #expect(written["flag"] == nil)
    }

    @Test(
        arguments: [
            ([:], "the request: member 'name' is missing"), (["name": 1], "name: expected a string"),
            (["name": "n", "at": "x"], "at: expected a number"),
            (["name": "n", "inner": "x"], "inner: expected a list"),
            (["name": "n", "inner": [["count": "x"]]], "inner[0].count: expected a number"),
            (["name": nil], "name: expected a string, found null"),
            (["name": "n", "flag": 1], "flag: expected a boolean"),
            (["name": "n", "inner": [1]], "inner[0]: expected a structure"),
        ] as [(JSONValue, String)])
    func `names the member that doesn't fit`(_ value: JSONValue, _ reason: String) {
        #expect(throws: WireError.serialization(reason)) { try value.decode(Shape.self) }
    }
}

@Suite struct JSON11Tests {
    @Test func `the target names prefix and operation`() throws {
        let request = try JSON11Request(
            target: "com.amazonaws.codeconnections.CodeConnections_20231201.Op", body: Data(#"{"a":1}"#.utf8))
        #expect(request.prefix == "com.amazonaws.codeconnections.CodeConnections_20231201")
        #expect(request.operation == "Op")
        #expect(request.input == ["a": 1])
        #expect(try JSON11Request(target: "A.B", body: Data()).input == [:])
    }

    @Test(arguments: [nil, "", "Op", ".Op", "Prefix."])
    func `a request without an operation is refused`(_ target: String?) {
        #expect {
            try JSON11Request(target: target, body: Data("{}".utf8))
        } throws: {
            ($0 as? WireError)?.code == "UnknownOperationException"
        }
    }

    @Test func `an input must be an object`() {
        #expect(throws: WireError.serialization("The request body must be a JSON object.")) {
            try JSON11Request(target: "A.B", body: Data("[]".utf8))
        }
    }

    @Test func `answers carry AWS's headers`() throws {
        let answer = try JSON11Response(output: ["name": "n"], requestID: "id")
        #expect(answer.status == 200)
        #expect(answer.headers.map(\.name) == ["Content-Type", "x-amzn-RequestId"])
        #expect(answer.headers.map(\.value) == ["application/x-amz-json-1.1", "id"])
        #expect(try JSONValue(parsing: answer.body) == ["name": "n"])
        #expect(try JSON11Response(output: nil, requestID: "id").body.isEmpty)
    }

    @Test func `errors name their type twice`() throws {
        let answer = JSON11Response(errorCode: "PipelineNotFoundException", message: "no \"p\"", requestID: "id")
        #expect(answer.status == 400)
        #expect(answer.headers.contains { $0 == ("x-amzn-ErrorType", "PipelineNotFoundException") })
        #expect(
            try JSONValue(parsing: answer.body) == ["__type": "PipelineNotFoundException", "message": "no \"p\""])
    }
}

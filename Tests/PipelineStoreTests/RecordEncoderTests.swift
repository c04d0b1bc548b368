import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// Whatever Foundation's encoder would have written: the ledgers of earlier versions are full of it.
@Suite struct RecordEncoderTests {
    private let encoder = RecordEncoder()

    private func expectSame(_ value: some Encodable, _ place: SourceLocation = #_sourceLocation) throws {
        let (own, foundation) = (try encoder.encode(value), try JSONEncoder().encode(value))
        let trees = try [own, foundation].map {
            try JSONSerialization.jsonObject(with: $0, options: .fragmentsAllowed) as? NSObject
        }
        #expect(trees[0] == trees[1], "\(String(decoding: own, as: UTF8.self))", sourceLocation: place)
    }

    struct Everything: Codable, Equatable {
        var flags = [true, false]
        var numbers: [Double] = [0, -0.0, 0.1, 1e300, 5e-300, 1_795_431_987.304369, -1]
        var single: Float = 0.25
        var bounds: [Int] = [.min, .max, 0]
        var largest = UInt64.max
        var small: [Int8] = [-128]
        var bytes: [UInt8] = [0, 255]
        var absent: String?
        var present: String? = "here"
        var holes: [Int?] = [1, nil]
        var matrix: [[String]] = [["a", "b"], [], ["c"]]
        var byName: [String: [String: Int]] = ["a": [:], "b": ["c": 1]]
        var byNumber: [Int: String] = [7: "seven"]
        var byID: [ExecutionID: Bool] = ["x": true]
        var data = Data([1, 2, 3])
        var url = URL(string: "https://penstock.example/a?b=c")
        var date = Date(timeIntervalSinceReferenceDate: 1.5)
        var decimal = Decimal(string: "12345678901234567890.5")
        var empty = Empty()
        var choices: [Choice] = [.none, .one("x"), .two(left: 1, right: nil), .two(left: 2, right: Empty())]
    }

    struct Empty: Codable, Equatable {}

    enum Choice: Codable, Equatable {
        case none
        case one(String)
        case two(left: Int, right: Empty?)
    }

    @Test func `every kind of member comes back as it was`() throws {
        let value = Everything()
        #expect(try JSONDecoder().decode(Everything.self, from: encoder.encode(value)) == value)
        try expectSame(value)
    }

    @Test(arguments: RecordCodingTests.texts) func `texts keep each of their characters`(text: String) throws {
        #expect(try JSONDecoder().decode([String].self, from: encoder.encode([text])) == [text])
        try expectSame([text: [text]])
    }

    /// Containers in the order and depth that hand-written coding may use.
    struct ByHand: Encodable {
        enum Key: String, CodingKey { case first, second, third, fourth, fifth }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: Key.self)
            var inner = object.nestedContainer(keyedBy: Key.self, forKey: .first)
            var array = inner.nestedUnkeyedContainer(forKey: .first)
            try array.encodeNil()
            var element = array.nestedContainer(keyedBy: Key.self)
            try element.encode(1, forKey: .first)
            var deep = array.nestedUnkeyedContainer()
            try deep.encode("deep")
            #expect(array.count == 3)
            try inner.encode(true, forKey: .second)
            try object.encodeNil(forKey: .second)
            _ = object.nestedContainer(keyedBy: Key.self, forKey: .third)
            try Empty().encode(to: object.superEncoder(forKey: .fourth))
            try ["x"].encode(to: object.superEncoder())
            // The same object once more.
            var again = encoder.container(keyedBy: Key.self)
            try again.encode("last", forKey: .fifth)
        }
    }

    @Test func `objects and arrays are closed where the next member begins`() throws {
        try expectSame(ByHand())
        try expectSame([ByHand(), ByHand()])
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func `what JSON can't say is refused`(number: Double) throws {
        #expect(throws: EncodingError.self) { try encoder.encode(["x": number]) }
        #expect(String(decoding: try encoder.encode(["x": 1]), as: UTF8.self) == #"{"x":1}"#, "the buffer is clean")
    }
}

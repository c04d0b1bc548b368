import Foundation
import PipelineEngine
import PipelineModel

// Every delivery writes its headers and decisions. An encoder takes ten times as long for these flat texts as for
// writing them out, and the writer's thread is what all deliveries wait for.

extension RecordCoding {
    func blob(_ headers: [String: String]) -> Data {
        var text = JSONText()
        text.put(UInt8(ascii: "{"))
        for (offset, (name, value)) in headers.enumerated() {
            if offset > 0 { text.put(UInt8(ascii: ",")) }
            text.put(name)
            text.put(UInt8(ascii: ":"))
            text.put(value)
        }
        text.put(UInt8(ascii: "}"))
        return Data(text.bytes)
    }

    func blob(_ ids: [ExecutionID]) -> Data {
        var text = JSONText()
        text.put(UInt8(ascii: "["))
        for (offset, id) in ids.enumerated() {
            if offset > 0 { text.put(UInt8(ascii: ",")) }
            text.put(id.rawValue)
        }
        text.put(UInt8(ascii: "]"))
        return Data(text.bytes)
    }

    func blob(_ decisions: [DeliveryDecision]) -> Data {
        var text = JSONText()
        text.put(UInt8(ascii: "["))
        for (offset, decision) in decisions.enumerated() {
            text.put(offset > 0 ? #",{"reason":"# : #"{"reason":"#, quoted: false)
            text.put(decision.reason)
            if let pipeline = decision.pipeline {
                text.put(#","pipeline":"#, quoted: false)
                text.put(pipeline.rawValue)
            }
            if let started = decision.started {
                text.put(#","started":"#, quoted: false)
                text.put(started.rawValue)
            }
            if let question = decision.question {
                text.put(#","question":"#, quoted: false)
                text.put(question.rawValue)
            }
            text.put(UInt8(ascii: "}"))
        }
        text.put(UInt8(ascii: "]"))
        return Data(text.bytes)
    }
}

/// JSON that is written out piece by piece.
private struct JSONText {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(512) }

    mutating func put(_ byte: UInt8) { bytes.append(byte) }

    /// A string with its quotes and escapes, or text that is JSON already.
    mutating func put(_ text: String, quoted: Bool = true) {
        guard quoted else { return bytes.append(contentsOf: text.utf8) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

import Foundation
import Testing

@testable import ExternalModules

@Suite struct LineBufferTests {
    @Test(arguments: [1, 2, 3, 7, 100])
    func `lines are cut wherever the pieces end`(size: Int) throws {
        var buffer = LineBuffer(limit: 20)
        var lines: [String] = []
        let text = Array("one\ntwo\r\n\n\r\nthrée\n\nlast".utf8)
        for start in stride(from: 0, to: text.count, by: size) {
            let piece = text[start..<min(start + size, text.count)]
            lines += try Array(piece).withUnsafeBytes { bytes throws(LineBuffer.TooLong) in try buffer.take(bytes) }
                .map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines == ["one", "two", "thrée"])
    }

    @Test func `a line that is too long is told at once, whole or not`() throws {
        for text in ["123456789012345678901", "123456789012345678901\n"] {
            var buffer = LineBuffer(limit: 20)
            #expect(throws: LineBuffer.TooLong.self) {
                _ = try Array(text.utf8).withUnsafeBytes { try buffer.take($0) }
            }
        }
        var buffer = LineBuffer(limit: 20)
        #expect(try Array("12345678901234567890\n".utf8).withUnsafeBytes { try buffer.take($0) }.count == 1)
    }
}

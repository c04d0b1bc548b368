import Testing

@testable import CodeBuildPlugin

@Suite struct OutputLinesTests {
    static func lines(_ pieces: [[UInt8]]) -> [String] {
        var lines: [String] = []
        var output = OutputLines { lines.append($0) }
        for piece in pieces { piece.withUnsafeBytes { output.take($0) } }
        output.flush()
        return lines
    }

    @Test(arguments: [
        ("a\nb\n", ["a", "b"]), ("a\n\nb", ["a", "", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("", []), ("\n", [""]),
        ("1%\r2%\r\r3%\n", ["1%", "2%", "3%"]), ("no end", ["no end"]), ("\r\n\r\n", ["", ""]),
    ])
    func `lines are cut the same way however the bytes arrive`(text: String, expected: [String]) {
        #expect(Self.lines([Array(text.utf8)]) == expected)
        #expect(Self.lines(text.utf8.map { [$0] }) == expected)
    }

    @Test func `what isn't UTF-8 is replaced`() {
        #expect(Self.lines([[0x61, 0xFF, 0x62, 0x0A]]) == ["a\u{FFFD}b"])
    }

    @Test func `a long line is cut at a character's edge`() {
        let text = String(repeating: "x", count: OutputLines.bound - 1) + "é" + "tail"
        #expect(Self.lines([Array(text.utf8)]) == [String(repeating: "x", count: OutputLines.bound - 1), "étail"])
    }
}

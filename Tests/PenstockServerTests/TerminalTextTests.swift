import Foundation
import Testing

@testable import PenstockServer

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("\u{1B}]0;pwn\u{07}", "\\u{1B}]0;pwn\\u{7}"),
        ("a\u{9B}31m", "a\\u{9B}31m"),
        ("main\u{202E}txt.exe", "main\\u{202E}txt.exe"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("a\tb\u{7F}\u{2028}\u{2029}\u{85}", "a\\tb\\u{7F}\\u{2028}\\u{2029}\\u{85}"),
        ("\u{FEFF}\u{200B}\u{2066}\u{61C}\u{0}", "\\u{FEFF}\\u{200B}\\u{2066}\\u{61C}\\u{0}"),
        ("fünf 日本 👩‍💻 e\u{301}", "fünf 日本 👩‍💻 e\u{301}"),
    ])
    func `what drives a terminal, hides text or ends a line is shown escaped`(text: String, shown: String) {
        #expect(TerminalText.printable(text) == shown)
    }

    @Test func `a table's cells stay in their line and column`() {
        let lines = CommandOutput.tableLines([["a\nb", "\u{1B}[2J", "x"]], header: ["N", "CELL", "Z"])
        #expect(lines == ["N     CELL       Z", "a\\nb  \\u{1B}[2J  x"])
    }

    @Test(arguments: [
        ("\u{1B}[1;31mred\u{1B}[0m\tgo", "\u{1B}[1;31mred\u{1B}[0m\tgo"),
        ("\u{1B}[2Jx\u{1B}]0;t\u{07}", "\\u{1B}[2Jx\\u{1B}]0;t\\u{7}"),
        ("50 %\r100 %\r", "50 %\\r100 %"), ("\u{1B}[", "\\u{1B}["), ("\u{1B}[\u{1B}[m", "\\u{1B}[\u{1B}[m"),
    ])
    func `of a log's line only tabs and colours reach the terminal`(text: String, shown: String) {
        #expect(TerminalText.logLine(text) == shown)
    }
}

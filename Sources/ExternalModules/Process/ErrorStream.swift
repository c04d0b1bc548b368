import Foundation
import Logging

/// What a module writes to its standard error, as lines of the gateway's log: cut, masked, and not too many.
struct ErrorStream {
    private static let longestLine = 2000
    /// Lines at once, and a second after that.
    private static let burst = 100.0
    private static let rate = 20.0

    private let module: String
    private let secrets: [String]
    private let logger: Logger
    private var budget = Self.burst
    private var last = ContinuousClock.now
    private var dropped = 0
    private var pending: [UInt8] = []
    /// The end of it, for messages about the module's end.
    private(set) var lastLine = ""

    init(module: String, secrets: [String], logger: Logger) {
        self.module = module
        self.secrets = secrets
        self.logger = logger
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                finish()
            } else if pending.count < Self.longestLine {
                pending.append(byte)
            }
        }
    }

    /// Ends the line that has begun.
    mutating func finish() {
        let text = masked(String(decoding: pending, as: UTF8.self)).trimmingCharacters(in: .whitespacesAndNewlines)
        pending.removeAll(keepingCapacity: true)
        guard !text.isEmpty else { return }
        lastLine = text
        let now = ContinuousClock.now
        budget = min(Self.burst, budget + Self.rate * ((now - last) / .seconds(1)))
        last = now
        guard budget >= 1 else {
            dropped += 1
            return
        }
        budget -= 1
        reportDropped()
        logger.info("a module says", metadata: ["module": "\(module)", "line": "\(text)"])
    }

    /// Says how many lines were left out since the last one.
    mutating func reportDropped() {
        guard dropped > 0 else { return }
        logger.warning("a module says too much", metadata: ["module": "\(module)", "lines_left_out": "\(dropped)"])
        dropped = 0
    }

    private func masked(_ text: String) -> String {
        secrets.reduce(text) { $0.replacingOccurrences(of: $1, with: "****") }
    }
}

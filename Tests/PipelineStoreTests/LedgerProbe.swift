import Foundation
import Logging
import PipelineEngine
import PipelineModel
import Synchronization
import Testing

@testable import PipelineStore

/// The kinds of ledgers that must behave alike.
enum LedgerKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case memory

    var testDescription: String { rawValue }
}

/// A ledger in a test, with a clock that the test moves and ids that count.
final class LedgerProbe: Sendable {
    let ledger: any Ledger
    let clock = TestClock()
    private let folder: TemporaryFolder

    private init(_ kind: LedgerKind, firstID: Int?) async throws {
        folder = try TemporaryFolder()
        switch kind {
        case .sqlite: ledger = try await openLedger(in: folder, clock: clock, firstID: firstID)
        case .memory:
            let ids = CountingIDs.Source(from: firstID)
            let clock = clock
            ledger = InMemoryLedger(settings: EngineSettings(), clock: { clock.now }, ids: { CountingIDs(ids) })
        }
    }

    /// Opens a ledger, gives it to `body`, closes it.
    ///
    /// - Parameter firstID: where ids count from, for ledgers that are compared; else ids are unique in the test.
    static func use(
        _ kind: LedgerKind, firstID: Int? = nil, _ body: (LedgerProbe) async throws -> Void
    ) async throws {
        let probe = try await LedgerProbe(kind, firstID: firstID)
        do {
            try await body(probe)
        } catch {
            try? await probe.close()
            throw error
        }
        try await probe.close()
    }

    private func close() async throws {
        try await (ledger as? SQLiteLedger)?.close()
        await (ledger as? InMemoryLedger)?.close()
    }
}

func openLedger(
    in folder: TemporaryFolder, clock: TestClock = TestClock(), queueLimit: Int = 4096, firstID: Int? = nil,
    commitObserver: (@Sendable (Int, Double) -> Void)? = nil
) async throws -> SQLiteLedger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let ids = CountingIDs.Source(from: firstID)
    return try await SQLiteLedger(
        folder: folder.url, settings: EngineSettings(), clock: { clock.now }, ids: { CountingIDs(ids) },
        logger: logger, queueLimit: queueLimit, commitObserver: commitObserver)
}

final class TestClock: Sendable {
    private let time = Mutex(1000.0)
    var now: Double { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

/// A folder of its own for a test; gone with the value.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "penstock-ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}

/// UUIDs that count, unique in a test even across ledgers that are opened again.
struct CountingIDs: IDSource {
    final class Source: Sendable {
        private static let starts = Atomic(0)
        private let count: Atomic<Int>
        init(from first: Int?) {
            count = Atomic(first ?? Self.starts.add(1_000_000, ordering: .relaxed).newValue)
        }
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    private let source: Source

    init(_ source: Source) { self.source = source }

    mutating func uuid() -> String {
        let digits = String(source.next(), radix: 16)
        return "00000000-0000-0000-0000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    mutating func alphanumerics(_ count: Int) -> String {
        String((String(repeating: "A", count: count) + String(source.next())).suffix(count))
    }
}

import Foundation

/// Up to when each schedule's times have been dealt with, in a small file: without it, a schedule that is new could
/// not be told from one whose times passed while the gateway was down.
///
/// Losing the file loses no more than what was missed. Written after each start; a crash in between is harmless, for
/// the start's token is in the ledger.
struct ScheduleRecord: Sendable {
    struct Entry: Codable, Sendable, Equatable {
        var signature: String
        /// Seconds since 1970.
        var through: Double
    }

    private(set) var entries: [String: Entry]
    private let file: URL

    /// - Throws: when the file is there and can't be read.
    init(file: URL) throws {
        self.file = file
        entries =
            FileManager.default.fileExists(atPath: file.path)
            ? try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: file)) : [:]
    }

    /// Begins with nothing, over whatever the file holds.
    init(replacing file: URL) {
        self.file = file
        entries = [:]
    }

    /// `nil` for a schedule that is new or has changed.
    func through(_ schedule: ScheduleDeclaration) -> Double? {
        guard let entry = entries[schedule.name], entry.signature == schedule.signature else { return nil }
        return entry.through
    }

    mutating func deal(with schedule: ScheduleDeclaration, through: Double) {
        entries[schedule.name] = Entry(signature: schedule.signature, through: through)
    }

    /// Forgets schedules that are declared no more.
    mutating func keep(_ names: Set<String>) { entries = entries.filter { names.contains($0.key) } }

    func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(entries).write(to: file, options: .atomic)
    }
}

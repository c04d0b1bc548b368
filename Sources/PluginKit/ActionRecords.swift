public import Foundation
public import PipelineModel

/// What a module has begun elsewhere for actions that have not ended, one file each, written before anything begins: a
/// stop, which may come while no job runs, and a run after a crash find it here.
public struct ActionRecords<Record: Codable & Sendable>: Sendable {
    private let folder: URL
    private let subject: String

    /// - Parameters:
    ///   - folder: the module's own; made with the first record.
    ///   - subject: what a record is of, for messages, e.g. `the Jenkins job`.
    public init(folder: URL, of subject: String) {
        self.folder = folder
        self.subject = subject
    }

    /// `nil` also where it can't be read.
    public subscript(_ action: ActionExecutionID) -> Record? {
        guard let data = FileManager.default.contents(atPath: file(action).path) else { return nil }
        return try? JSONDecoder().decode(Record.self, from: data)
    }

    /// Puts the record in the place of an earlier one.
    ///
    /// - Throws: `systemUnavailable`; nothing may be begun then.
    public func keep(_ record: Record, of action: ActionExecutionID) throws(FailureDetails) {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try JSONEncoder().encode(record).write(to: file(action), options: .atomic)
        } catch {
            throw FailureDetails(.systemUnavailable, "The record of \(subject) can't be written: \(error)")
        }
    }

    /// May be called twice.
    public func forget(_ action: ActionExecutionID) {
        // One that stays behind costs a file, and is swept at a later start.
        try? FileManager.default.removeItem(at: file(action))
    }

    /// Removes records that were last written so many days ago: nobody will ask for them any more.
    public func sweep(olderThan days: Double, now: Date) {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        for file in files ?? [] {
            let changed = try? file.resourceValues(forKeys: keys).contentModificationDate
            if let changed, now.timeIntervalSince(changed) > days * 86_400 {
                try? FileManager.default.removeItem(at: file)
            }
        }
    }

    /// Ids are UUIDs; whatever else one holds can't leave the folder.
    private func file(_ action: ActionExecutionID) -> URL {
        folder.appending(path: HostAPI.encoded(action.rawValue) + ".json", directoryHint: .notDirectory)
    }
}

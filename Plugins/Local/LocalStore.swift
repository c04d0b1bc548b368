import Crypto
package import Foundation
package import PipelineModel
package import PluginKit

/// A bucket in a folder of this machine. Several openings of one folder, in several processes too, work together.
///
/// Every read checks the digests of the blocks that it touches. Only the newest version of an object is kept.
package struct LocalStore: ObjectStore {
    package let bucket: BucketName
    let objects: URL
    let incoming: IncomingFolder
    let now: @Sendable () -> Date

    /// Makes the folder where it is missing and removes what a crash left half-written.
    package init(bucket: BucketName, folder: URL, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.bucket = bucket
        self.now = now
        objects = folder.appendingPathComponent("objects", isDirectory: true)
        incoming = IncomingFolder(folder: folder.appendingPathComponent("incoming", isDirectory: true))
        for part in [objects, incoming.folder] {
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        }
        try incoming.sweep()
    }

    package func get(_ key: String, version: String?, into file: URL) async throws -> ObjectFacts {
        try await reporting(key) {
            let (handle, trailer) = try opened(key, version: version)
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw IncomingFolder.SystemError(doing: "creating \(file.path)", code: errno)
            }
            do {
                let target = try FileHandle(forWritingTo: file)
                for number in 0..<trailer.blockCount {
                    try await breathe()
                    try target.write(contentsOf: trailer.block(number, of: handle))
                }
                try target.close()
            } catch {
                try? FileManager.default.removeItem(at: file)
                throw error
            }
            return trailer.facts
        }
    }

    package func get(_ key: String, range: Range<Int64>) async throws -> Data {
        try await reporting(key) {
            let (handle, trailer) = try opened(key, version: nil)
            let wanted = range.clamped(to: 0..<trailer.size)
            guard !wanted.isEmpty else { return Data() }
            let blockSize = Int64(ObjectTrailer.blockSize)
            let first = Int(wanted.lowerBound / blockSize)
            var bytes = Data()
            for number in first...Int((wanted.upperBound - 1) / blockSize) {
                try await breathe()
                let block = try trailer.block(number, of: handle)
                let start = Int64(number) * blockSize
                let part = wanted.clamped(to: start..<start + Int64(block.count))
                bytes.append(block[Int(part.lowerBound - start)..<Int(part.upperBound - start)])
            }
            return bytes
        }
    }

    package func head(_ key: String, version: String?) async throws -> ObjectFacts {
        try await reporting(key) { try opened(key, version: version).trailer.facts }
    }

    package func delete(_ key: String) async throws {
        try await reporting(key) {
            let file = try path(key)
            guard unlink(file.path) == 0 || errno == ENOENT || errno == ENOTDIR else {
                throw IncomingFolder.SystemError(doing: "removing \(file.path)", code: errno)
            }
            try? Self.synchronize(file.deletingLastPathComponent())
            removeEmptyFolders(above: file)
        }
    }

    /// A put that meanwhile needs such a folder makes it again.
    private func removeEmptyFolders(above file: URL) {
        var folder = file.deletingLastPathComponent()
        while folder.path.count > objects.path.count, rmdir(folder.path) == 0 {
            folder = folder.deletingLastPathComponent()
        }
    }

    func path(_ key: String) throws -> URL {
        guard let components = ObjectPath.components(of: key) else { throw ObjectStoreError.invalidKey(key) }
        return components.reduce(objects) { $0.appendingPathComponent($1, isDirectory: false) }
    }

    /// The object's file, still whole if it is replaced meanwhile, and its trailer.
    func opened(_ key: String, version: String?) throws -> (file: FileHandle, trailer: ObjectTrailer) {
        let descriptor = open(try path(key).path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw ObjectStoreError.noSuchKey(bucket: bucket, key: key) }
            throw IncomingFolder.SystemError(doing: "opening the object", code: errno)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let trailer = try ObjectTrailer.read(handle)
        guard trailer.key == key else { throw ObjectTrailer.Damaged(reason: "the file belongs to another key") }
        guard version == nil || version == trailer.version else {
            throw ObjectStoreError.noSuchKey(bucket: bucket, key: key)
        }
        return (handle, trailer)
    }

    /// Runs the work; what it throws becomes this protocol's errors.
    func reporting<T>(_ key: String, _ work: () async throws -> T) async throws -> T {
        do {
            try Task.checkCancellation()
            return try await work()
        } catch let error as ObjectStoreError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch let error as ObjectTrailer.Damaged {
            throw ObjectStoreError.corrupted(bucket: bucket, key: key, reason: error.reason)
        } catch {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "\(error)")
        }
    }

    /// Between two blocks: lets others run, and heeds cancellation.
    func breathe() async throws {
        await Task.yield()
        try Task.checkCancellation()
    }

    /// Makes a folder's entries survive a power cut.
    static func synchronize(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw IncomingFolder.SystemError(doing: "opening \(folder.path)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw IncomingFolder.SystemError(doing: "synchronizing \(folder.path)", code: errno)
        }
    }
}

import Crypto
package import Foundation
package import PluginKit

extension LocalStore {
    /// Writes bytes and trailer to a new file, makes them durable, then gives the file its name.
    package func put(_ key: String, file: URL, options: PutOptions) async throws -> ObjectFacts {
        try await reporting(key) {
            let target = try path(key)
            let source = try FileHandle(forReadingFrom: file)
            let (handle, temporary) = try incoming.newFile()
            do {
                var trailer = ObjectTrailer(
                    key: key, size: 0, version: "", modified: now().timeIntervalSince1970,
                    contentType: options.contentType, cacheControl: options.cacheControl, blocks: Data())
                try await copy(source, to: handle, trailer: &trailer)
                trailer.version = newVersion(after: try? opened(key, version: nil).trailer.version)
                try handle.write(contentsOf: trailer.encoded())
                try handle.synchronize()
                try rename(temporary, to: target)
                return trailer.facts
            } catch {
                unlink(temporary)
                throw error
            }
        }
    }

    private func copy(_ source: FileHandle, to target: FileHandle, trailer: inout ObjectTrailer) async throws {
        while true {
            try await breathe()
            var block = Data()
            while block.count < ObjectTrailer.blockSize,
                let more = try source.read(upToCount: ObjectTrailer.blockSize - block.count), !more.isEmpty
            {
                block.append(more)
            }
            guard !block.isEmpty else { return }
            trailer.blocks.append(contentsOf: SHA256.hash(data: block))
            trailer.size += Int64(block.count)
            try target.write(contentsOf: block)
        }
    }

    /// Microseconds in 13 hex digits, then a random part: later puts of a key have greater versions, clocks set back
    /// or not.
    private func newVersion(after previous: String?) -> String {
        let last = previous.flatMap { UInt64($0.prefix(13), radix: 16) } ?? 0
        let time = max(UInt64(max(0, now().timeIntervalSince1970) * 1_000_000), last + 1)
        func hex(_ number: UInt64, digits: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return hex(time, digits: 13) + hex(UInt64.random(in: 0...UInt64.max), digits: 16)
    }

    private func rename(_ temporary: String, to target: URL) throws {
        let folder = target.deletingLastPathComponent()
        for _ in 0..<100 {
            let made = try makeFolders(folder)
            // A delete may remove the folder, while it is empty, at any moment.
            guard Foundation.rename(temporary, target.path) == 0 else {
                guard errno == ENOENT else {
                    throw IncomingFolder.SystemError(doing: "naming the object", code: errno)
                }
                continue
            }
            try Self.synchronize(folder)
            for parent in made { try Self.synchronize(parent) }
            return
        }
        throw IncomingFolder.SystemError(doing: "naming the object", code: ENOENT)
    }

    /// Makes a folder and those above it.
    ///
    /// - Returns: the folders that got a new entry.
    private func makeFolders(_ folder: URL) throws -> [URL] {
        var missing: [URL] = []
        var current = folder
        while current.path.count > objects.path.count, !FileManager.default.fileExists(atPath: current.path) {
            missing.append(current)
            current = current.deletingLastPathComponent()
        }
        for folder in missing.reversed() {
            guard mkdir(folder.path, 0o700) == 0 || errno == EEXIST || errno == ENOENT else {
                throw IncomingFolder.SystemError(doing: "making \(folder.path)", code: errno)
            }
        }
        return missing.map { $0.deletingLastPathComponent() }
    }
}

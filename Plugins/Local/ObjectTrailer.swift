import Crypto
import Foundation
import PluginKit

/// What stands behind an object's bytes in its file: its facts, and a digest of every block.
///
/// One file holds all, so one rename replaces all. Layout: the bytes, the trailer as JSON, the trailer's SHA-256, its
/// length in four bytes, and a mark of eight.
struct ObjectTrailer: Codable, Equatable {
    static let blockSize = 1 << 20
    static let digestSize = 32
    private static let mark = Data("PNSTOBJ1".utf8)
    static let footerSize = digestSize + 4 + 8
    /// Enough for objects of 16 TiB; a file that claims more is damaged.
    private static let longestTrailer = 768 << 20

    var key: String
    var size: Int64
    var version: String
    var modified: Double
    var contentType: String?
    var cacheControl: String?
    /// The SHA-256 of each block of ``blockSize`` bytes, the last one shorter, one behind the other.
    var blocks: Data

    struct Damaged: Error { let reason: String }

    var facts: ObjectFacts {
        ObjectFacts(
            key: key, size: size, etag: etag, version: version, lastModified: Date(timeIntervalSince1970: modified),
            contentType: contentType)
    }

    /// The first half of the SHA-256 over the blocks' digests: the same bytes have the same one.
    private var etag: String {
        SHA256.hash(data: blocks).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Trailer and footer, as they follow the object's bytes.
    func encoded() throws -> Data {
        let json = try JSONEncoder().encode(self)
        let length = withUnsafeBytes(of: UInt32(json.count).bigEndian) { Data($0) }
        return json + Data(SHA256.hash(data: json)) + length + Self.mark
    }

    /// Reads the end of an object's file.
    ///
    /// - Throws: ``Damaged`` when it isn't what ``encoded()`` wrote, the file system's error when it can't be read.
    static func read(_ file: FileHandle) throws -> ObjectTrailer {
        let length = Int64(try file.seekToEnd())
        guard length >= Int64(footerSize) else { throw Damaged(reason: "the file is cut off") }
        let footer = try file.read(at: length - Int64(footerSize), count: footerSize)
        guard footer.suffix(8) == mark else { throw Damaged(reason: "the file does not end as it was written") }
        let trailerLength = footer.dropFirst(digestSize).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let start = length - Int64(footerSize + trailerLength)
        guard trailerLength <= longestTrailer, start >= 0 else { throw Damaged(reason: "the file is cut off") }
        let json = try file.read(at: start, count: trailerLength)
        guard Data(SHA256.hash(data: json)) == footer.prefix(digestSize),
            let trailer = try? JSONDecoder().decode(ObjectTrailer.self, from: json)
        else { throw Damaged(reason: "the record of its digests is damaged") }
        let blockCount = (trailer.size + Int64(blockSize) - 1) / Int64(blockSize)
        guard trailer.size == start, trailer.blocks.count == Int(blockCount) * digestSize else {
            throw Damaged(reason: "it has \(start) bytes in place of \(trailer.size)")
        }
        return trailer
    }

    /// One block of the object's bytes, checked.
    func block(_ number: Int, of file: FileHandle) throws -> Data {
        let start = Int64(number) * Int64(Self.blockSize)
        let bytes = try file.read(at: start, count: Int(min(Int64(Self.blockSize), size - start)))
        let digest = blocks.dropFirst(number * Self.digestSize).prefix(Self.digestSize)
        guard Data(SHA256.hash(data: bytes)) == digest else {
            throw Damaged(reason: "bytes from \(start) on are not those that were put")
        }
        return bytes
    }

    var blockCount: Int { blocks.count / Self.digestSize }
}

extension FileHandle {
    /// Exactly `count` bytes.
    fileprivate func read(at offset: Int64, count: Int) throws -> Data {
        try seek(toOffset: UInt64(offset))
        var bytes = Data()
        while bytes.count < count, let more = try read(upToCount: count - bytes.count), !more.isEmpty {
            bytes.append(more)
        }
        guard bytes.count == count else { throw ObjectTrailer.Damaged(reason: "the file is cut off") }
        return bytes
    }
}

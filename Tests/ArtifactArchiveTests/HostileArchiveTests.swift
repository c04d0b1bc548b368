import ArtifactArchive
import Foundation
import Testing

/// An archive that must be refused, and how.
struct HostileArchive: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var data: Data
    var limits = ArchiveLimits.default
    var expected: ArchiveError

    init(
        _ what: String, _ forge: ZipForge, limits: ArchiveLimits = .default, _ expected: ArchiveError,
        change: (inout Data) -> Void = { _ in }
    ) {
        testDescription = what
        data = forge.build()
        change(&data)
        self.limits = limits
        self.expected = expected
    }
}

@Suite struct HostileArchiveTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test(arguments: HostileArchive.names + HostileArchive.links + HostileArchive.contents + HostileArchive.structures)
    func `is refused and leaves nothing behind`(archive: HostileArchive) throws {
        try archive.data.write(to: scratch["a.zip"])
        #expect(throws: archive.expected) {
            try ArchiveUnpacker(limits: archive.limits).unpack(scratch["a.zip"], into: scratch["out"])
        }
        #expect(try scratch.names() == ["a.zip"])
        #expect(!"\(archive.expected)".contains("the archive is refused"))
    }

    @Test func `a bomb is refused by its ratio`() throws {
        try scratch.write("tree/zeros", Data(count: 20 << 20))
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        let size = Int64(try Data(contentsOf: scratch["a.zip"]).count)
        let limits = ArchiveLimits(ratioFloor: 1 << 20)
        #expect(throws: ArchiveError.ratioTooHigh(size: 20 << 20, archive: size, limit: 200)) {
            try ArchiveUnpacker(limits: limits).unpack(scratch["a.zip"], into: scratch["out"])
        }
        #expect(try scratch.names() == ["a.zip", "tree"])
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
    }

    @Test func `a large entry that lies is refused while it is read`() throws {
        var generator = SeededGenerator(state: 11)
        try scratch.write("tree/large", generator.data(6 << 20, compressible: true))
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["good.zip"])
        let good = try Data(contentsOf: scratch["good.zip"])
        let central = try #require(good.lastRange(of: Data([0x50, 0x4B, 1, 2]))).lowerBound
        let lies: [(Int, ArchiveError)] = [
            (central + 24, .sizeMismatch(entry: "large", declared: 6 << 20 ^ 1)),
            (central + 16, .checksumMismatch(entry: "large")),
            (100_000, .checksumMismatch(entry: "large")), (central + 20, .damaged(entry: "large")),
        ]
        for (offset, expected) in lies {
            var bad = good
            bad[offset] ^= 1
            try bad.write(to: scratch["a.zip"])
            let error = #expect(throws: ArchiveError.self) {
                try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
            }
            if offset != 100_000 { #expect(error == expected) }
            #expect(try scratch.names() == ["a.zip", "good.zip", "tree"])
        }
    }

    @Test func `case clashes may be allowed`() throws {
        try ZipForge(.init("a/File"), .init("A/file"), .init("a/file")).build().write(to: scratch["a.zip"])
        _ = try ArchiveUnpacker(limits: ArchiveLimits(caseClashes: .accept)).unpack(
            scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]).keys.sorted() == ["A", "A/file", "a", "a/File", "a/file"])
    }
}

import ArtifactArchive
import Foundation
import Testing

@Suite struct RoundTripTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `a tree comes back with its modes, links and empty folders`() throws {
        let tree = try makeTree(in: scratch, at: "tree", large: 40 << 20)
        let packed = try ArchivePacker().pack(folder: tree, into: scratch["a.zip"])
        let unpacked = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(tree))
        #expect(unpacked.entryCount == packed.entryCount)
        #expect(try scratch.names() == ["a.zip", "out", "tree"])
        let again = try ArchivePacker().pack(folder: scratch["out"], into: scratch["b.zip"])
        #expect(again == packed)
    }

    @Test func `set-id and sticky bits are neither packed nor restored`() throws {
        try scratch.write("tree/a", "a", mode: 0o4755)
        try scratch.folder("tree/b", mode: 0o1777)
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        let out = try snapshot(scratch["out"])
        #expect(out["a"]?.hasPrefix("file 755") == true)
        #expect(out["b"] == "folder 777")
    }

    @Test(arguments: [1, 2, 3]) func `a level changes the size and not the content`(step: Int) throws {
        let level = [0, 1, 99][step - 1]
        var generator = SeededGenerator(state: 3)
        try scratch.write("tree/a", generator.data(5 << 20, compressible: true))
        _ = try ArchivePacker(level: level).pack(folder: scratch["tree"], into: scratch["a.zip"])
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(scratch["tree"]))
    }

    /// Sizes around the 2 MiB at which a file becomes a stream of joined parts.
    @Test(arguments: [-1, 0, 1, 2 << 20, (2 << 20) + 1]) func `the joint of parts is right`(beyond: Int) throws {
        var generator = SeededGenerator(state: UInt64(bitPattern: Int64(beyond)))
        let count = (2 << 20) + beyond
        try scratch.write("tree/text", generator.data(count, compressible: true))
        try scratch.write("tree/noise", generator.data(count, compressible: false))
        try scratch.write("tree/zeros", Data(count: count))
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        try run("unzip", "-tq", "a.zip", in: scratch.url, package: "unzip")
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(scratch["tree"]))
    }

    @Test func `an empty folder may be unpacked to, another thing not`() throws {
        try scratch.write("tree/a", "a")
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        try scratch.folder("empty")
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["empty"])
        #expect(try snapshot(scratch["empty"]).count == 1)
        try scratch.link("link", to: "tree")
        for name in ["tree", "a.zip", "link"] {
            #expect(throws: ArchiveError.folderNotEmpty(path: scratch[name].path)) {
                try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch[name])
            }
        }
        #expect(try scratch.names() == ["a.zip", "empty", "link", "tree"])
    }

    @Test(arguments: [1, 2, 20]) func `cancelling leaves nothing behind`(after calls: Int) throws {
        let tree = try makeTree(in: scratch, at: "tree")
        _ = try ArchivePacker().pack(folder: tree, into: scratch["a.zip"])
        let counter = Counter(limit: calls)
        #expect(throws: ArchiveError.cancelled) {
            try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"]) { counter.isReached() }
        }
        #expect(try scratch.names() == ["a.zip", "tree"])
    }
}

import ArtifactArchive
import Foundation
import Testing

@Suite struct Zip64Tests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `more than 65,535 entries are packed, read by others and unpacked`() throws {
        try scratch.write("tree/one", "1")
        let entries = (0..<66_000).map { (path: "one", name: "n\($0)") }
        let packed = try ArchivePacker().pack(root: scratch["tree"], entries: entries, into: scratch["a.zip"])
        #expect(packed.entryCount == 66_000)
        let script = "import zipfile; z = zipfile.ZipFile('a.zip'); print(len(z.namelist()), z.read('n65999'))"
        #expect(try run("python3", "-c", script, in: scratch.url, package: "python3") == "66000 b'1'\n")
        let unpacked = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(unpacked.entryCount == 66_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["out"].path).count == 66_000)
    }

    /// A sparse file: only its zeros must be read.
    @Test func `a file of more than 4 GiB has 64-bit sizes that others read`() throws {
        try scratch.folder("tree")
        try run("truncate", "-s", "4300M", "tree/large", in: scratch.url, package: "coreutils")
        try scratch.write("tree/z", "after it")
        _ = try ArchivePacker(level: 1).pack(folder: scratch["tree"], into: scratch["a.zip"])
        let script = """
            import zipfile
            z = zipfile.ZipFile('a.zip')
            print([(i.filename, i.file_size, i.extract_version) for i in z.infolist()], z.read('z'))
            with z.open('large') as f: print(len(f.read(5_000_000)))
            """
        let answer = try run("python3", "-c", script, in: scratch.url, package: "python3")
        #expect(answer == "[('large', 4508876800, 45), ('z', 8, 20)] b'after it'\n5000000\n")
        #expect(throws: ArchiveError.self) {
            try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        }
    }

    @Test func `64-bit fields of small archives are read`() throws {
        let entry = ZipForge.Entry("a").with {
            let size = ZipForge.bytes(UInt64($0.data.count))
            $0.centralExtra = [1, 0, 16, 0] + size + size
        }
        var data = ZipForge(entry).with { $0.zip64 = true }.build()
        let central = try #require(data.range(of: Data([0x50, 0x4B, 1, 2]))).lowerBound
        for offset in 20..<28 { data[central + offset] = 0xFF }
        try data.write(to: scratch["a.zip"])
        let unpacked = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(unpacked.size == 7)
        #expect(unpacked.entryCount == 1)
    }
}

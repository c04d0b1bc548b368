import ArtifactArchive
import Foundation
import Testing

/// Archives of ours in others' hands, and theirs in ours.
@Suite struct InteropTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `unzip restores what we packed`() throws {
        let tree = try makeTree(in: scratch, at: "tree")
        _ = try ArchivePacker().pack(folder: tree, into: scratch["a.zip"])
        try run("env", "LC_ALL=C.UTF-8", "unzip", "-q", "a.zip", "-d", "out", in: scratch.url, package: "unzip")
        #expect(try snapshot(scratch["out"]) == snapshot(tree))
    }

    @Test func `python reads what we packed, as a whole and as a stream of entries`() throws {
        let tree = try makeTree(in: scratch, at: "tree")
        let packed = try ArchivePacker().pack(folder: tree, into: scratch["a.zip"])
        let script = "import zipfile; z = zipfile.ZipFile('a.zip'); print(z.testzip(), len(z.namelist()))"
        let answer = try run("python3", "-c", script, in: scratch.url, package: "python3")
        #expect(answer == "None \(packed.entryCount)\n")
    }

    @Test(arguments: [
        ["zip", "-qry", "../a.zip", "."],
        ["zip", "-qry", "-fz", "../a.zip", "."],
        ["sh", "-c", "zip -qry - . | cat > ../a.zip"],
        ["sh", "-c", "zip -qry ../b.zip . && (echo stub; cat ../b.zip) > ../a.zip && rm ../b.zip"],
        ["sh", "-c", "zip -qry ../a.zip . && echo 'a comment' | zip -qz ../a.zip"],
        ["sh", "-c", "zip -qry ../b.zip . && (echo stub; cat ../b.zip) > ../a.zip && rm ../b.zip && zip -qA ../a.zip"],
    ])
    func `Info-ZIP's archives come back whole`(command: [String]) throws {
        let tree = try makeTree(in: scratch, at: "tree")
        let words = ["env", "LC_ALL=C.UTF-8"] + command
        try run(words, in: tree, package: "zip")
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(tree))
    }

    @Test(arguments: ["ZIP_STORED", "ZIP_DEFLATED"]) func `python's archives come back whole`(method: String) throws {
        let tree = try makeTree(in: scratch, at: "tree")
        try run("rm", "-r", "folder-link", "dangling", "part-0/up", in: tree, package: "coreutils")
        let script = """
            import os, zipfile
            z = zipfile.ZipFile('a.zip', 'w', zipfile.\(method))
            for top, folders, files in os.walk('tree'):
                for name in folders + files:
                    path = os.path.join(top, name)
                    z.write(path, os.path.relpath(path, 'tree'))
            z.close()
            """
        try run("python3", "-c", script, in: scratch.url, package: "python3")
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(tree))
    }

    @Test func `git archive comes back whole`() throws {
        let tree = try makeTree(in: scratch, at: "tree")
        let script = """
            rm -r nothing closed && chmod -R u=rwX,go=rX . && git init -q . && git add -A
            git -c user.name=a -c user.email=a@b commit -qm all && git archive --format=zip -o ../a.zip HEAD && rm -rf .git
            """
        try run("sh", "-c", script, in: tree, package: "git")
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"]) == snapshot(tree))
    }

    @Test func `an archive without Unix modes gets plain ones`() throws {
        var file = ZipForge.Entry("META-INF/MANIFEST.MF")
        file.host = 0
        file.unixMode = 0
        var folder = ZipForge.Entry("META-INF/", "")
        folder.host = 0
        folder.unixMode = 0
        // As java.util.zip writes folders: "deflated", with a descriptor.
        folder = folder.with {
            $0.data = [3, 0]
            $0.method = 8
            $0.compressedSize = 2
            $0.flags |= 8
            $0.localSizes = (0, 0)
            $0.descriptor =
                ZipForge.bytes(0x0807_4B50 as UInt32) + ZipForge.bytes(0 as UInt32) + [2, 0, 0, 0, 0, 0, 0, 0]
        }
        try ZipForge(folder, file).build().write(to: scratch["a.zip"])
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        let out = try snapshot(scratch["out"])
        #expect(out["META-INF"] == "folder 755")
        #expect(out["META-INF/MANIFEST.MF"]?.hasPrefix("file 644") == true)
    }

    @Test func `the root folder, dots in front and implied folders are understood`() throws {
        let forge = ZipForge(
            .init("./", "", mode: 0o040755), .init("./a/b/c.txt"), .init("d/", "", mode: 0o040711), .init("d/e", ""))
        try forge.build().write(to: scratch["a.zip"])
        let unpacked = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(unpacked.entryCount == 3)
        let out = try snapshot(scratch["out"])
        #expect(out.keys.sorted() == ["a", "a/b", "a/b/c.txt", "d", "d/e"])
        #expect(out["d"] == "folder 711")
        #expect(out["a/b"] == "folder 755")
    }

    @Test func `Info-ZIP's Unicode name counts while it belongs to the plain one`() throws {
        let plain = Array("caf_.txt".utf8)
        func entry(_ crc: UInt32) -> ZipForge.Entry {
            let field = [1] + ZipForge.bytes(crc) + Array("café.txt".utf8)
            return ZipForge.Entry(bytes: plain, [65]).with {
                $0.flags = 0
                $0.centralExtra = ZipForge.bytes(0x7075 as UInt16) + ZipForge.bytes(UInt16(field.count)) + field
            }
        }
        for (number, crc, name) in [(1, ZipForge.Entry.crc32(plain), "café.txt"), (2, 1, "caf_.txt")] {
            try ZipForge(entry(crc)).build().write(to: scratch["\(number).zip"])
            _ = try ArchiveUnpacker().unpack(scratch["\(number).zip"], into: scratch["\(number)"])
            #expect(try snapshot(scratch["\(number)"]).keys.first == name)
        }
    }
}

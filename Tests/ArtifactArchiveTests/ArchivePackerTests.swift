import ArtifactArchive
import Foundation
import Testing

@Suite struct ArchivePackerTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `the same tree gives the same bytes whatever the threads, times and file order`() throws {
        let tree = try makeTree(in: scratch, at: "tree", large: 40 << 20)
        let first = try ArchivePacker(workers: 1).pack(folder: tree, into: scratch["1.zip"])
        for workers in [2, 4] {
            let again = try ArchivePacker(workers: workers).pack(folder: tree, into: scratch["\(workers).zip"])
            #expect(again == first)
        }
        try run("cp", "-a", "tree", "copy", in: scratch.url, package: "coreutils")
        try run(
            "sh", "-c", "rm copy/one && find copy -exec touch -h -d 2001-02-03 {} + && cp tree/one copy/",
            in: scratch.url, package: "findutils")
        let copied = try ArchivePacker(workers: 3).pack(folder: scratch["copy"], into: scratch["copy.zip"])
        #expect(copied == first)
        #expect(try Data(contentsOf: scratch["copy.zip"]) == Data(contentsOf: scratch["1.zip"]))
    }

    @Test func `size, digest and count are those of the file`() throws {
        let tree = try makeTree(in: scratch, at: "tree")
        let packed = try ArchivePacker().pack(folder: tree, into: scratch["a.zip"])
        #expect(packed.sha256 == (try sha256(scratch["a.zip"])))
        #expect(packed.size == Int64(try Data(contentsOf: scratch["a.zip"]).count))
        #expect(packed.entryCount == (try snapshot(tree)).count)
        #expect(try scratch.names() == ["a.zip", "tree"])
    }

    /// Nothing in it shrinks, so that another release of libdeflate doesn't change it.
    @Test func `a known tree has a known digest`() throws {
        try scratch.write("tree/b/two.txt", "two", mode: 0o600)
        try scratch.write("tree/a.txt", "penstock", mode: 0o755)
        try scratch.link("tree/b/link", to: "../a.txt")
        let packed = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        let listing = try run("zipinfo", "-1", "a.zip", in: scratch.url, package: "unzip")
        #expect(listing == "a.txt\nb/\nb/link\nb/two.txt\n")
        let size = try Data(contentsOf: scratch["a.zip"]).count
        #expect(packed.size == Int64(size))
        #expect(packed.sha256 == "9da9b55a0f3e374588b74a168decd34243e78c84115a8956ee66616e03b578a2")
    }

    @Test func `an archive over another replaces it`() throws {
        try scratch.write("tree/a", "a")
        try scratch.write("a.zip", "old")
        let packed = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        #expect(packed.sha256 == (try sha256(scratch["a.zip"])))
    }

    @Test func `an empty folder is an empty archive that others read`() throws {
        try scratch.folder("tree")
        let packed = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        #expect(packed.entryCount == 0)
        let unpacked = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(unpacked.entryCount == 0)
        let names = try run(
            "python3", "-c", "import zipfile; print(zipfile.ZipFile('a.zip').namelist())", in: scratch.url,
            package: "python3")
        #expect(names == "[]\n")
    }

    @Test func `chosen entries take their new names`() throws {
        try scratch.write("tree/build/out/app.js", "app")
        try scratch.write("tree/README", "readme")
        try scratch.folder("tree/docs")
        let entries = [
            (path: "build/out/app.js", name: "app.js"), (path: "docs", name: "manual"),
            (path: "README", name: "README"),
        ]
        _ = try ArchivePacker().pack(root: scratch["tree"], entries: entries, into: scratch["a.zip"])
        _ = try ArchiveUnpacker().unpack(scratch["a.zip"], into: scratch["out"])
        #expect(try snapshot(scratch["out"], modes: false).keys.sorted() == ["README", "app.js", "manual"])
    }

    @Test(arguments: [
        ([("a", "same"), ("b", "same")], ArchiveError.duplicateName(entry: "same")),
        ([("a", "x"), ("b", "x/y")], .entryBelowFile(entry: "x/y", file: "x")),
        ([("b", "x/y"), ("a", "x")], .entryBelowFile(entry: "x/…", file: "x")),
        ([("../a", "a")], .unpackableName(path: "../a", fault: .parentFolder)),
        ([("/etc/passwd", "a")], .unpackableName(path: "/etc/passwd", fault: .absolute)),
        ([("a", "../a")], .unpackableName(path: "a", fault: .parentFolder)),
        ([("a", "")], .unpackableName(path: "a", fault: .empty)),
        ([("a", "c:a")], .unpackableName(path: "a", fault: .driveLetter)),
        ([("gone", "a")], .system(doing: "look at", path: "gone", code: ENOENT)),
        ([("link/a", "a")], .system(doing: "enter the folder of", path: "link/a", code: ENOTDIR)),
    ])
    func `a bad choice is refused`(entries: [(String, String)], expected: ArchiveError) throws {
        try scratch.write("tree/a", "a")
        try scratch.write("tree/b", "b")
        try scratch.link("tree/link", to: "/")
        let chosen = entries.map { (path: $0.0, name: $0.1) }
        #expect(throws: expected) {
            try ArchivePacker().pack(root: scratch["tree"], entries: chosen, into: scratch["a.zip"])
        }
        #expect(try scratch.names() == ["tree"])
    }

    @Test(arguments: [
        ("mkfifo 'tree/x'", ArchiveError.specialFile(path: "x", kind: "fifo")),
        (
            "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('tree/x')\"",
            .specialFile(path: "x", kind: "socket")
        ),
        ("printf a > \"$(printf 'tree/b\\377d')\"", .unpackableName(path: "b\u{FFFD}d", fault: .notUTF8)),
        ("printf a > 'tree/back\\slash'", .unpackableName(path: "back\\slash", fault: .backslash)),
    ])
    func `what an archive can't hold is named`(command: String, expected: ArchiveError) throws {
        try scratch.folder("tree")
        try run("sh", "-c", command, in: scratch.url, package: "coreutils python3")
        #expect(throws: expected) {
            try ArchivePacker().pack(folder: scratch["tree"], into: scratch["a.zip"])
        }
        #expect(try scratch.names() == ["tree"])
        #expect("\(expected)".contains(String(reflecting: expected.place)))
    }

    @Test func `an output inside the folder is refused`() throws {
        try scratch.write("tree/inner/a", "a")
        let output = scratch["tree/inner/a.zip"]
        #expect(
            throws: ArchiveError.outputInsideFolder(output: output.path, folder: scratch["tree"].path)
        ) { try ArchivePacker().pack(folder: scratch["tree"], into: output) }
        #expect(try snapshot(scratch["tree"]).count == 2)
    }

    @Test func `a missing folder and a missing place are named`() throws {
        let gone = scratch["gone"]
        #expect(throws: ArchiveError.system(doing: "open the folder", path: gone.path, code: ENOENT)) {
            try ArchivePacker().pack(folder: gone, into: scratch["a.zip"])
        }
        try scratch.folder("tree")
        let output = scratch["nowhere/a.zip"]
        #expect(throws: ArchiveError.system(doing: "create the archive", path: output.path, code: ENOENT)) {
            try ArchivePacker().pack(folder: scratch["tree"], into: output)
        }
    }

    @Test(arguments: [1, 3, 12]) func `cancelling leaves nothing behind`(after calls: Int) throws {
        let tree = try makeTree(in: scratch, at: "tree")
        let counter = Counter(limit: calls)
        #expect(throws: ArchiveError.cancelled) {
            try ArchivePacker(workers: 2).pack(folder: tree, into: scratch["a.zip"]) { counter.isReached() }
        }
        #expect(try scratch.names() == ["tree"])
    }

    @Test func `a place where nothing can be written is told`() throws {
        try scratch.write("tree/a", "a")
        #expect(throws: ArchiveError.system(doing: "create the archive", path: "/proc/a.zip", code: ENOENT)) {
            try ArchivePacker().pack(folder: scratch["tree"], into: URL(fileURLWithPath: "/proc/a.zip"))
        }
    }
}

extension ArchiveError {
    /// The path that a packing error names.
    var place: String {
        switch self {
        case .specialFile(let path, _), .unpackableName(let path, _): path
        default: ""
        }
    }
}

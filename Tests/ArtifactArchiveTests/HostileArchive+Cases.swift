import ArtifactArchive
import Foundation

extension HostileArchive {
    private static func named(_ name: String, _ fault: NameFault) -> HostileArchive {
        HostileArchive("name \(name.debugDescription)", ZipForge(.init(name)), .unsafeName(entry: name, fault: fault))
    }

    static let names: [HostileArchive] = [
        named("/etc/passwd", .absolute), named("../up", .parentFolder), named("a/../../up", .parentFolder),
        named("a/..", .parentFolder), named("..", .parentFolder), named("a\\..\\b", .backslash),
        named("C:/windows", .driveLetter), named("c:evil", .driveLetter), named("a\0.txt", .nul), named("", .empty),
        named("a//b", .emptyComponent), named("a/./b", .dotComponent), named("./../a", .parentFolder),
        named(".//etc", .absolute),
        named(String(repeating: "x", count: 300), .tooLong(limit: 255)),
        named(String(repeating: "x/", count: 600) + "x", .tooLong(limit: 1_024)),
        HostileArchive(
            "name that is no UTF-8", ZipForge(.init(bytes: [0x61, 0xFF, 0x62])),
            .unsafeName(entry: "a\u{FFFD}b", fault: .notUTF8)),
        HostileArchive("duplicate", ZipForge(.init("a/b"), .init("a/b")), .duplicateName(entry: "a/b")),
        HostileArchive("duplicate by dots", ZipForge(.init("a"), .init("./a")), .duplicateName(entry: "a")),
        HostileArchive(
            "duplicate folder and file", ZipForge(.init("a/", "", mode: 0o040755), .init("a")),
            .duplicateName(entry: "a")),
        HostileArchive("case clash", ZipForge(.init("Read"), .init("rEAD")), .caseClash(entry: "rEAD", other: "Read")),
        HostileArchive(
            "case clash of folders", ZipForge(.init("Src/a"), .init("src/b")), .caseClash(entry: "src", other: "Src")),
        HostileArchive(
            "clash of Unicode forms", ZipForge(.init("caf\u{E9}"), .init("cafe\u{301}")),
            .caseClash(entry: "cafe\u{301}", other: "caf\u{E9}")),
        HostileArchive(
            "entry below a file", ZipForge(.init("a"), .init("a/b")), .entryBelowFile(entry: "a/b", file: "a")),
        HostileArchive(
            "file over a folder", ZipForge(.init("a/b"), .init("a")), .entryBelowFile(entry: "a/…", file: "a")),
    ]

    private static func link(_ name: String, _ target: String) -> ZipForge.Entry {
        .init(name, target, mode: 0o120777)
    }

    private static func leadsOut(_ what: String, _ target: String, _ links: ZipForge.Entry...) -> HostileArchive {
        let forge = ZipForge([link("a/link", target)] + links)
        return HostileArchive(what, forge, .linkLeadsOut(entry: "a/link", target: target))
    }

    static let links: [HostileArchive] = [
        leadsOut("absolute link", "/etc/passwd"), leadsOut("link to the parent", "../.."),
        leadsOut("link out and back", "../../out/a"), leadsOut("link without target", ""),
        leadsOut("link with a NUL", "b\0c"),
        leadsOut("link through another link", "up/../x", link("a/up", "..")),
        leadsOut("link through two others", "one/..", link("a/one", "two"), link("a/two", "../b/c/../..")),
        HostileArchive(
            "link with a long target",
            ZipForge(link("a", String(repeating: "x", count: 5_000))),
            .linkLeadsOut(entry: "a", target: "a target of 5000 bytes")),
        HostileArchive("link to itself", ZipForge(link("a", "a")), .linkChainTooLong(entry: "a")),
        HostileArchive(
            "entry through a link", ZipForge(link("a", "b"), .init("a/x")), .entryBelowLink(entry: "a/x", link: "a")),
        HostileArchive(
            "entry through a link that comes later", ZipForge(.init("a/x"), link("a", "b")),
            .entryBelowLink(entry: "a/…", link: "a")),
        HostileArchive("link over a file", ZipForge(.init("a"), link("a", "b")), .duplicateName(entry: "a")),
    ]

    private static func special(_ mode: UInt32, _ kind: String) -> HostileArchive {
        HostileArchive(kind, ZipForge(.init("dev", "", mode: mode)), .specialEntry(entry: "dev", kind: kind))
    }

    private static let file = ZipForge.Entry("a")

    static let contents: [HostileArchive] = [
        special(0o010644, "fifo"), special(0o140644, "socket"), special(0o060644, "block device"),
        special(0o020644, "character device"),
        HostileArchive(
            "folder with content", ZipForge(.init("a/", "x", mode: 0o040755)), .sizeMismatch(entry: "a/", declared: 1)),
        HostileArchive(
            "folder that is a link", ZipForge(.init("a/", "b", mode: 0o120777)),
            .headersDisagree(entry: "a/", about: "type, a folder or not")),
        HostileArchive("encrypted", ZipForge(file.with { $0.flags |= 1 }), .encrypted(entry: "a")),
        HostileArchive("hidden", ZipForge(file.with { $0.flags |= 1 << 13 }), .encrypted(entry: "a")),
        HostileArchive(
            "LZMA", ZipForge(file.with { $0.method = 14 }), .unsupportedMethod(entry: "a", method: 14)),
        HostileArchive("wrong CRC", ZipForge(file.with { $0.crc ^= 1 }), .checksumMismatch(entry: "a")),
        HostileArchive(
            "stored with two sizes", ZipForge(file.with { $0.size = 100 }), .sizeMismatch(entry: "a", declared: 100)),
        HostileArchive(
            "more than declared", ZipForge(file.deflated().with { $0.size = 3 }),
            .sizeMismatch(entry: "a", declared: 3)),
        HostileArchive(
            "less than declared", ZipForge(file.deflated().with { $0.size = 30 }),
            .sizeMismatch(entry: "a", declared: 30)),
        HostileArchive(
            "broken deflate", ZipForge(file.deflated().with { $0.data[0] = 7 }), .damaged(entry: "a")),
        HostileArchive(
            "bytes after the stream",
            ZipForge(
                file.deflated().with {
                    $0.data += [0, 0]
                    $0.compressedSize += 2
                }), .damaged(entry: "a")),
        HostileArchive(
            "another local name", ZipForge(file.with { $0.localName = [0x62] }),
            .headersDisagree(entry: "a", about: "name")),
        HostileArchive(
            "another local name of a folder",
            ZipForge(ZipForge.Entry("a/", "", mode: 0o040755).with { $0.localName = [0x62, 0x2F] }),
            .headersDisagree(entry: "a/", about: "name")),
        HostileArchive(
            "another local size", ZipForge(file.with { $0.localSizes = (1, 1) }),
            .headersDisagree(entry: "a", about: "size")),
        HostileArchive(
            "another local method", ZipForge(file), .headersDisagree(entry: "a", about: "method"),
            change: { $0[8] = 8 }),
        HostileArchive(
            "encrypted by the local header alone", ZipForge(file), .encrypted(entry: "a"), change: { $0[6] |= 1 }),
        HostileArchive(
            "another local CRC", ZipForge(file), .headersDisagree(entry: "a", about: "CRC-32"),
            change: { $0[14] ^= 1 }),
        HostileArchive(
            "no local header", ZipForge(file), .headersDisagree(entry: "a", about: "place of the entry"),
            change: { $0[0] = 0 }),
    ]

    private static let end = 22

    static let structures: [HostileArchive] = [
        HostileArchive(
            "too many entries", ZipForge(.init("a"), .init("b"), .init("c")), limits: ArchiveLimits(entries: 2),
            .tooManyEntries(count: 3, limit: 2)),
        HostileArchive(
            "too large", ZipForge(.init("a"), .init("b")), limits: ArchiveLimits(totalSize: 10),
            .tooLarge(size: 14, limit: 10)),
        HostileArchive(
            "sizes that overflow",
            ZipForge(wide("a", size: .max).deflated(), wide("b", size: .max).deflated()),
            .tooLarge(size: .max, limit: 64 << 30)),
        HostileArchive(
            "shared data", ZipForge(file, .init("b").with { $0.offset = 0 }), .overlap(entry: "a")),
        HostileArchive(
            "quoted header",
            ZipForge(
                file.with { $0.localExtra = [UInt8](repeating: 0, count: 40) }, .init("b").with { $0.offset = 40 }),
            .overlap(entry: "a")),
        HostileArchive(
            "data over the directory",
            ZipForge(
                file.with {
                    $0.compressedSize = 30; $0.size = 30
                }),
            .truncated(entry: "a")),
        HostileArchive(
            "data behind an extra field over the directory", ZipForge(file), .overlap(entry: "a"),
            change: { $0[28] = 4 }),
        HostileArchive(
            "header in the directory", ZipForge(file.with { $0.offset = 38 }), .truncated(entry: "a")),
        HostileArchive(
            "header far outside", ZipForge(file.with { $0.offset = 0xFFFF_0000 }), .truncated(entry: "a")),
        HostileArchive(
            "64-bit size without its field", ZipForge(file.with { $0.size = 0xFFFF_FFFF }),
            .notAnArchive(reason: "record 1 of its directory is damaged")),
        HostileArchive(
            "extra field over its end", ZipForge(file.with { $0.centralExtra = [1, 0, 9, 0, 1] }),
            .notAnArchive(reason: "record 1 of its directory is damaged")),
        HostileArchive(
            "fewer entries than declared", ZipForge(file).with { $0.count = 2 },
            .notAnArchive(reason: "record 2 of its directory is damaged")),
        HostileArchive(
            "more entries than declared", ZipForge(file, .init("b")).with { $0.count = 1 },
            .notAnArchive(reason: "its directory holds more than the 1 entries that it declares")),
        HostileArchive(
            "cut off", ZipForge(file),
            .notAnArchive(reason: "it has no end record; it may be cut off or something else"),
            change: { $0.removeLast() }),
        HostileArchive(
            "bytes after the end", ZipForge(file),
            .notAnArchive(reason: "it has no end record; it may be cut off or something else"),
            change: { $0.append(0) }),
        HostileArchive(
            "front cut off", ZipForge(file), .notAnArchive(reason: "its directory lies outside of the file"),
            change: { $0.removeFirst(10) }),
        HostileArchive(
            "empty file", ZipForge(file), .notAnArchive(reason: "it is shorter than an empty archive"),
            change: { $0 = Data() }),
        HostileArchive(
            "one of several parts", ZipForge(file), .notAnArchive(reason: "it is one part of several"),
            change: { $0[$0.count - end + 4] = 1 }),
        HostileArchive(
            "no 64-bit end record", ZipForge(file).with { $0.zip64 = true },
            .notAnArchive(reason: "its 64-bit end record is not where it should be"),
            change: { $0[$0.count - end - 20 - 56] = 0 }),
        HostileArchive(
            "64-bit directory outside", ZipForge(file).with { $0.zip64 = true },
            .notAnArchive(reason: "its directory lies outside of the file"),
            change: { $0[$0.count - end - 20 - 9] = 0x7F }),
    ]

    private static func wide(_ name: String, size: UInt64) -> ZipForge.Entry {
        ZipForge.Entry(name).with {
            $0.size = size
            $0.centralExtra = ZipForge.bytes(1 as UInt16) + ZipForge.bytes(8 as UInt16) + ZipForge.bytes(size)
        }
    }
}

extension ZipForge {
    func with(_ change: (inout ZipForge) -> Void) -> ZipForge {
        var forge = self
        change(&forge)
        return forge
    }
}

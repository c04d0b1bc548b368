import ArtifactArchive
import Foundation
import Testing

@Suite struct DamagedArchiveTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// Whatever is damaged: a refusal or a sane tree, never a crash, never a file outside of the folder.
    @Test(arguments: [1, 2, 3, 4]) func `damage never escapes`(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        try scratch.write("tree/a/b.txt", generator.data(4_000, compressible: true))
        try scratch.write("tree/a/c.bin", generator.data(300, compressible: false), mode: 0o755)
        try scratch.link("tree/a/link", to: "../a/b.txt")
        try scratch.folder("tree/empty")
        _ = try ArchivePacker().pack(folder: scratch["tree"], into: scratch["good.zip"])
        let good = try Data(contentsOf: scratch["good.zip"])
        try scratch.folder("box")
        let (archive, out) = (scratch["box/bad.zip"], scratch["box/out"])
        var refused = 0
        for _ in 0..<500 {
            try damage(good, &generator).write(to: archive)
            do {
                _ = try ArchiveUnpacker(workers: 1).unpack(archive, into: out)
                try FileManager.default.removeItem(at: out)
            } catch is ArchiveError {
                refused += 1
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["box"].path) == ["bad.zip"])
        }
        #expect(refused > 250)
        #expect(try scratch.names() == ["box", "good.zip", "tree"])
    }

    private func damage(_ good: Data, _ generator: inout SeededGenerator) -> Data {
        var bad = good
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            // Half of the damage goes to the directory, where it hurts most.
            let low = Bool.random(using: &generator) ? 0 : bad.count / 2
            let place = Int.random(in: low..<bad.count, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bad = bad.prefix(max(place, 1))
            case 1: bad.removeSubrange(place..<min(place + 7, bad.count - 1))
            case 2: bad.insert(UInt8.random(in: .min ... .max, using: &generator), at: place)
            default: bad[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
            bad = Data(bad)
            if bad.isEmpty { return Data([0x50]) }
        }
        return bad
    }
}

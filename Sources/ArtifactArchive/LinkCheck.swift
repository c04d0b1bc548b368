/// Follows each link of an archive as the system would, through the other links, and refuses what leads out.
struct LinkCheck {
    /// How many links one may lead through: what Linux allows.
    static let hops = 40
    /// The longest target that a link can have.
    static let longestTarget = 4_095

    private let targets: [[UInt8]: [UInt8]]

    init(targets: [[UInt8]: [UInt8]]) {
        self.targets = targets
    }

    /// Checks all; called before anything is written.
    func check() throws(ArchiveError) {
        for (path, target) in targets { try follow(path, target) }
    }

    private func follow(_ path: [UInt8], _ target: [UInt8]) throws(ArchiveError) {
        let outside = ArchiveError.linkLeadsOut(entry: ArchiveError.text(path), target: ArchiveError.text(target))
        guard isUsable(target) else { throw outside }
        var place = Self.parts(path).dropLast()
        var rest = Array(Self.parts(target).reversed())
        var followed = 1
        while let part = rest.popLast() {
            if part == [0x2E] { continue }
            if part == [0x2E, 0x2E] {
                guard place.popLast() != nil else { throw outside }
                continue
            }
            place.append(part)
            guard let next = targets[Array(place.joined(separator: [EntryName.slash]))] else { continue }
            followed += 1
            guard followed <= Self.hops else { throw .linkChainTooLong(entry: ArchiveError.text(path)) }
            guard isUsable(next) else { throw outside }
            place.removeLast()
            rest += Self.parts(next).reversed()
        }
    }

    private func isUsable(_ target: [UInt8]) -> Bool {
        !target.isEmpty && target[0] != EntryName.slash && !target.contains(0) && target.count <= Self.longestTarget
    }

    private static func parts(_ path: [UInt8]) -> [ArraySlice<UInt8>] {
        path.split(separator: EntryName.slash)
    }
}

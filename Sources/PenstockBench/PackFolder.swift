import ArgumentParser
import ArtifactArchive
import Foundation

/// Packs a folder as the action runner does, in a process of its own so that its memory can be read.
struct PackFolder: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pack", abstract: "Pack a folder.")

    @Argument var folder: String
    @Argument var archive: String

    func run() throws {
        _ = try ArchivePacker().pack(folder: URL(fileURLWithPath: folder), into: URL(fileURLWithPath: archive))
    }
}

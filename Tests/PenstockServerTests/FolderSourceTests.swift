import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import PenstockServer

@Suite struct FolderSourceTests {
    private func names(_ folder: ServerFolder, leavingOut: [URL] = []) async throws -> [String] {
        let host = try FakeHost(now: { Date(timeIntervalSince1970: 1_700_000_000) })
        defer { host.remove() }
        let job = try host.job(FolderSource.typeID, configuration: ["Path": folder.url.path], outputs: ["App"])
        guard case .succeeded(let success) = await FolderSource(leavingOut: leavingOut).run(job, on: host),
            case .files(let root, let entries)? = success.outputs["App"]
        else { throw CommandError(.failed, "no files") }
        #expect(root.path == folder.url.path)
        #expect(entries.allSatisfy { $0.path == $0.name })
        #expect(success.revision?.revisionID == "folder-1700000000")
        return entries.map(\.name).sorted()
    }

    @Test func `all files but Git's own are taken, and links stay links`() async throws {
        let folder = try ServerFolder()
        for name in ["a", "sub/b", ".hidden", ".git/config", ".gitignore", "sub/.git/kept", "outside/x"] {
            try folder.write("x", to: name)
        }
        let files = FileManager.default
        try files.createDirectory(at: folder.url.appending(path: "empty"), withIntermediateDirectories: true)
        for (link, target) in [("to-folder", "sub"), ("to-nothing", "nowhere"), ("up", ".."), ("to-file", "a")] {
            try files.createSymbolicLink(
                atPath: folder.url.appending(path: link).path, withDestinationPath: target)
        }
        #expect(
            try await names(folder) == [
                ".gitignore", ".hidden", "a", "outside/x", "sub/.git/kept", "sub/b", "to-file", "to-folder",
                "to-nothing", "up",
            ])
    }

    @Test func `a worktree's .git file is left out too`() async throws {
        let folder = try ServerFolder()
        try folder.write("gitdir: elsewhere", to: ".git")
        try folder.write("x", to: "a")
        #expect(try await names(folder) == ["a"])
    }

    @Test func `a data folder in it is left out with its keys`() async throws {
        let folder = try ServerFolder()
        for name in ["a", ".penstock/credentials", ".penstock/modules/x", ".penstock-notes"] {
            try folder.write("x", to: name)
        }
        let data = folder.url.appending(path: ".penstock")
        #expect(try await names(folder, leavingOut: [data]) == [".penstock-notes", "a"])
    }

    @Test func `what can't be read is a failure that says so`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let gone = try host.job(FolderSource.typeID, configuration: ["Path": "/nowhere"], outputs: ["App"])
        guard case .failed(let details) = await FolderSource().run(gone, on: host) else {
            Issue.record("read what isn't there")
            return
        }
        #expect(details.type == .revisionUnavailable && details.message.contains("/nowhere"))
        let bare = try host.job(FolderSource.typeID, configuration: [:], outputs: ["App"])
        guard case .failed(let wrong) = await FolderSource().run(bare, on: host) else {
            Issue.record("read nothing")
            return
        }
        #expect(wrong.type == .configurationError)
    }
}
